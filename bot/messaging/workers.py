"""The loops that answer texts and send what is due.

No case waits for another one's slow turn, no number for another one's slow delivery: each runs as a
task of its own, and a look for new work never waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine

from bot.services import outgoing, sms
from bot.services.context import Context
from bot.services.ports import SmsProvider

log = logging.getLogger("intake.messaging")

PAUSE_SECONDS = 0.5
"""Between looks when there was nothing to do."""
PAUSE_AFTER_FAILURE_SECONDS = 2.0
MOST_AT_ONCE = 40
"""Turns, or deliveries, in the air."""

Step = Callable[[], Awaitable[int]]


async def run_workers(
    ctx: Context, provider: SmsProvider, stop: asyncio.Event, *, pause_seconds: float = PAUSE_SECONDS
) -> None:
    """Both loops until `stop` is set (then what runs is finished) or the task is cancelled.

    Several processes may run them at once: turns and texts are leased in the store.
    """
    async with asyncio.TaskGroup() as group:
        turns, deliveries = Pool(group), Pool(group)
        group.create_task(_loop(turn_starter(ctx, turns), stop, pause_seconds))
        group.create_task(_loop(delivery_starter(ctx, provider, deliveries), stop, pause_seconds))


class Pool:
    """At most one running task a key, at most `MOST_AT_ONCE` in all. A failed one is logged by its kind."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[str] = set()

    @property
    def free(self) -> int:
        """How many more could be started now."""
        return MOST_AT_ONCE - len(self._running)

    def start(self, key: str, work: Callable[[], Coroutine[object, object, object]]) -> bool:
        """Whether it was started: not when its key runs already or the pool is full."""
        if not self.free or key in self._running:
            return False
        self._running.add(key)
        self._group.create_task(self._run(key, work))
        return True

    async def _run(self, key: str, work: Callable[[], Coroutine[object, object, object]]) -> None:
        try:
            if await work() == 0:
                await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)  # it got nowhere: not at once again
        except Exception as error:  # the outermost wrapper of a task: what it left is found again
            log.error("worker task failed: %s", type(error).__name__)
            await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
        finally:
            self._running.discard(key)


def turn_starter(ctx: Context, pool: Pool) -> Step:
    """Starts the turns of cases whose texts wait; how many cases were started."""
    failures: sms.Failures = Counter()
    screened: set[str] = set()

    async def step() -> int:
        nonlocal screened
        waiting = await sms.waiting_by_case(ctx)
        behind = {text.id: text for queue in waiting.values() for text in queue[1:]}
        # "Call 911" must not wait behind the turn of an earlier text.
        screened = {
            text.id
            for text in behind.values()
            if text.id in screened
            or pool.start(f"urgent:{text.id}", lambda text=text: sms.answer_urgent(ctx, text))  # type: ignore[misc]
        }
        return sum(
            pool.start(case_id, lambda queue=queue: sms.answer_in_order(ctx, queue, failures))  # type: ignore[misc]
            for case_id, queue in waiting.items()
        )

    return step


def delivery_starter(ctx: Context, provider: SmsProvider, pool: Pool) -> Step:
    """Starts the deliveries that are due; how many. Claims nothing it could not start."""
    owner = secrets.token_hex(8)

    async def step() -> int:
        claimed = await outgoing.claim_due(ctx, owner=owner, limit=pool.free) if pool.free else []
        for text in claimed:
            pool.start(text.id, lambda text=text: outgoing.deliver(ctx, provider, text))  # type: ignore[misc]
        return len(claimed)

    return step


async def _loop(step: Step, stop: asyncio.Event, pause_seconds: float) -> None:
    while not stop.is_set():
        try:
            pause = 0.0 if await step() else pause_seconds
        except Exception as error:  # the outermost wrapper of a loop: the store may be back soon
            log.error("worker step failed: %s", type(error).__name__)
            pause = PAUSE_AFTER_FAILURE_SECONDS
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), timeout=pause)
