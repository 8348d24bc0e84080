"""Rate limits: a fixed window per key.

What patients write and the chats they open are counted in the record, for all gateways and across restarts.
Reading is counted in this process alone: a limit on reads guards this process's own work, and a write for
every look would cost more than the look. Limits stop loops and floods; they never stop an emergency from
being seen (see `chat_api`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from bot.services.access import counting
from bot.services.access.counting import CountingContext

WINDOW_SECONDS = 60


class Counter(Protocol):
    """Counts events by key in windows of one minute."""

    async def hit(self, *keys: str) -> list[int]:
        """Count one more of each; how many of each were in their window, this one included.

        Raises StoreUnavailable when it counts in the record.
        """


class LocalCounter:
    """In this process's memory. Forgets everything when the window changes, so it cannot grow."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window = -1
        self._counts: dict[str, int] = {}

    async def hit(self, *keys: str) -> list[int]:
        window = int(self._clock() // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._counts = window, {}
        for key in keys:
            self._counts[key] = self._counts.get(key, 0) + 1
        return [self._counts[key] for key in keys]


class SharedCounter:
    """In the record: the same count for every process."""

    def __init__(self, ctx: CountingContext) -> None:
        self._ctx = ctx

    async def hit(self, *keys: str) -> list[int]:
        return await counting.count(self._ctx, keys, seconds=WINDOW_SECONDS)
