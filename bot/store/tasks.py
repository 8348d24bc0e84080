"""What staff must do (port: `bot.services.ports.Tasks`)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    Integer,
    Row,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from bot.domain.errors import NotAllowed
from bot.domain.tasks import NEXT_CONTACT, Attempt, StaffTask
from bot.store.columns import FAR_FUTURE, UtcTime
from bot.store.session import Session
from bot.store.tables import cases, task_attempts, tasks

FIELDS = tuple(StaffTask.__dataclass_fields__)
ATTEMPT_FIELDS = tuple(Attempt.__dataclass_fields__)

ALARM = (tasks.c.priority == "P0") & (tasks.c.status == "open")
URGENCY = (case((ALARM, 0), else_=1), tasks.c.priority, tasks.c.due_at, tasks.c.created_at, tasks.c.id)
"""Unacknowledged P0 first, then priority, due, age."""


UNFINISHED = text("tasks.status <> 'done'")
"""Written out: SQLite takes a partial index only where its condition stands word by word."""


class TaskTable:
    """Every change also writes the case's most urgent unfinished task to the case: the staff list
    sorts by it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, task: StaffTask) -> bool:
        """False (and nothing changes) when this case has an unfinished task of that kind."""
        added = await self._session.insert_new(tasks, {name: getattr(task, name) for name in FIELDS})
        if added:
            await self._show_new(task)
        return added

    async def get(self, task_id: str) -> StaffTask:
        """One of any status, locked in a writing unit; raises NotAllowed when there is none."""
        found = _select().where(tasks.c.id == task_id)
        row = await self._session.first(found.with_for_update() if self._session.write else found)
        if row is None:
            raise NotAllowed("no such task")
        return _task(row)

    async def peek(self, task_id: str) -> StaffTask:
        """The same, never locked."""
        row = await self._session.first(_select().where(tasks.c.id == task_id))
        if row is None:
            raise NotAllowed("no such task")
        return _task(row)

    async def of_case(self, case_id: str) -> list[StaffTask]:
        """All of a case, unfinished first, most urgent first."""
        finished = case((tasks.c.status == "done", 1), else_=0)
        own = _select().where(tasks.c.case_id == case_id)
        return [_task(row) for row in await self._session.all(own.order_by(finished, *URGENCY))]

    async def acknowledge(
        self, task_id: str, *, by: str, at: dt.datetime, loud_at: dt.datetime | None = None
    ) -> StaffTask:
        """open -> acknowledged, awake; what is acknowledged or done stays as it is. Raises NotAllowed."""
        values: dict[str, Any] = {"status": "acknowledged", "acknowledged_by": by, "acknowledged_at": at}
        values |= {"loud_at": loud_at} if loud_at else {}
        return await self._change(task_id, tasks.c.status == "open", values | {"snoozed_until": None})

    async def reopen(
        self,
        task_id: str,
        *,
        due_at: dt.datetime,
        next_contact_at: dt.datetime | None = None,
        loud_at: dt.datetime | None = None,
    ) -> StaffTask:
        """acknowledged -> open with new times; nobody has been told of them yet. Raises NotAllowed."""
        values = {"status": "open", "acknowledged_by": None, "acknowledged_at": None, "due_at": due_at}
        times = {"next_contact_at": next_contact_at, "loud_at": loud_at, "escalated": 0}
        return await self._change(task_id, tasks.c.status == "acknowledged", values | times)

    async def stir(self, case_id: str, *, loud_at: dt.datetime) -> None:
        """Something was done: an emergency of this case that somebody has is not forgotten before then."""
        had = and_(tasks.c.case_id == case_id, tasks.c.priority == "P0", tasks.c.status == "acknowledged")
        await self._session.run(update(tasks).where(had).values(loud_at=loud_at))

    async def snooze(self, task_id: str, *, until: dt.datetime | None) -> StaffTask:
        """Sleeps until then, None: awake; what is done stays as it is. Raises NotAllowed."""
        return await self._change(task_id, tasks.c.status != "done", {"snoozed_until": until})

    async def finish(
        self, task_id: str, *, by: str, at: dt.datetime, note: str, outcome: str | None = None
    ) -> StaffTask:
        """-> done; what is done stays as it is. Raises NotAllowed when there is none."""
        values = {"status": "done", "done_by": by, "done_at": at, "note": note, "outcome": outcome}
        return await self._change(task_id, tasks.c.status != "done", values)

    async def escalate(self, task_id: str, *, step: int) -> bool:
        """Note the step that is told now; False when it, or a later one, was told before."""
        lower = (tasks.c.id == task_id) & (tasks.c.escalated < step)
        return await self._session.changed(update(tasks).where(lower).values(escalated=step))

    async def add_attempt(self, attempt: Attempt) -> None:
        """Append, and count it."""
        row = {name: getattr(attempt, name) for name in ATTEMPT_FIELDS}
        await self._session.run(insert(task_attempts).values(row))
        counted = update(tasks).where(tasks.c.id == attempt.task_id).values(attempts=tasks.c.attempts + 1)
        await self._session.run(counted)

    async def attempts(self, case_id: str) -> list[Attempt]:
        """The tries at a case's tasks, oldest first."""
        wanted = select(*(task_attempts.c[name] for name in ATTEMPT_FIELDS))
        rows = await self._session.all(
            wanted.where(task_attempts.c.case_id == case_id).order_by(task_attempts.c.at, task_attempts.c.id)
        )
        return [Attempt(**row._mapping) for row in rows]

    async def overdue(
        self, *, now: dt.datetime, kind: str | None = None, limit: int = 100
    ) -> list[StaffTask]:
        """Open tasks (of a kind) whose due time has passed, most urgent first."""
        late = _select().where(tasks.c.status == "open", tasks.c.due_at < now)
        if kind is not None:
            late = late.where(tasks.c.kind == kind)
        return [_task(row) for row in await self._session.all(late.order_by(*URGENCY).limit(limit))]

    async def waiting(self, *, now: dt.datetime, limit: int = 200) -> list[StaffTask]:
        """Unfinished ones, awake, past a time of theirs that was not told yet, most urgent first."""
        free, first = tasks.c.status == "open", func.coalesce(tasks.c.next_contact_at, tasks.c.due_at)
        late = (tasks.c.priority != "P0") & (tasks.c.due_at < now)
        passed = or_(  # what `escalation` of the domain says, so that what has no step to come is not read
            (tasks.c.escalated < NEXT_CONTACT) & ((free & (first < now)) | late),
            (tasks.c.escalated == NEXT_CONTACT) & free & (tasks.c.loud_at < now),
            (tasks.c.priority == "P0") & (tasks.c.status == "acknowledged") & (tasks.c.loud_at < now),
        )
        rows = await self._session.all(
            _select().where(UNFINISHED, passed, awake(now)).order_by(*URGENCY).limit(limit)
        )
        return [_task(row) for row in rows]

    async def _change(self, task_id: str, allowed: Any, values: dict[str, Any]) -> StaffTask:
        changed = await self._session.changed(
            update(tasks).where(tasks.c.id == task_id, allowed).values(values)
        )
        row = await self._session.first(_select().where(tasks.c.id == task_id))
        if row is None:
            raise NotAllowed("no such task")
        if changed:
            await self._show(row.case_id)
        return _task(row)

    async def _show(self, case_id: str) -> None:
        row = await self._session.first(TOP, case_id=case_id)
        await self._session.run(SHOW, _shown(_task(row) if row else None) | {"of_case": case_id})

    async def _show_new(self, task: StaffTask) -> None:
        """Unless the one that is shown is as urgent: it is the older one."""
        shown = _shown(task)
        place = {"alarm": shown["desk_alarm"], "priority": task.priority, "due": task.due_at}
        await self._session.run(SHOW_NEW, shown | place | {"of_case": task.case_id})


def awake(now: dt.datetime) -> Any:
    """The condition that a task does not sleep at that time."""
    return tasks.c.snoozed_until.is_(None) | (tasks.c.snoozed_until <= now)


def _shown(task: StaffTask | None) -> dict[str, Any]:
    alarm = task is not None and task.priority == "P0" and task.status == "open"
    return {
        "task_id": task.id if task else None,
        "task_priority": task.priority if task else None,
        "task_status": task.status if task else None,
        "desk_alarm": 0 if alarm else 1,
        "desk_due": task.due_at if task else FAR_FUTURE,
    }


def _select() -> Select[Any]:
    return select(*(tasks.c[name] for name in FIELDS))


TOP = (
    _select()
    .where(tasks.c.case_id == bindparam("case_id"), tasks.c.status != "done")
    .order_by(*URGENCY)
    .limit(1)
)
SHOW = update(cases).where(cases.c.id == bindparam("of_case"))
SHOW_NEW = SHOW.where(
    cases.c.task_id.is_(None)
    | (
        tuple_(cases.c.desk_alarm, cases.c.task_priority, cases.c.desk_due)
        > tuple_(
            bindparam("alarm", type_=Integer),
            bindparam("priority", type_=String),
            bindparam("due", type_=UtcTime),
        )
    )
)


def _task(row: Row[Any]) -> StaffTask:
    return StaffTask(**row._mapping)
