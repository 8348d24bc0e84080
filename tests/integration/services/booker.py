"""A process that books the chosen time, for the tests that kill it: DATABASE CASE MESSAGE NOW."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys

from bot.bootstrap import PROTOCOLS, Absent
from bot.protocols import load_protocols
from bot.services import booking
from bot.services.context import Context
from bot.services.steps import Turn
from bot.store import open_store
from bot.system import RandomIds
from tests.integration.services.standing import Standing


async def main() -> None:
    store, absent = open_store(sys.argv[1]), Absent()
    ctx = Context(
        unit_of_work=store.unit_of_work, protocols=load_protocols(PROTOCOLS), reader=absent, dialogue=absent,
        clock=Standing(dt.datetime.fromisoformat(sys.argv[4])), ids=RandomIds(),
        reach=frozenset({"email"}), mail_from="intake@clinic.example",
    )  # fmt: skip
    turn = Turn(case_id=sys.argv[2], message_id=sys.argv[3], intent="inform", confidence=1.0)
    await booking.take_booking_turn(ctx, turn)
    await store.close()


asyncio.run(main())
