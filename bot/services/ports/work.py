"""What staff see and do: tasks, the queue, notes, the trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.domain.notices import Channel
from bot.domain.tasks import Attempt, StaffTask


class Tasks(Protocol):
    """What staff must do."""

    async def add(self, task: StaffTask) -> bool:
        """Insert; False (and nothing changes) when this case has an unfinished task of that kind."""

    async def get(self, task_id: str) -> StaffTask:
        """One of any status, locked in a writing unit; raises NotAllowed when there is none."""

    async def peek(self, task_id: str) -> StaffTask:
        """The same, never locked."""

    async def of_case(self, case_id: str) -> list[StaffTask]:
        """All of a case, most urgent first."""

    async def acknowledge(
        self, task_id: str, *, by: str, at: dt.datetime, loud_at: dt.datetime | None = None
    ) -> StaffTask:
        """open -> acknowledged, and awake, with a new `loud_at` where one is given; raises NotAllowed when
        there is none."""

    async def stir(self, case_id: str, *, loud_at: dt.datetime) -> None:
        """A new `loud_at` for the case's emergencies that somebody has."""

    async def reopen(
        self,
        task_id: str,
        *,
        due_at: dt.datetime,
        next_contact_at: dt.datetime | None = None,
        loud_at: dt.datetime | None = None,
    ) -> StaffTask:
        """acknowledged -> open with new times, nobody told yet; raises NotAllowed when there is none."""

    async def snooze(self, task_id: str, *, until: dt.datetime | None) -> StaffTask:
        """Sleeps until then, None: awake; raises NotAllowed when there is none."""

    async def finish(
        self, task_id: str, *, by: str, at: dt.datetime, note: str, outcome: str | None = None
    ) -> StaffTask:
        """-> done; what is done stays as it is."""

    async def escalate(self, task_id: str, *, step: int) -> bool:
        """Note the step that is told now; False when it, or a later one, was told before."""

    async def add_attempt(self, attempt: Attempt) -> None:
        """Append, and count it."""

    async def attempts(self, case_id: str) -> list[Attempt]:
        """The tries at a case's tasks, oldest first."""

    async def overdue(
        self, *, now: dt.datetime, kind: str | None = None, limit: int = 100
    ) -> list[StaffTask]:
        """Open tasks (of a kind) whose due time has passed, most urgent first."""

    async def waiting(self, *, now: dt.datetime, limit: int = 200) -> list[StaffTask]:
        """Unfinished ones, awake, past a time of theirs that was not told yet, most urgent first."""


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """A person of the clinic."""

    id: str
    name: str
    role: str
    password_hash: str = field(repr=False)
    disabled: bool = False


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member as an administrator sees them."""

    member: StaffMember
    sessions: int
    """Live ones: in how many browsers they are signed in."""
    tokens: int
    """API tokens, of programs that work in their name."""


class Staff(Protocol):
    """People, their sessions and API tokens; tokens are stored as SHA-256 only."""

    async def add(self, member: StaffMember) -> None:
        """Raises Conflict when the name exists."""

    async def by_name(self, name: str) -> StaffMember | None: ...

    async def get(self, staff_id: str) -> StaffMember:
        """Also a disabled one; raises NotAllowed when there is none."""

    async def everybody(self, *, now: dt.datetime) -> list[Person]:
        """Enabled ones first, then by name. Locked in a writing unit: who counts administrators decides."""

    async def save(self, member: StaffMember) -> None:
        """Role, password and state of an existing member; names stay, they stand in the record."""

    async def end_sessions_of(self, staff_id: str) -> None:
        """Signed out in every browser."""

    async def drop_api_tokens_of(self, staff_id: str) -> None:
        """Their programs are refused from now on."""

    async def names(self, *, roles: Collection[str]) -> list[str]:
        """Names of the enabled members of these roles, in order."""

    async def add_session(
        self, token_hash: str, *, staff_id: str, csrf: str, expires_at: dt.datetime
    ) -> None: ...

    async def session(self, token_hash: str, *, now: dt.datetime) -> tuple[StaffMember, str] | None:
        """(member, csrf) of a live session of an enabled member."""

    async def extend_session(self, token_hash: str, *, expires_at: dt.datetime) -> None:
        """A new end for a session; does nothing when there is none."""

    async def end_session(self, token_hash: str) -> None: ...

    async def present(self, *, roles: Collection[str], now: dt.datetime) -> bool:
        """Whether somebody of these roles has a live session."""

    async def add_api_token(self, token_hash: str, *, staff_id: str, at: dt.datetime) -> None: ...

    async def by_api_token(self, token_hash: str) -> StaffMember | None: ...


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One line of the audit log. `reference` is that of its case; None when there is none (any more)."""

    seq: int
    actor: str
    action: str
    case_id: str | None
    reference: str | None
    at: dt.datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class LogWanted:
    """Which lines of the log; what is None or empty asks for nothing."""

    actor: str | None = None
    reference: str | None = None
    actions: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    """Actions that are left out."""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


class Audit(Protocol):
    """Who did what, append-only, stable action codes, no patient words."""

    async def add(
        self, *, actor: str, action: str, case_id: str | None, at: dt.datetime, detail: Mapping[str, Any] = {}
    ) -> None: ...

    async def page(self, wanted: LogWanted, *, before: int | None, limit: int) -> list[LogEntry]:
        """Newest first, from the one before the number `before`."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """A line one of the staff wrote on a case, for the staff only."""

    id: str
    case_id: str
    text: str
    by: str
    at: dt.datetime


View = Literal["all", "mine", "unassigned", "snoozed"]


VIEWS: tuple[View, ...] = ("all", "mine", "unassigned", "snoozed")


@dataclass(frozen=True, kw_only=True)
class WorkFilter:
    """Which unfinished tasks; `mine` and `unassigned` go by who has the case. `private`: those too."""

    view: View = "all"
    member: str = ""
    private: bool = False
    alarms: bool = False
    """Only what everybody at the desk should hear."""


class Work(Protocol):
    """The staff's work queue: one line a task, keyset pages."""

    async def page(
        self, wanted: WorkFilter, *, now: dt.datetime, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Rows {task: StaffTask, reference, channel, level, rules, outcome, visit, handoff, claimed_by,
        test, asked_at, name, phone}, most urgent first (alarms, priority, level, due, tier, age of the
        request), and the cursor of the next page."""

    async def row(self, task_id: str, *, private: bool) -> Mapping[str, Any]:
        """One of any status; raises NotAllowed when there is none for this reader."""

    async def counts(self, *, member: str, private: bool, now: dt.datetime) -> Mapping[str, int]:
        """How many tasks are in each view, and `alarms` and `late` among all that are awake."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Something that left the house for a case, and what became of it; never its words."""

    channel: Channel
    about: str
    """Its dedupe key: `message:<id>:<part>` for a message of the conversation."""
    status: str
    """queued, sending, sent, dead, dropped (not wanted any more)."""
    queued_at: dt.datetime
    sent_at: dt.datetime | None
    reported: str | None
    """What the provider said later: delivered, undelivered, ..."""
    error: str | None


class Desk(Protocol):
    """What the staff list reads: one query, keyset pages. And what staff write on a case."""

    async def pulse(self) -> str:
        """Another text whenever a message, a task or a line of the audit was committed since."""

    async def deliveries(self, case_id: str) -> list[Delivery]:
        """What was sent for a case, oldest first."""

    async def add_note(self, note: Note) -> None:
        """Append."""

    async def notes(self, case_id: str) -> list[Note]:
        """Oldest first."""

    async def cases(
        self, *, queue: str, query: str | None, reference: str | None, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Rows {id, reference, channel, status, level, rules, outcome, visit, handoff, priority, due,
        task_id, task_status, claimed_by, created_at, updated_at, flags, name, phone, test} most urgent
        first (unacknowledged P0, level, due, age) and the cursor of the next page.
        `queue`: open | mine:<name> | all."""
