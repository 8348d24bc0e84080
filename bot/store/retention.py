"""Erasing cases that are over (port: `bot.services.ports.retention.Retention`).

A case goes with its row: whatever belongs to it is deleted by the database (ON DELETE CASCADE), so that no
later table is forgotten. No trigger of `revisions.py` fires: copies in other systems stay theirs.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, select

from bot.store.figure_tables import dispositions
from bot.store.outbox_table import outbox
from bot.store.session import Session
from bot.store.tables import appointments, cases, notes, tasks

_THIS = cases.c.id == bindparam("case_id")
_LOCK = select(cases.c.id).where(_THIS).with_for_update()


class RetentionTable:
    """One look along `ix_cases_updated`, oldest first; one statement a case."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def over(self, *, before: dt.datetime, limit: int) -> list[str]:
        """Ids of cases that were over at that time, the one that rested longest first."""
        oldest = select(cases.c.id).where(_over(before)).order_by(cases.c.updated_at, cases.c.id)
        return [row.id for row in await self._session.all(oldest.limit(limit))]

    async def erase(self, case_id: str, *, before: dt.datetime) -> bool:
        """Locked first: what a turn or a colleague was just adding is seen by the second look."""
        await self._session.first(_LOCK, case_id=case_id)
        return await self._session.changed(delete(cases).where(_THIS, _over(before)), case_id=case_id)


def _over(before: dt.datetime) -> ColumnElement[bool]:
    return (
        (cases.c.updated_at < before)
        & (func.coalesce(cases.c.said_at, cases.c.created_at) < before)
        & (cases.c.status != "open")
        & ((cases.c.status != "emergency") | cases.c.acknowledged_at.is_not(None))
        & (cases.c.turn_until.is_(None) | (cases.c.turn_until < before))
        & ~exists().where(
            tasks.c.case_id == cases.c.id, (tasks.c.status != "done") | (tasks.c.done_at >= before)
        )
        & ~exists().where(
            appointments.c.case_id == cases.c.id,
            appointments.c.status.in_(("held", "booked")),
            appointments.c.end_at >= before,
        )
        & ~exists().where(notes.c.case_id == cases.c.id, notes.c.at >= before)
        & ~exists().where(dispositions.c.case_id == cases.c.id, dispositions.c.at >= before)
        & ~exists().where(
            outbox.c.case_id == cases.c.id,
            outbox.c.status.in_(("queued", "sending")) | (outbox.c.created_at >= before),
        )
    )
