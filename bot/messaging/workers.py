"""The loops that answer texts and send what is due."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable

from bot.services import outgoing, sms
from bot.services.context import Context
from bot.services.ports import SmsProvider

log = logging.getLogger("intake.messaging")

PAUSE_SECONDS = 0.5
"""Between looks when there was nothing to do."""
PAUSE_AFTER_FAILURE_SECONDS = 2.0


async def run_workers(
    ctx: Context, provider: SmsProvider, stop: asyncio.Event, *, pause_seconds: float = PAUSE_SECONDS
) -> None:
    """Both loops until `stop` is set or the task is cancelled. Several processes may run them at once."""
    owner, failures = secrets.token_hex(8), Counter[str]()
    async with asyncio.TaskGroup() as group:
        group.create_task(_loop(lambda: sms.process_waiting(ctx, failures), stop, pause_seconds))
        group.create_task(
            _loop(lambda: outgoing.deliver_due(ctx, provider, owner=owner), stop, pause_seconds)
        )


async def _loop(step: Callable[[], Awaitable[int]], stop: asyncio.Event, pause_seconds: float) -> None:
    while not stop.is_set():
        try:
            pause = 0.0 if await step() else pause_seconds
        except Exception as error:  # the outermost wrapper of a loop: the store may be back soon
            log.error("worker step failed: %s", type(error).__name__)
            pause = PAUSE_AFTER_FAILURE_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=pause)
