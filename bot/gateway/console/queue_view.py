"""The list as the page shows it: one line a case, what matters first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.gateway.console import times, words
from bot.gateway.console.fact_words import sentence
from bot.services.office.desk import Listing

ALARM_PRIORITY = "P0"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One case of the list."""

    id: str
    reference: str
    name: str
    phone: str
    level: str
    level_word: str
    mark: str
    headline: str
    """Why it is urgent, else what was decided."""
    waiting: str
    since: str
    since_machine: str
    due: str
    due_at: str
    late: bool
    priority: str
    status: str
    channel: str
    claimed_by: str
    task_id: str
    alarm: bool
    """A P0 that nobody has acknowledged."""
    test: bool


class QueueView:
    """Turns the store's rows into lines, with the words of the protocols."""

    def __init__(self, *, zone: ZoneInfo, rule_titles: Mapping[str, str], visits: Mapping[str, str]) -> None:
        self._zone = zone
        self._rule_titles = rule_titles
        self._visits = visits

    def rows(self, listing: Listing, *, now: dt.datetime) -> list[Row]:
        """The lines in the order of the listing."""
        return [self._row(raw, now) for raw in listing.rows]

    def _row(self, raw: Mapping[str, Any], now: dt.datetime) -> Row:
        created, due = raw["created_at"], raw["due"]
        level = str(getattr(raw["level"], "value", raw["level"]))
        return Row(
            id=raw["id"],
            reference=raw["reference"],
            name=raw["name"] or "",
            phone=raw["phone"] or "",
            level=level,
            level_word=words.level_word(level, raw["status"], raw["flags"]),
            mark=words.MARKS.get(level, ""),
            headline=self._headline(raw),
            waiting=times.span((now - created).total_seconds()),
            since=times.full_time(created, zone=self._zone),
            since_machine=times.machine_time(created),
            due=times.due(due, now=now) if due else "",
            due_at=times.full_time(due, zone=self._zone) if due else "",
            late=bool(due and due < now),
            priority=raw["priority"] or "",
            status=words.word(words.STATUSES, raw["status"]),
            channel=words.word(words.CHANNELS, raw["channel"]),
            claimed_by=raw["claimed_by"] or "",
            task_id=raw["task_id"] or "",
            alarm=raw["priority"] == ALARM_PRIORITY and raw["task_status"] == "open",
            test=bool(raw["test"]),
        )

    def _headline(self, raw: Mapping[str, Any]) -> str:
        titles = [self._rule_titles.get(rule, rule) for rule in raw["rules"]]
        if titles:
            return sentence("; ".join(titles))
        if raw["status"] == "open":
            return "Still talking"
        visit = raw["visit"]
        if visit:
            return sentence(self._visits.get(visit) or words.word({}, visit))
        if raw["outcome"]:
            return words.word(words.OUTCOMES, raw["outcome"])
        return words.word(words.HANDOFFS, raw["handoff"])
