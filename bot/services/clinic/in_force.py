"""Which protocols count: the installed files with what this clinic made of them, the same in every process.

What people publish stands in the record with a revision. Every process looks for a newer one every two
seconds, joins it with the installed files, and takes it up for everything that begins from then on. What does
not load any more (after an update of the installed files) is not taken up: what counted before goes on
counting, the log and the settings page say so.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable

from bot.domain.errors import ProtocolError, StoreUnavailable
from bot.protocols import Protocols
from bot.protocols.shelf import Shelf
from bot.services.context import Context
from bot.services.ports import Edition

log = logging.getLogger("intake.protocols")

EVERY_SECONDS = 2.0


def joined(shelf: Shelf, editions: Iterable[Edition]) -> Protocols:
    """The protocols with these editions; blocks for half a second. Raises ProtocolError."""
    editions = list(editions)
    contents = {one.name: one.content.encode() for one in editions if one.kind == "document"}
    changes = {one.name: json.loads(one.content) for one in editions if one.kind == "changes"}
    return shelf.protocols(contents=contents, changes=changes)


async def look(ctx: Context) -> bool:
    """Take up what was published since the last look; whether anything was."""
    if ctx.shelf is None:
        return False
    async with ctx.unit_of_work(write=False) as uow:
        revision = await uow.editions.revision()
        if revision == ctx.standing.revision:
            return False
        editions = await uow.editions.in_force()
    try:
        protocols = await asyncio.to_thread(joined, ctx.shelf, editions)
    except ProtocolError as error:
        log.error("revision %d is not in force: %s", revision, error)
        ctx.standing.revision, ctx.standing.problem = revision, str(error)
        return False
    ctx.take_up(protocols)
    ctx.standing.revision, ctx.standing.problem = revision, ""
    log.info("revision %d is in force", revision)
    return True


async def try_to_look(ctx: Context) -> bool:
    """The same, where the record may be out of reach: then what counted before goes on counting."""
    try:
        return await look(ctx)
    except StoreUnavailable:
        log.warning("the record cannot be read: the protocols stay as they are")
        return False


async def keep_current(ctx: Context, *, then: Callable[[], Awaitable[object]] | None = None) -> None:
    """Look again and again, until cancelled; `then` follows every change. Only where there is a shelf."""
    while ctx.shelf is not None:
        if await try_to_look(ctx) and then is not None:
            await then()
        await asyncio.sleep(EVERY_SECONDS)
