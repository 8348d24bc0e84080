"""A process that books the chosen time, for the tests that kill it: DATABASE CASE MESSAGE NOW, and for a
schedule of another system its URL and TOKEN."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from dataclasses import replace

from bot.bootstrap import PROTOCOLS
from bot.messaging import FhirSchedule, FhirServer
from bot.protocols import load_protocols
from bot.services.absent import Absent
from bot.services.case.steps import Turn
from bot.services.context import Context
from bot.services.schedules import OtherSchedule
from bot.services.visits import booking
from bot.store import open_store
from bot.system import RandomIds
from tests.fhir.cases import NAMESPACE
from tests.integration.services.standing import Standing
from tests.integration.services.test_schedules import practitioners


async def main() -> None:
    store, absent = open_store(sys.argv[1]), Absent()
    ctx = Context(
        unit_of_work=store.unit_of_work, protocols=load_protocols(PROTOCOLS), reader=absent, dialogue=absent,
        clock=Standing(dt.datetime.fromisoformat(sys.argv[4])), ids=RandomIds(),
        reach=frozenset({"email"}), mail_from="intake@clinic.example",
    )  # fmt: skip
    line = None
    if sys.argv[5:]:
        line = FhirSchedule(
            FhirServer(url=sys.argv[5], token=sys.argv[6]),
            namespace=NAMESPACE,
            practitioners=practitioners(ctx.protocols),
        )
        ctx = replace(ctx, schedule=OtherSchedule(server=line))
    turn = Turn(case_id=sys.argv[2], message_id=sys.argv[3], intent="inform", confidence=1.0)
    await booking.take_booking_turn(ctx, turn)
    if line is not None:
        await line.close()
    await store.close()


asyncio.run(main())
