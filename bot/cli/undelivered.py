"""`python -m bot undelivered [again ID|leave ID]`: what could not be delivered, and what to do with it."""

from __future__ import annotations

import argparse
import asyncio

from bot.bootstrap import records_context
from bot.domain.errors import InvalidInput, NotAllowed, StoreUnavailable
from bot.services.queues import undelivered
from bot.services.records.exports import COMMAND_LINE
from bot.settings import Settings, load_settings
from bot.store import schema_version_ok


def configure(parser: argparse.ArgumentParser) -> None:
    """Without a word: the list."""
    parser.add_argument("what", nargs="?", choices=("list", "again", "leave"), default="list")
    parser.add_argument("id", nargs="?", metavar="ID", help="the first word of a line of the list")


def run(args: argparse.Namespace) -> int:
    """Print what there is, or what was done. Raises IntakeError with what to do."""
    print(asyncio.run(_run(load_settings(), args)))
    return 0


async def _run(settings: Settings, args: argparse.Namespace) -> str:
    if not schema_version_ok(settings.database):
        raise StoreUnavailable("the database is not there or not up to date: run `python -m bot migrate`")
    if args.what != "list" and args.id is None:
        raise InvalidInput(f"undelivered: say which one: `undelivered {args.what} ID`")
    async with records_context(settings) as ctx:
        if args.what == "list":
            found = await undelivered.undelivered(ctx, COMMAND_LINE)
            return "\n".join(_line(one) for one in found) or "everything was delivered"
        act = undelivered.send_again if args.what == "again" else undelivered.leave
        try:
            await act(ctx, COMMAND_LINE, args.id)
        except NotAllowed:
            raise InvalidInput("undelivered: no message with this id was given up") from None
    return "it is sent again" if args.what == "again" else "it is off the list"


def _line(one: undelivered.Undelivered) -> str:
    state = "still trying" if one.trying else "given up"
    head = f"{one.id} {one.since:%Y-%m-%d %H:%M}Z {one.reference or '-'}"
    return f"{head} {one.what} ({one.to}), {state}: {one.reason}"
