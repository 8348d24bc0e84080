"""A step repeated until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger("intake.messaging")

Step = Callable[[], Awaitable[int]]
"""Does what is due; how much there was."""


async def keep(
    step: Step, stop: asyncio.Event, *, pause_seconds: float, pause_after_failure: float | None = None
) -> None:
    """Repeat a step until `stop` is set or the task is cancelled, at once while it finds work."""
    while not stop.is_set():
        try:
            pause = 0.0 if await step() else pause_seconds
        except Exception as error:  # the outermost wrapper of a loop: the store may be back soon
            log.error("worker step failed: %s", type(error).__name__)
            pause = pause_seconds if pause_after_failure is None else pause_after_failure
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=pause)
