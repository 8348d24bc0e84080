"""A circuit breaker: a dead engine must not cost every patient ten seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Breaker:
    """Opens after some failures in a row; after a pause one call may try, and decides.

    `clock` gives seconds that only grow.
    """

    failures_to_open: int = 3
    pause_seconds: float = 5.0
    clock: Callable[[], float] = time.monotonic
    _failures: int = field(default=0, init=False)
    _opened_at: float | None = field(default=None, init=False)
    _probing: bool = field(default=False, init=False)

    def allows(self) -> bool:
        """Whether a call may go out now; a call it allows while open is the probe."""
        if self._opened_at is None:
            return True
        if self._probing or self.clock() - self._opened_at < self.pause_seconds:
            return False
        self._probing = True
        return True

    def succeeded(self) -> None:
        """A call was answered: closed."""
        self._failures, self._opened_at, self._probing = 0, None, False

    def failed(self) -> None:
        """A call was not answered; a failed probe starts the pause anew."""
        self._failures += 1
        if self._probing or self._failures >= self.failures_to_open:
            self._opened_at, self._probing = self.clock(), False

    def gave_up(self) -> None:
        """A call was abandoned before it was decided: the next one may probe."""
        self._probing = False
