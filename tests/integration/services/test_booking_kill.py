"""Kill -9 between any two steps of a booking: the repeat books once and loses nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import pytest

from bot.bootstrap import PROTOCOLS
from bot.protocols import load_protocols
from bot.services.absent import Absent
from bot.services.context import Context
from bot.settings import ROOT
from bot.store import Store
from bot.system import RandomIds
from tests.integration.services import seeds
from tests.integration.services.conftest import StandingClock

PLACES = ("booking.booked", "turn.recorded", "turn.committed")


@pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
async def test_a_booking_that_is_killed_anywhere_is_made_once(
    store: Store, database_url: str, clock: StandingClock
) -> None:
    absent = Absent()
    ctx = Context(
        unit_of_work=store.unit_of_work, protocols=load_protocols(PROTOCOLS), reader=absent, dialogue=absent,
        clock=clock, ids=RandomIds(),
    )  # fmt: skip
    patient = await seeds.offered_times(ctx, contact_email="dana@example.com")
    async with store.unit_of_work() as uow:
        message, _ = await uow.messages.add_inbound(
            patient.case_id, text="1", channel="web", client_message_id="one", at=clock.now()
        )
        await uow.commit()

    async def book(failpoint: str) -> int:
        command = [database_url, patient.case_id, message.id, clock.now().isoformat()]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.services.booker", *command,
            cwd=ROOT, env={"PATH": os.environ["PATH"], "FAILPOINT": failpoint},
        )  # fmt: skip
        return await process.wait()

    for place in PLACES:
        assert await book(place) == -signal.SIGKILL, place
    assert await book("") == 0
    assert [one.status for one in await patient.appointments()].count("booked") == 1
    assert not [one for one in await patient.appointments() if one.status == "held"]
    assert (await patient.case()).status == "booked"
    async with store.unit_of_work() as uow:
        [mail] = await uow.outbox.claim_due(
            owner="t", now=clock.now(), lease_seconds=60, channel="email", limit=10
        )
    assert mail.invitation is not None, "invited once"
