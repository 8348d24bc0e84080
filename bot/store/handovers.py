"""One-time keys to a case at its other door (port: `bot.services.ports.texting.Handovers`)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, insert, select

from bot.services.ports.texting import Door
from bot.store.session import Session
from bot.store.tables import handovers


class HandoverTable:
    """A key is deleted when it is used, replaced, or found to be over."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, key_hash: str, *, case_id: str, door: Door, expires_at: dt.datetime) -> None:
        """Raises Conflict when there is no such case."""
        older = (handovers.c.case_id == case_id) & (handovers.c.door == door)
        await self._session.run(delete(handovers).where(older))
        row = {"key_hash": key_hash, "case_id": case_id, "door": door, "expires_at": expires_at}
        await self._session.run(insert(handovers).values(row))

    async def case_id(self, key_hash: str, *, door: Door, now: dt.datetime) -> str | None:
        """The case of a live key, else None."""
        live = (handovers.c.key_hash == key_hash) & (handovers.c.door == door)
        found: str | None = await self._session.value(
            select(handovers.c.case_id).where(live, handovers.c.expires_at > now)
        )
        return found

    async def use(self, key_hash: str, *, door: Door, now: dt.datetime) -> str | None:
        """As `case_id`; whoever deletes the row has it."""
        case_id = await self.case_id(key_hash, door=door, now=now)
        taken = await self._session.changed(delete(handovers).where(handovers.c.key_hash == key_hash))
        return case_id if taken else None
