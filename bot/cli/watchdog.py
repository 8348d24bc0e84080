"""`python -m bot watchdog`: a process of its own, so that it works when gateway and engine do not."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from contextlib import AsyncExitStack

from bot.bootstrap import records_context, staff_context
from bot.domain.errors import ProtocolError, StoreUnavailable
from bot.domain.tasks import LOUD, StaffTask
from bot.ops.technical_log import start_technical_log
from bot.services.context import Context
from bot.services.office.unanswered import call_unanswered
from bot.services.queues.escalation import by_notices
from bot.services.queues.watch import WatchContext, escalate_overdue, tell_nobody
from bot.settings import Settings, load_settings

LOOK_SECONDS = 15.0

log = logging.getLogger(__name__)


def configure(parser: argparse.ArgumentParser) -> None:
    """`--once` looks a single time, for a timer of the operating system."""
    parser.add_argument("--once", action="store_true", help="look once and end")


def run(args: argparse.Namespace) -> int:
    """Look every 15 seconds until SIGTERM or Ctrl-C."""
    settings = load_settings()
    start_technical_log(settings.log_level)
    asyncio.run(_run(settings, once=args.once))
    return 0


async def _run(settings: Settings, *, once: bool) -> None:
    async with AsyncExitStack() as stack:
        ctx = await _context(settings, stack)
        await (look(ctx) if once else _watch(ctx))


async def _context(settings: Settings, stack: AsyncExitStack) -> WatchContext:
    """With the clinic's protocols; without them emergencies are watched all the same."""
    try:
        return await stack.enter_async_context(records_context(settings))
    except ProtocolError:
        log.critical("the protocols cannot be read: only overdue work is watched; see `bot check`")
        return await stack.enter_async_context(staff_context(settings))


async def _watch(ctx: WatchContext) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    while not stopping.is_set():
        await look(ctx)
        ended = asyncio.create_task(stopping.wait())
        await asyncio.wait({ended}, timeout=LOOK_SECONDS)
        ended.cancel()


async def look(ctx: WatchContext) -> None:
    """One look; a store that is down is said, and tried again at the next look."""
    try:
        whole = ctx if isinstance(ctx, Context) else None
        for task in await escalate_overdue(ctx, tell=by_notices(whole) if whole else tell_nobody):
            _say(task)
        if whole is not None:
            await call_unanswered(whole)
    except StoreUnavailable:
        log.error("the store cannot be read: emergencies cannot be watched now")


def _say(task: StaffTask) -> None:
    """An emergency is critical from its first step, other work when everybody must hear of it."""
    critical = task.priority == "P0" or task.escalated >= LOUD
    log.log(
        logging.CRITICAL if critical else logging.WARNING,
        "nobody did a staff task in time",
        extra={"case_id": task.case_id, "task_id": task.id, "priority": task.priority},
    )
