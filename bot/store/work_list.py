"""The staff's work queue: one line a task, with what a person must know of its case (port: `Desk`)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, literal, select, tuple_

from bot.domain.errors import InvalidInput, NotAllowed
from bot.domain.tasks import LOUD, StaffTask
from bot.services.ports import VIEWS, WorkFilter
from bot.store.session import Session
from bot.store.tables import cases, tasks
from bot.store.tasks import FIELDS, UNFINISHED, awake

OF_CASE = (
    "reference", "channel", "level", "rules", "outcome", "visit", "handoff", "claimed_by", "test",
)  # fmt: skip
MINE = "mine:"
_ALARM = case(
    ((tasks.c.status == "open") & ((tasks.c.priority == "P0") | (tasks.c.escalated >= LOUD)), 0), else_=1
)
ORDER = (
    _ALARM, tasks.c.priority, cases.c.desk_level, tasks.c.due_at, tasks.c.tier,
    cases.c.created_at, tasks.c.id,
)  # fmt: skip
"""What everybody should hear, then priority, level, due time, tier, age of the request (4.6)."""


class WorkList:
    """Unfinished tasks only: their number is bounded by what a clinic leaves undone."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def page(
        self, wanted: WorkFilter, *, now: dt.datetime, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Most urgent first, and the cursor of the next page (None on the last one).

        Raises InvalidInput for a cursor that is not ours.
        """
        query = _joined().where(*_wanted(wanted, now), *_after(after)).order_by(*ORDER).limit(limit + 1)
        rows = await self._session.all(query)
        more = len(rows) > limit
        return [_shown(row) for row in rows[:limit]], _cursor(rows[limit - 1]) if more else None

    async def row(self, task_id: str, *, private: bool) -> Mapping[str, Any]:
        """One of any status. Raises NotAllowed when there is none for this reader."""
        row = await self._session.first(_joined().where(tasks.c.id == task_id))
        if row is None or (row.private and not private):
            raise NotAllowed("no such task")
        return _shown(row)

    async def counts(self, *, member: str, private: bool, now: dt.datetime) -> Mapping[str, int]:
        """How many tasks each view holds: alarms, mine, unassigned, all, snoozed, late."""
        views = {view: WorkFilter(view=view, member=member, private=private) for view in VIEWS}
        sums = [func.count().filter(*_wanted(view, now)).label(name) for name, view in views.items()]
        loud = (*_wanted(views["all"], now), literal(0) == _ALARM)
        late = (*_wanted(views["all"], now), tasks.c.due_at < now)
        sums += [func.count().filter(*loud).label("alarms"), func.count().filter(*late).label("late")]
        unfinished = select(*sums).select_from(tasks).where(UNFINISHED)
        row = await self._session.first(unfinished)
        return {} if row is None else {name: int(count) for name, count in row._mapping.items()}


def _claimed(by: ColumnElement[bool]) -> ColumnElement[bool]:
    """Asked of the few cases that somebody has: joined to it, PostgreSQL reads all there ever were."""
    return tasks.c.case_id.in_(select(cases.c.id).where(by).correlate(None))


def _owner(member: str) -> ColumnElement[bool]:
    return _claimed(cases.c.claimed_by == member) | (tasks.c.acknowledged_by == member)


def _wanted(wanted: WorkFilter, now: dt.datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [UNFINISHED]  # type: ignore[list-item]
    if not wanted.private:
        found.append(tasks.c.private.is_(False))
    found.append(~awake(now) if wanted.view == "snoozed" else awake(now))
    if wanted.alarms:
        found.append(literal(0) == _ALARM)
    if wanted.view == "mine":
        found.append(_owner(wanted.member))
    if wanted.view == "unassigned":
        found += [tasks.c.status == "open", ~_claimed(cases.c.claimed_by.is_not(None))]
    return found


def _joined() -> Select[Any]:
    shown = [tasks.c[name] for name in FIELDS]
    more = [cases.c[name].label(f"case_{name}") for name in OF_CASE]
    contact = [
        cases.c.contact_name, cases.c.contact_phone, cases.c.address, cases.c.desk_level,
        _ALARM.label("alarm"), cases.c.created_at.label("asked_at"),
    ]  # fmt: skip
    return select(*shown, *more, *contact).select_from(tasks.join(cases))


def _shown(row: Row[Any]) -> Mapping[str, Any]:
    return {
        "task": StaffTask(**{name: row._mapping[name] for name in FIELDS}),
        **{name: row._mapping[f"case_{name}"] for name in OF_CASE},
        "asked_at": row.asked_at,
        "name": row.contact_name,
        "phone": row.contact_phone or row.address,
    }


def _after(cursor: str | None) -> list[ColumnElement[bool]]:
    if cursor is None:
        return []
    types = [column.type for column in ORDER]
    return [tuple_(*ORDER, types=types) > tuple_(*_read(cursor), types=types)]


def _cursor(row: Row[Any]) -> str:
    place = [
        row.alarm, row.priority, row.desk_level, row.due_at.isoformat(), row.tier,
        row.asked_at.isoformat(), row.id,
    ]  # fmt: skip
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, str, int, dt.datetime, int, dt.datetime, str]:
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        alarm, priority, level, due, tier, asked, task_id = raw
        due_at, asked_at = dt.datetime.fromisoformat(due), dt.datetime.fromisoformat(asked)
        place = (
            int(alarm), str(priority), int(level), due_at.astimezone(dt.UTC), int(tier),
            asked_at.astimezone(dt.UTC), str(task_id),
        )  # fmt: skip
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput(
            "the page cursor is not one of ours: start at the first page", field="after"
        ) from None
    return place
