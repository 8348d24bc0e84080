"""The loop that tells other systems what changed."""

from __future__ import annotations

import asyncio
import secrets

from bot.messaging.caldav import CaldavServer
from bot.messaging.fhir_schedule import FhirSchedule
from bot.messaging.fhir_server import FhirServer
from bot.messaging.loops import keep
from bot.services.context import Context
from bot.services.records import publishing
from bot.services.visits import busy_times, calendar_publishing, schedule_upkeep

PAUSE_SECONDS = 5.0
"""Between looks when there was nothing to do: no patient waits for it."""
WATCH_SECONDS = 300.0
"""Between looks for changes made in the calendar itself."""


async def tell_fhir_server(
    ctx: Context,
    server: FhirServer,
    stop: asyncio.Event,
    *,
    namespace: str,
    pause_seconds: float = PAUSE_SECONDS,
) -> None:
    """Until `stop` is set or the task is cancelled. Several processes may run it: cases are leased."""
    owner = secrets.token_hex(8)

    async def step() -> int:
        return await publishing.push_due(ctx, server, namespace=namespace, owner=owner)

    await keep(step, stop, pause_seconds=pause_seconds)


async def keep_schedule(
    ctx: Context,
    server: FhirSchedule,
    stop: asyncio.Event,
    *,
    pause_seconds: float = PAUSE_SECONDS,
    watch_seconds: float = WATCH_SECONDS,
) -> None:
    """Gives back what is over and looks for changes made in the other schedule, until `stop` is set."""

    async def give_back() -> int:
        await schedule_upkeep.give_back(ctx, server)
        return 0  # what failed is due again at once: not without a pause

    async def watch() -> int:
        await schedule_upkeep.watch(ctx, server)
        return 0

    async with asyncio.TaskGroup() as group:
        group.create_task(keep(give_back, stop, pause_seconds=pause_seconds))
        group.create_task(keep(watch, stop, pause_seconds=watch_seconds))


async def keep_calendar(
    ctx: Context,
    server: CaldavServer,
    stop: asyncio.Event,
    *,
    pause_seconds: float = PAUSE_SECONDS,
    watch_seconds: float = WATCH_SECONDS,
) -> None:
    """Publishes appointments and looks for changes made there, until `stop` is set."""
    owner = secrets.token_hex(8)

    async def publish() -> int:
        return await calendar_publishing.publish_due(ctx, server, owner=owner)

    async def watch() -> int:
        await calendar_publishing.watch(ctx, server)
        await busy_times.look(ctx, server)
        return 0

    async with asyncio.TaskGroup() as group:
        group.create_task(keep(publish, stop, pause_seconds=pause_seconds))
        group.create_task(keep(watch, stop, pause_seconds=watch_seconds))
