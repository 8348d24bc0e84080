"""The page behind the link that opens one visit, over HTTP."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.bootstrap import build_app, build_protocols, build_store
from bot.domain.schedule import Appointment
from bot.services.context import Context
from bot.services.signed_links import VisitLinks
from bot.store import migrate
from bot.system import RandomIds, SystemClock
from tests.conftest import make_settings
from tests.integration.services import seeds

BORN = "4/12/1968"


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """The link to a visit at a running gateway."""
    from bot.gateway.assembly import listening

    settings = make_settings(data_dir=tmp_path)
    migrate(settings.database)
    app, store = build_app(settings), build_store(settings)
    booked = await _booked(settings, store)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        async with listening(app, sock=sock):
            links = VisitLinks(secret=settings.link_key, base=f"http://127.0.0.1:{sock.getsockname()[1]}")
            yield links.address(booked.id)
    await store.close()


async def _booked(settings, store) -> Appointment:  # type: ignore[no-untyped-def]
    absent = object()
    ctx = Context(
        unit_of_work=store.unit_of_work, protocols=build_protocols(settings), reader=absent,  # type: ignore[arg-type]
        dialogue=absent, clock=SystemClock(), ids=RandomIds(),  # type: ignore[arg-type]
    )  # fmt: skip
    patient = await seeds.offered_times(ctx, birth_date="1968-04-12")
    held = (await patient.appointments())[0]
    async with store.unit_of_work() as uow:
        booked = await uow.appointments.book(held.id, case_id=patient.case_id, now=ctx.clock.now())
        await uow.appointments.release_holds(patient.case_id)
        case = await uow.cases.get(patient.case_id)
        await uow.cases.save(dataclasses.replace(case, phase="done", status="booked", handoff="booking"))
        await uow.commit()
    return booked


async def test_the_page_asks_shows_and_gives_up(address: str) -> None:
    async with httpx.AsyncClient() as client:
        asked = await client.get(address)
        assert asked.status_code == 200
        assert "birth date" in asked.text
        assert " at " not in asked.text
        assert "no-store" in asked.headers["cache-control"]
        wrong = await client.post(address, data={"birth_date": "1/1/1980"})
        assert "not the birth date" in wrong.text
        shown = await client.post(address, data={"birth_date": BORN})
        assert "You have a" in shown.text
        assert 'value="drop"' in shown.text
        off = await client.post(address, data={"birth_date": BORN, "choice": "drop"})
        assert "is off" in off.text
        assert (await client.get(address)).status_code == 404


async def test_an_address_we_did_not_sign_is_not_there(address: str) -> None:
    async with httpx.AsyncClient() as client:
        answers = [
            await client.get(f"{address[:-3]}zzz"),
            await client.post(f"{address}x", data={"birth_date": BORN}),
        ]
    assert {answer.status_code for answer in answers} == {404}
