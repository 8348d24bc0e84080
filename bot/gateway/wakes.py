"""Wakes this process's streams when a case has new messages.

Messages written by another process (the texts' worker, a staff member's other gateway) are found by
looking into the store once a second; a wake only makes the common case immediate.
"""

from __future__ import annotations

import asyncio
import contextlib


class WakeHub:
    """Events by case id; holds nothing for a case nobody waits for."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def wake(self, case_id: str) -> None:
        """Everybody who waits for this case looks again now."""
        for event in self._waiting.get(case_id, ()):
            event.set()

    async def wait(self, case_id: str, *, seconds: float) -> None:
        """Returns when the case is woken, or after `seconds`."""
        event = asyncio.Event()
        self._waiting.setdefault(case_id, set()).add(event)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), timeout=seconds)
        finally:
            self._waiting[case_id].discard(event)
            if not self._waiting[case_id]:
                del self._waiting[case_id]
