"""`python -m bot watchdog`: a process of its own, so that it works when gateway and engine do not."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal

from bot.bootstrap import staff_context
from bot.domain.errors import StoreUnavailable
from bot.ops.technical_log import start_technical_log
from bot.services.watch import WatchContext, escalate_overdue
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
    async with staff_context(settings) as ctx:
        await (look(ctx) if once else _watch(ctx))


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
        escalated = await escalate_overdue(ctx)
    except StoreUnavailable:
        log.error("the store cannot be read: emergencies cannot be watched now")
        return
    for task in escalated:
        log.critical(
            "an emergency is unacknowledged beyond its time",
            extra={"case_id": task.case_id, "task_id": task.id},
        )
