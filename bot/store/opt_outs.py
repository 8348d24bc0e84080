"""Who wants no texts (port: `bot.services.ports.OptOuts`)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from bot.store.outbox_table import opt_outs
from bot.store.search import number_key
from bot.store.session import Session


class OptOutTable:
    """One row a number that ever said so; the latest word counts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def is_out(self, number: str) -> bool:
        """False for a number that never said anything."""
        known = select(opt_outs.c.is_out).where(opt_outs.c.number_key == number_key(number))
        return bool(await self._session.value(known))

    async def set(self, number: str, *, out: bool, at: dt.datetime, source: str) -> None:
        """Insert or replace."""
        row = {"number_key": number_key(number), "is_out": out, "at": at, "source": source}
        await self._session.upsert(opt_outs, row, keys=["number_key"])
