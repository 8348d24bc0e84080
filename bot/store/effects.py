"""Idempotency of effects (port: `bot.services.ports.Effects`)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, insert, select

from bot.store.session import Session
from bot.store.tables import effects

RESULT = select(effects.c.result).where(
    effects.c.case_id == bindparam("case_id"),
    effects.c.message_id == bindparam("message_id"),
    effects.c.effect == bindparam("effect"),
)


class EffectTable:
    """One row per (case, message, effect), in the transaction of the effect."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def result(self, case_id: str, message_id: str, effect: str) -> Any | None:
        """What the effect returned when it was done before, else None. Tuples come back as lists."""
        return await self._session.value(RESULT, case_id=case_id, message_id=message_id, effect=effect)

    async def record(self, case_id: str, message_id: str, effect: str, result: Any) -> None:
        """Raises Conflict when another transaction was first: roll back and read its result."""
        row = {"case_id": case_id, "message_id": message_id, "effect": effect, "result": result}
        await self._session.run(insert(effects), row)
