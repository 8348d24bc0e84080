"""What a person of the clinic must do for a case: how urgent, by when, who has it, how it ended.

A task is never deleted. What it waits for is told by `standing`; who is called when it waits too long, by
`escalation`. Both are pure functions of the task and the time, so any process may look at any moment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Priority = Literal["P0", "P1", "P2", "P3"]
TaskKind = Literal[
    "emergency", "crisis", "urgent_callback", "callback", "phone_unacknowledged", "rejudged",
    "engine_failure", "safety_flag", "test_flag", "person_wanted", "undelivered", "export_failed",
    "calendar_conflict", "visit_at_risk", "imaging_coordination", "benefits_check", "records_collection",
    "complaint",
]  # fmt: skip
Standing = Literal["open", "claimed", "snoozed", "done"]

NO_TIER = 9
"""Of a case that was not judged: after every tier."""
NEXT_CONTACT, LOUD = 1, 2
"""Steps of an escalation: the next contact of the clinic is told; then everybody."""


@dataclass(frozen=True, kw_only=True)
class StaffTask:
    """Something a person of the clinic must do for a case (FHIR: Task)."""

    id: str
    case_id: str
    kind: TaskKind
    priority: Priority
    created_at: dt.datetime
    due_at: dt.datetime
    status: Literal["open", "acknowledged", "done"] = "open"
    """`acknowledged`: somebody said that they have it."""
    acknowledged_by: str | None = None
    acknowledged_at: dt.datetime | None = None
    private: bool = False
    """Not shown where a proxy could read it (clinical.md 6.6)."""
    note: str = ""
    """What it is about; after it is done, what was arranged."""
    tier: int = NO_TIER
    """Tier of the case's need when it was made, 0 the highest: goes first among equally urgent ones (4.6)."""
    snoozed_until: dt.datetime | None = None
    next_contact_at: dt.datetime | None = None
    """When the next contact is told that nobody has it; None: when it is due."""
    loud_at: dt.datetime | None = None
    """When everybody is told; None: never. Of an emergency that somebody has: when it counts as forgotten."""
    escalated: int = 0
    """The step that was told last: 0, NEXT_CONTACT or LOUD."""
    attempts: int = 0
    """How often somebody tried."""
    outcome: str | None = None
    """How it ended: a code of the clinic's list (tasks.yaml); None for what the service settled itself."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try at a task: when, by whom, how it ended (a code of the clinic's list)."""

    id: str
    task_id: str
    case_id: str
    at: dt.datetime
    by: str
    how: str
    note: str = ""


def standing(task: StaffTask, *, now: dt.datetime) -> Standing:
    """What a task waits for: anybody (open), its person (claimed), a time (snoozed), nothing (done)."""
    if task.status == "done":
        return "done"
    if is_snoozed(task, now=now):
        return "snoozed"
    return "claimed" if task.status == "acknowledged" else "open"


def is_snoozed(task: StaffTask, *, now: dt.datetime) -> bool:
    """Whether it sleeps until a time to come; it wakes by itself."""
    return task.snoozed_until is not None and now < task.snoozed_until


def is_alarm(task: StaffTask, *, now: dt.datetime) -> bool:
    """Whether everybody at the desk should hear it: nobody has it, and it is an emergency or became loud."""
    return standing(task, now=now) == "open" and (task.priority == "P0" or task.escalated >= LOUD)


def is_forgotten(task: StaffTask, *, now: dt.datetime) -> bool:
    """Whether somebody said that they have an emergency, and nothing was done about it for too long."""
    claimed = task.priority == "P0" and task.status == "acknowledged"
    return claimed and task.loud_at is not None and now > task.loud_at


def escalation(task: StaffTask, *, now: dt.datetime) -> int:
    """The step that a task has reached: never below the one told last, and one step at a time.

    The next contact is told when nobody has it in time, or when somebody has it and it is late all the
    same (P0 apart: there the clock only asks that a person has it). Loud is what nobody has.
    """
    where = standing(task, now=now)
    if where in ("done", "snoozed"):
        return task.escalated
    waits = where == "open" and now > (task.next_contact_at or task.due_at)
    late = task.priority != "P0" and now > task.due_at
    if task.escalated < NEXT_CONTACT:
        return NEXT_CONTACT if waits or late else task.escalated
    loud = where == "open" and task.loud_at is not None and now > task.loud_at
    return max(task.escalated, LOUD) if loud else task.escalated
