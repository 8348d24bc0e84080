"""The loops that answer texts and send what is due.

No case waits for another one's slow turn, no number for another one's slow delivery: each runs as a
task of its own, and a look for new work never waits for them.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Callable, Coroutine

from bot.messaging.loops import Step, keep
from bot.services.context import Context
from bot.services.ports import Carrier
from bot.services.queues import outgoing
from bot.services.texting import sms_turns

log = logging.getLogger("intake.messaging")

PAUSE_SECONDS = 0.5
"""Between looks when there was nothing to do."""
PAUSE_AFTER_FAILURE_SECONDS = 2.0
MOST_AT_ONCE = 40
"""Turns, or deliveries, in the air."""


async def run_workers(
    ctx: Context, provider: Carrier, stop: asyncio.Event, *, pause_seconds: float = PAUSE_SECONDS
) -> None:
    """Answers texts and sends them until `stop` is set (then what runs is finished) or it is cancelled.

    Several processes may run it at once: turns and texts are leased in the store.
    """
    async with asyncio.TaskGroup() as group:
        starter = turn_starter(ctx, Pool(group), urgent=Pool(group))
        group.create_task(_keep(starter, stop, pause_seconds))
        group.create_task(run_deliveries(ctx, provider, stop, pause_seconds=pause_seconds))


async def run_deliveries(
    ctx: Context, carrier: Carrier, stop: asyncio.Event, *, pause_seconds: float = PAUSE_SECONDS
) -> None:
    """Sends what is due by one channel until `stop` is set or it is cancelled; several processes may."""
    async with asyncio.TaskGroup() as group:
        await _keep(delivery_starter(ctx, carrier, Pool(group)), stop, pause_seconds)


async def _keep(step: Step, stop: asyncio.Event, pause_seconds: float) -> None:
    await keep(step, stop, pause_seconds=pause_seconds, pause_after_failure=PAUSE_AFTER_FAILURE_SECONDS)


class Pool:
    """At most one running task a key, at most `MOST_AT_ONCE` in all. A failed one is logged by its kind."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[str] = set()

    @property
    def free(self) -> int:
        """How many more could be started now."""
        return MOST_AT_ONCE - len(self._running)

    def has(self, key: str) -> bool:
        """Whether its task runs."""
        return key in self._running

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


def turn_starter(ctx: Context, pool: Pool, *, urgent: Pool) -> Step:
    """Starts the turns of cases whose texts wait; how many cases were started.

    `urgent` has places of its own: an engine that hangs fills `pool`, and "call 911" must not wait for it.
    """
    failures: sms_turns.Failures = Counter()
    screened: set[tuple[str, str]] = set()

    async def step() -> int:
        nonlocal screened
        queues = await sms_turns.waiting_by_case(ctx)
        ready = {case_id: queue for case_id, queue in queues.items() if sms_turns.is_whole(ctx, queue[0])}
        started = {
            case_id
            for case_id, queue in ready.items()
            if pool.start(case_id, lambda queue=queue: sms_turns.answer_in_order(ctx, queue, failures))  # type: ignore[misc]
        }
        # A text whose turn does not run yet may be an emergency, which waits neither for the turn of an
        # earlier text, nor for a place, nor for the end of its own thought.
        held = [text for case_id, queue in queues.items() for text in queue[pool.has(case_id) :]]
        screened = {
            (text.id, text.text)
            for text in held
            if (text.id, text.text) in screened
            or urgent.start(text.id, lambda text=text: sms_turns.answer_urgent(ctx, text))  # type: ignore[misc]
        }
        return len(started)

    return step


def delivery_starter(ctx: Context, carrier: Carrier, pool: Pool) -> Step:
    """Starts the deliveries that are due; how many. Claims nothing it could not start."""
    owner = secrets.token_hex(8)

    async def step() -> int:
        if not pool.free:
            return 0
        claimed = await outgoing.claim_due(ctx, carrier.channel, owner=owner, limit=pool.free)
        for item in claimed:
            pool.start(item.id, lambda item=item: outgoing.deliver(ctx, carrier, item))  # type: ignore[misc]
        return len(claimed)

    return step
