"""What staff must do (port: `bot.services.ports.Tasks`)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Row, Select, case, select, update

from bot.domain.errors import NotAllowed
from bot.domain.schedule import StaffTask
from bot.store.columns import FAR_FUTURE
from bot.store.session import Session
from bot.store.tables import cases, tasks

FIELDS = tuple(StaffTask.__dataclass_fields__)

ALARM = (tasks.c.priority == "P0") & (tasks.c.status == "open")
URGENCY = (case((ALARM, 0), else_=1), tasks.c.priority, tasks.c.due_at, tasks.c.created_at, tasks.c.id)
"""Unacknowledged P0 first, then priority, due, age."""


class TaskTable:
    """Every change also writes the case's most urgent unfinished task to the case: the staff list
    sorts by it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, task: StaffTask) -> bool:
        """False (and nothing changes) when this case has an unfinished task of that kind."""
        added = await self._session.insert_new(tasks, {name: getattr(task, name) for name in FIELDS})
        if added:
            await self._show(task.case_id)
        return added

    async def of_case(self, case_id: str) -> list[StaffTask]:
        """All of a case, unfinished first, most urgent first."""
        finished = case((tasks.c.status == "done", 1), else_=0)
        own = _select().where(tasks.c.case_id == case_id)
        return [_task(row) for row in await self._session.all(own.order_by(finished, *URGENCY))]

    async def acknowledge(self, task_id: str, *, by: str, at: dt.datetime) -> StaffTask:
        """open -> acknowledged; what is acknowledged or done stays as it is. Raises NotAllowed."""
        values = {"status": "acknowledged", "acknowledged_by": by, "acknowledged_at": at}
        return await self._change(task_id, tasks.c.status == "open", values)

    async def reopen(self, task_id: str, *, due_at: dt.datetime) -> StaffTask:
        """acknowledged -> open with a new due time. Raises NotAllowed when there is none."""
        values = {"status": "open", "acknowledged_by": None, "acknowledged_at": None, "due_at": due_at}
        return await self._change(task_id, tasks.c.status == "acknowledged", values)

    async def finish(self, task_id: str, *, by: str, at: dt.datetime, note: str) -> StaffTask:
        """-> done; what is done stays as it is. Raises NotAllowed when there is none."""
        values = {"status": "done", "done_by": by, "done_at": at, "note": note}
        return await self._change(task_id, tasks.c.status != "done", values)

    async def overdue(
        self, *, now: dt.datetime, kind: str | None = None, limit: int = 100
    ) -> list[StaffTask]:
        """Open tasks (of a kind) whose due time has passed, most urgent first."""
        late = _select().where(tasks.c.status == "open", tasks.c.due_at < now)
        if kind is not None:
            late = late.where(tasks.c.kind == kind)
        return [_task(row) for row in await self._session.all(late.order_by(*URGENCY).limit(limit))]

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
        row = await self._session.first(
            _select().where(tasks.c.case_id == case_id, tasks.c.status != "done").order_by(*URGENCY).limit(1)
        )
        shown = {
            "task_id": row.id if row else None,
            "task_priority": row.priority if row else None,
            "task_status": row.status if row else None,
            "desk_alarm": 0 if row and row.priority == "P0" and row.status == "open" else 1,
            "desk_due": row.due_at if row else FAR_FUTURE,
        }
        await self._session.run(update(cases).where(cases.c.id == case_id).values(shown))


def _select() -> Select[Any]:
    return select(*(tasks.c[name] for name in FIELDS))


def _task(row: Row[Any]) -> StaffTask:
    return StaffTask(**row._mapping)
