"""The work queue as the page shows it: one line a task, and the one that is opened beside the list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.tasks import LOUD, NEXT_CONTACT, Attempt, StaffTask, is_alarm, standing
from bot.gateway.console import times, words
from bot.gateway.console.fact_words import sentence
from bot.gateway.console.shown import ShownTry
from bot.protocols import Protocols
from bot.protocols.staff_tasks import OutcomeCode, StaffTasks, TryCode
from bot.services.office.work_desk import WorkItem

PUT_OFF = (
    (15, "15 min"),
    (30, "30 min"),
    (60, "1 hour"),
    (240, "4 hours"),
    (1440, "1 day"),
    (4320, "3 days"),
)
"""What is offered; a priority allows less (tasks.yaml)."""
STANDINGS: Mapping[str, str] = {"open": "Nobody", "claimed": "Taken", "snoozed": "Put off", "done": "Done"}
TOLD: Mapping[int, str] = {
    NEXT_CONTACT: "next contact called",
    LOUD: "everybody called",
}


@dataclass(frozen=True, kw_only=True)
class WorkRow:
    """One task of the list. `id` is its case, as on every page that shows alarms."""

    id: str
    task_id: str
    priority: str
    title: str
    level: str
    level_word: str
    mark: str
    name: str
    phone: str
    reference: str
    channel: str
    headline: str
    note: str
    due: str
    due_at: str
    late: bool
    waiting: str
    since: str
    since_machine: str
    owner: str
    """Who has it; empty for nobody."""
    mine: bool
    standing: str
    standing_word: str
    until: str
    """When it wakes, for what is put off."""
    tries: int
    told: str
    alarm: bool
    test: bool


@dataclass(frozen=True, kw_only=True)
class WorkPanel:
    """The opened task: its line, its tries, and what may be done with it."""

    row: WorkRow
    tries: Sequence[ShownTry]
    try_codes: Sequence[TryCode]
    outcomes: Sequence[OutcomeCode]
    put_off: Sequence[tuple[int, str]]
    colleagues: Sequence[str]
    yours: bool
    """Nobody else has it: trying, putting off and closing are open."""
    once: str
    """The same for a second click on the same button."""


def shown_tries(
    codes: StaffTasks, tries: Iterable[Attempt], *, zone: ZoneInfo, now: dt.datetime
) -> list[ShownTry]:
    """Tries in the clinic's words; a code that is not in its list any more as it is."""
    return [
        ShownTry(
            at=times.clock_time(one.at, zone=zone, now=now), by=one.by, note=one.note,
            how=codes.tries[one.how].label if one.how in codes.tries else one.how,
        )
        for one in tries
    ]  # fmt: skip


class WorkView:
    """Turns the store's rows into lines, with the words of the protocols."""

    def __init__(self, protocols: Protocols, *, zone: ZoneInfo, rule_titles: Mapping[str, str]) -> None:
        self._codes = protocols.tasks
        self._zone = zone
        self._titles = rule_titles
        self._visits = {visit.id: visit.name for visit in protocols.visits.values()}

    def rows(self, raw: Sequence[Mapping[str, Any]], *, now: dt.datetime, reader: str) -> list[WorkRow]:
        """The lines in the order of the listing; `reader` is who looks."""
        return [self.row(one, now=now, reader=reader) for one in raw]

    def row(self, raw: Mapping[str, Any], *, now: dt.datetime, reader: str) -> WorkRow:
        """One line."""
        task: StaffTask = raw["task"]
        where, owner = standing(task, now=now), raw["claimed_by"] or task.acknowledged_by or ""
        return WorkRow(
            id=task.case_id,
            task_id=task.id,
            priority=task.priority,
            title=words.word(words.TASKS, task.kind),
            level=raw["level"],
            level_word=words.word(words.LEVELS, raw["level"]),
            mark=words.MARKS.get(raw["level"], ""),
            name=raw["name"] or "",
            phone=raw["phone"] or "",
            reference=raw["reference"],
            channel=words.word(words.CHANNELS, raw["channel"]),
            headline=self._headline(raw),
            note=task.note,
            due=times.due(task.due_at, now=now),
            due_at=times.full_time(task.due_at, zone=self._zone),
            late=task.due_at < now,
            waiting=times.span((now - task.created_at).total_seconds()),
            since=times.full_time(task.created_at, zone=self._zone),
            since_machine=times.machine_time(task.created_at),
            owner=owner,
            mine=owner == reader,
            standing=where,
            standing_word=words.word(STANDINGS, where),
            until=self._until(task, now),
            tries=task.attempts,
            told=TOLD.get(task.escalated, "") if where == "open" else "",
            alarm=is_alarm(task, now=now),
            test=bool(raw["test"]),
        )

    def panel(self, item: WorkItem, *, now: dt.datetime, reader: str) -> WorkPanel:
        """The opened task."""
        row, task = self.row(item.row, now=now, reader=reader), item.row["task"]
        most = self._codes.targets[task.priority].snooze_minutes
        return WorkPanel(
            row=row,
            tries=shown_tries(self._codes, item.tries, zone=self._zone, now=now),
            try_codes=tuple(self._codes.tries.values()),
            outcomes=self._codes.may_end(task),
            put_off=[(minutes, label) for minutes, label in PUT_OFF if minutes <= most],
            colleagues=[name for name in item.colleagues if name != row.owner],
            yours=raw_owner(item) in ("", reader),
            once=f"{task.id}.{task.attempts}",
        )  # fmt: skip

    def _until(self, task: StaffTask, now: dt.datetime) -> str:
        if task.snoozed_until is None or task.snoozed_until <= now:
            return ""
        return times.clock_time(task.snoozed_until, zone=self._zone, now=now)

    def _headline(self, raw: Mapping[str, Any]) -> str:
        titles = [self._titles.get(rule, rule) for rule in raw["rules"]]
        if titles:
            return sentence("; ".join(titles))
        if raw["visit"]:
            return sentence(self._visits.get(raw["visit"]) or words.word({}, raw["visit"]))
        return words.word(words.OUTCOMES, raw["outcome"])


def raw_owner(item: WorkItem) -> str:
    """Who has the case of an opened task; empty for nobody."""
    return str(item.row["claimed_by"] or "")
