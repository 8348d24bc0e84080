"""What followed a made-up conversation: work, a visit, what was decided, what was looked over."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import Table

from bot.store.figure_tables import dispositions
from bot.store.search_tables import case_events
from bot.store.seeded_patients import MESSAGES, Talk
from bot.store.tables import appointments, tasks
from bot.store.teaching_tables import review_items, reviews

KINDS = {"booked": "booked", "callback": "callback", "emergency": "emergency"}
"""Kind of our last message, by how it ended."""
VISIT = dt.timedelta(minutes=30)
_DECIDED = ("conservative", "surgery_offered", "imaging_first", "conservative", "injection", "surgery_later")


class Rows:
    """Rows by the name of their table."""

    def __init__(self) -> None:
        self.by_table: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def add(self, table: Table, *rows: dict[str, Any]) -> None:
        """In the order in which they come."""
        self.by_table[table.name].extend(rows)


def add_ending(rows: Rows, talk: Talk) -> None:
    """Rows of other tables than those of the conversation itself."""
    if talk.ending in KINDS:
        told = {"event": KINDS[talk.ending], "first_seq": MESSAGES - 1, "last_seq": MESSAGES - 1}
        rows.add(case_events, {"case_id": talk.id, **told})
    if talk.open_task or talk.ending in ("callback", "emergency"):
        rows.add(tasks, _task(talk))
    if talk.ending == "booked":
        start = _visit_start(talk)
        rows.add(appointments, _visit(talk, start))
        if start < talk.until and talk.number % 5:
            rows.add(dispositions, _disposition(talk, start))
    if talk.number % 5 == 0:
        _add_review(rows, talk)


def _task(talk: Talk) -> dict[str, Any]:
    due = talk.at[-1] + dt.timedelta(hours=2)
    done = None if talk.open_task else due + dt.timedelta(minutes=-40 if not talk.late else 90)
    return {
        "id": talk.id[::-1], "case_id": talk.id, "kind": _task_kind(talk), "priority": talk.priority,
        "created_at": talk.at[-1], "due_at": talk.until if talk.open_task else due,
        "status": "done" if done else "acknowledged", "acknowledged_at": done, "acknowledged_by": "Nurse",
        "done_by": "Nurse" if done else None, "done_at": done, "private": False, "note": "",
        "outcome": ("not_reached" if talk.late else "visit_booked") if done else None,
    }  # fmt: skip


def _task_kind(talk: Talk) -> str:
    if talk.ending == "emergency":
        return "emergency"
    return "urgent_callback" if talk.priority == "P1" else "callback"


def _visit_start(talk: Talk) -> dt.datetime:
    return talk.at[-1] + dt.timedelta(days=2 + talk.number % 7)


def _visit(talk: Talk, start: dt.datetime) -> dict[str, Any]:
    # Everybody has a provider of their own: no real one's day is full, and no two visits meet.
    return {
        "id": f"{talk.id}v", "case_id": talk.id, "provider_id": f"seeded-{talk.number}",
        "visit": talk.judgement.visit, "start_at": start, "end_at": start + VISIT, "status": "booked",
        "booked_at": talk.at[-1],
    }  # fmt: skip


def _disposition(talk: Talk, start: dt.datetime) -> dict[str, Any]:
    came = talk.number % 12 != 1
    return {
        "id": f"{talk.id}d", "case_id": talk.id, "at": start + VISIT, "by": "Surgeon",
        "attended": "came" if came else "no_show",
        "decided": _DECIDED[talk.number // 5 % len(_DECIDED)] if came else None,
        "urgency": "too_low" if talk.number % 50 == 3 else "right", "reason": "seen",
        "level": talk.judgement.level.value, "outcome": talk.judgement.outcome or "",
        "tier": talk.judgement.tier,
    }  # fmt: skip


def _add_review(rows: Rows, talk: Talk) -> None:
    """One message in the inbox; one in ten of them was looked at by two people."""
    looked = 2 if talk.number % 50 == 0 else 0
    message_id = talk.message_id(3)
    item = {
        "message_id": message_id, "case_id": talk.id, "rank": 10 + talk.number % 40,
        "because": {"why": "doubt"}, "needed": 2 if looked else 1, "reviews": looked,
    }  # fmt: skip
    rows.add(review_items, item)
    for number in range(looked):
        right = (talk.number // 50 + number) % 7 != 0
        said = {
            "id": f"{talk.id}r{number}", "message_id": message_id, "case_id": talk.id,
            "reviewer": f"Reviewer {number}", "at": talk.at[-1], "right": right,
            "intent": "inform" if right else "faq", "facts": {}, "reason": "", "text": "",
        }  # fmt: skip
        rows.add(reviews, said)
