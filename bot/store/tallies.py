"""Counts that several processes share (port: `bot.services.ports.texting.Tallies`)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Row, delete, select

from bot.store.session import Session
from bot.store.tables import tallies

KEPT = dt.timedelta(days=1)


class TallyTable:
    """One row a key; those long over are swept away when a window begins."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def hit(self, key: str, *, at: dt.datetime, seconds: float) -> int:
        """Count one more; how many there were in this window, this one included."""
        await self._session.hold_key(f"tally:{key}")
        row = await self._running(key, at)
        if row is None:
            await self._session.run(delete(tallies).where(tallies.c.until <= at - KEPT))
        count = 1 if row is None else row.hits + 1
        until = at + dt.timedelta(seconds=seconds) if row is None else row.until
        await self._session.upsert(tallies, {"key": key, "hits": count, "until": until}, keys=["key"])
        return count

    async def running(self, key: str, *, at: dt.datetime) -> int:
        """How many there were in the window that runs; counts nothing."""
        row = await self._running(key, at)
        return 0 if row is None else row.hits

    async def ends(self, key: str, *, at: dt.datetime) -> dt.datetime | None:
        """When the window that runs is over; None when none runs."""
        row = await self._running(key, at)
        return None if row is None else row.until

    async def clear(self, key: str) -> None:
        """Forget a key."""
        await self._session.run(delete(tallies).where(tallies.c.key == key))

    async def _running(self, key: str, at: dt.datetime) -> Row[Any] | None:
        live = select(tallies.c.hits, tallies.c.until).where(tallies.c.key == key, tallies.c.until > at)
        return await self._session.first(live)
