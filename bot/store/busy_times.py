"""Times that others took in the providers' calendars (port: `bot.services.ports.BusyTimes`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import delete, insert, select

from bot.domain.openings import Span
from bot.store.publication_table import busy_marks, busy_times
from bot.store.session import Session


class BusyTable:
    """A calendar is replaced as a whole, with the mark it was read under."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def mark(self, provider_id: str) -> tuple[str, dt.datetime] | None:
        """The mark of the calendar as it was read last, and when."""
        known = select(busy_marks).where(busy_marks.c.provider_id == provider_id)
        row = await self._session.first(known)
        return (row.mark, row.read_at) if row else None

    async def of(self, provider_id: str) -> list[Span]:
        """In order."""
        mine = select(busy_times).where(busy_times.c.provider_id == provider_id)
        return [
            (row.start_at, row.end_at)
            for row in await self._session.all(mine.order_by(busy_times.c.start_at))
        ]

    async def replace(self, provider_id: str, spans: Collection[Span], *, mark: str, at: dt.datetime) -> None:
        """These are all of it now."""
        await self._session.run(delete(busy_times).where(busy_times.c.provider_id == provider_id))
        rows = [
            {"provider_id": provider_id, "start_at": start, "end_at": end}
            for start, end in sorted(set(spans))
        ]
        if rows:
            await self._session.run(insert(busy_times), rows)
        row = {"provider_id": provider_id, "mark": mark, "read_at": at}
        await self._session.upsert(busy_marks, row, keys=["provider_id"])
