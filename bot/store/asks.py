"""Which questions were put (port: `bot.services.ports.Asks`)."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from bot.domain.cases import AskState
from bot.store.session import Session
from bot.store.tables import asks

OF_CASE = select(asks.c.name, asks.c.times, asks.c.state).where(asks.c.case_id == bindparam("case_id"))


class AskTable:
    """One row a question. A case's rows are read once in a unit of work."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[str, dict[str, AskState]] = {}

    async def all(self, case_id: str) -> dict[str, AskState]:
        """By name of the question, in the order of the names."""
        if case_id not in self._read:
            rows = await self._session.all(OF_CASE, case_id=case_id)
            self._read[case_id] = {row.name: AskState(**row._mapping) for row in rows}
        return dict(sorted(self._read[case_id].items()))

    async def save(self, case_id: str, state: AskState) -> None:
        """Insert or replace by name."""
        values = {"case_id": case_id, "name": state.name, "times": state.times, "state": state.state}
        await self._session.upsert(asks, values, keys=["case_id", "name"])
        if case_id in self._read:
            self._read[case_id][state.name] = state
