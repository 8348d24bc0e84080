"""A provider's feed over HTTP: who gets it, what is in it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar

from bot.gateway.assembly import assemble
from bot.gateway.calendar_feed import calendar_blueprint
from bot.gateway.options import options_from
from bot.gateway.wakes import WakeHub
from bot.protocols import Protocols
from bot.services.visits.calendars import feed_token
from bot.store import open_store
from tests.conftest import make_settings
from tests.integration.console.conversations import ROUTINE
from tests.integration.console.staff_world import HandClock, World
from tests.integration.gateway.scripted import ScriptedDoor
from tests.integration.gateway.serving import listening

SECRET = "s" * 32


@pytest.fixture
async def world(
    sqlite_template: Path, tmp_path: Path, protocols: Protocols, noon: dt.datetime
) -> AsyncIterator[World]:
    file = tmp_path / "staff.sqlite3"
    shutil.copy(sqlite_template, file)
    store = open_store(f"sqlite:///{file}")
    yield World(store=store, protocols=protocols, clock=HandClock(noon), folder=tmp_path)
    await store.close()


async def get(world: World, path: str, *, secret: str | None = SECRET) -> httpx.Response:
    """From a gateway with only this door."""
    settings = make_settings(data_dir=world.folder, **({"calendar_secret": secret} if secret else {}))
    hub = WakeHub()
    app = assemble(
        door=ScriptedDoor(hub=hub), options=options_from(settings, lambda: world.protocols),
        hub=hub, probes={},
        blueprints=[calendar_blueprint(world.ctx, settings)],
    )  # fmt: skip
    async with listening(app) as port, httpx.AsyncClient(timeout=30, trust_env=False) as client:
        return await client.get(f"http://127.0.0.1:{port}{path}")


def address(provider: str = "raskas", *, secret: str = SECRET) -> str:
    return f"/calendar/{provider}/{feed_token(secret, provider)}.ics"


async def test_booked_times_are_there_without_a_patient(world: World) -> None:
    case_id = await world.add_case(ROUTINE, booked_in_hours=50, status="booked", handoff="booking")
    answer = await get(world, address())
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    async with world.store.unit_of_work(write=False) as uow:
        reference = (await uow.cases.get(case_id)).reference
    (event,) = Calendar.from_ical(answer.text).walk("VEVENT")
    assert str(event["SUMMARY"]) == f"Visit with a spine surgeon · {reference}"
    assert event.start == dt.datetime(2026, 11, 20, 20, 0, tzinfo=dt.UTC)
    assert int(event["SEQUENCE"]) == 0
    assert event["DTSTAMP"].dt == world.clock.now().replace(microsecond=0), "when it was booked"
    assert "Placeholder" not in answer.text
    assert "555-0188" not in answer.text


async def test_cancelled_times_and_other_peoples_are_not(world: World) -> None:
    case_id = await world.add_case(ROUTINE, booked_in_hours=50, status="booked", handoff="booking")
    assert "VEVENT" not in (await get(world, address("pa_a"))).text
    async with world.store.unit_of_work() as uow:
        (visit,) = await uow.appointments.of_case(case_id)
        await uow.appointments.cancel(visit.id, case_id=case_id)
        await uow.commit()
    assert "VEVENT" not in (await get(world, address())).text


@pytest.mark.parametrize(
    "path",
    [
        f"/calendar/surgeon_b/{feed_token(SECRET, 'raskas')}.ics",
        f"/calendar/nobody/{feed_token(SECRET, 'nobody')}.ics",
        address(secret="old" * 12),
        "/calendar/raskas/.ics",
        "/calendar/raskas/é.ics",
        "/calendar/raskas/x.txt",
    ],
)
async def test_a_wrong_address_says_nothing(world: World, path: str) -> None:
    answer = await get(world, path)
    assert answer.status_code == 404
    assert "raskas" not in answer.text.lower()


async def test_without_a_secret_the_door_is_closed(world: World) -> None:
    path = f"/calendar/raskas/{feed_token('', 'raskas')}.ics"
    assert (await get(world, path, secret=None)).status_code == 404
