"""Erasing cases that are over (port: `bot.services.ports.retention.Retention`).

A case goes with its row: whatever belongs to it is deleted by the database (ON DELETE CASCADE), so that no
later table is forgotten. No trigger of `revisions.py` fires: copies in other systems stay theirs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, bindparam, delete, exists, func, select

from bot.services.ports.retention import LegalHold, Wish
from bot.store.figure_tables import dispositions
from bot.store.mark_tables import erasure_wishes, legal_holds
from bot.store.outbox_table import outbox
from bot.store.session import Session
from bot.store.tables import appointments, cases, notes, tasks

_THIS = cases.c.id == bindparam("case_id")
_LOCK = select(cases.c.id).where(_THIS).with_for_update()
_WISH = select(erasure_wishes).where(erasure_wishes.c.case_id == bindparam("case_id"))
_HOLD = select(legal_holds).where(legal_holds.c.case_id == bindparam("case_id"))


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

    async def wishes(self, *, limit: int) -> Sequence[Wish]:
        """Along `ix_erasure_wishes_at`."""
        oldest = select(erasure_wishes).order_by(erasure_wishes.c.at, erasure_wishes.c.case_id).limit(limit)
        return [Wish(**row._mapping) for row in await self._session.all(oldest)]

    async def count_wishes(self) -> int:
        """A table of a few rows."""
        return int(await self._session.value(select(func.count()).select_from(erasure_wishes)))

    async def wish(self, case_id: str) -> Wish | None:
        """By the primary key."""
        row = await self._session.first(_WISH, case_id=case_id)
        return None if row is None else Wish(**row._mapping)

    async def add_wish(self, wish: Wish) -> bool:
        """The first one stands."""
        return await self._session.insert_new(erasure_wishes, asdict(wish))

    async def drop_wish(self, case_id: str) -> bool:
        """By the primary key."""
        own = erasure_wishes.c.case_id == case_id
        return await self._session.changed(delete(erasure_wishes).where(own))

    async def legal_hold(self, case_id: str) -> LegalHold | None:
        """By the primary key."""
        row = await self._session.first(_HOLD, case_id=case_id)
        return None if row is None else LegalHold(**row._mapping)

    async def add_legal_hold(self, hold: LegalHold) -> bool:
        """The first one stands."""
        return await self._session.insert_new(legal_holds, asdict(hold))

    async def drop_legal_hold(self, case_id: str) -> bool:
        """By the primary key."""
        return await self._session.changed(delete(legal_holds).where(legal_holds.c.case_id == case_id))


def _over(before: dt.datetime) -> ColumnElement[bool]:
    return (
        (cases.c.updated_at < before)
        & (func.coalesce(cases.c.said_at, cases.c.created_at) < before)
        & (cases.c.status != "open")
        & ((cases.c.status != "emergency") | cases.c.acknowledged_at.is_not(None))
        & (cases.c.turn_until.is_(None) | (cases.c.turn_until < before))
        & ~exists().where(legal_holds.c.case_id == cases.c.id)
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
