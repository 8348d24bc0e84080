"""Which questions were put (port: `bot.services.ports.Asks`)."""

from __future__ import annotations

from sqlalchemy import select

from bot.domain.cases import AskState
from bot.store.session import Session
from bot.store.tables import asks


class AskTable:
    """One row a question. A case's rows are read once in a unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[str, dict[str, AskState]] = {}

    async def all(self, case_id: str) -> dict[str, AskState]:
        """By name of the question."""
        if case_id not in self._read:
            self._read[case_id] = await self._read_all(case_id)
        return dict(self._read[case_id])

    async def _read_all(self, case_id: str) -> dict[str, AskState]:
        columns = (asks.c.name, asks.c.times, asks.c.state)
        rows = await self._session.all(
            select(*columns).where(asks.c.case_id == case_id).order_by(asks.c.name)
        )
        return {row.name: AskState(**row._mapping) for row in rows}

    async def save(self, case_id: str, state: AskState) -> None:
        """Insert or replace by name."""
        self._read.pop(case_id, None)
        values = {"case_id": case_id, "name": state.name, "times": state.times, "state": state.state}
        await self._session.upsert(asks, values, keys=["case_id", "name"])
