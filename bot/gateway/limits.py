"""Rate limits: a fixed window per key, counted in this process.

`Counter` is the seam: a counter that several processes share has the same one method. Limits are
there to stop loops and floods; they never stop an emergency from being seen (see `chat_api`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

WINDOW_SECONDS = 60


class Counter(Protocol):
    """Counts events by key in windows of one minute."""

    def hit(self, key: str) -> int:
        """Count one more; how many there were in this window, this one included."""


class LocalCounter:
    """In this process's memory. Forgets everything when the window changes, so it cannot grow."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._window = -1
        self._counts: dict[str, int] = {}

    def hit(self, key: str) -> int:
        window = int(self._clock() // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._counts = window, {}
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key]
