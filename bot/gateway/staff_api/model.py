"""Which model answers now, without asking the engine at every page."""

from __future__ import annotations

import asyncio
import time

from bot.domain.errors import DialogueFailed
from bot.services.ports import Dialogue

KEPT_SECONDS = 30.0
PATIENCE_SECONDS = 1.0
"""A page about a patient never waits longer for a name at its foot."""


class ModelName:
    """Asks the engine, and remembers the answer, silence included, for half a minute."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._asked_at: float | None = None
        self._name: str | None = None

    async def current(self) -> str | None:
        """The model's id; None while the engine is silent."""
        now = time.monotonic()
        if self._asked_at is None or now - self._asked_at > KEPT_SECONDS:
            self._asked_at = now
            self._name = await self._ask()
        return self._name

    async def _ask(self) -> str | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._dialogue.model_id()
        except (DialogueFailed, TimeoutError):
            return None
