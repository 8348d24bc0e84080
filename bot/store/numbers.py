"""Numbers that no text reaches (port: `bot.services.ports.texting.Numbers`)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select

from bot.store.outbox_table import unreachable
from bot.store.search import number_key
from bot.store.session import Session


class NumberTable:
    """One row a number; a text from it deletes the row."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def unreachable(self, number: str) -> str | None:
        """The provider's code, None when nothing is known against it."""
        known = select(unreachable.c.code).where(unreachable.c.number_key == number_key(number))
        code: str | None = await self._session.value(known)
        return code

    async def note_unreachable(self, number: str, *, code: str, at: dt.datetime) -> None:
        """Insert or replace."""
        row = {"number_key": number_key(number), "code": code, "at": at}
        await self._session.upsert(unreachable, row, keys=["number_key"])

    async def note_reachable(self, number: str) -> None:
        """Does nothing when nothing was known against it."""
        await self._session.run(delete(unreachable).where(unreachable.c.number_key == number_key(number)))
