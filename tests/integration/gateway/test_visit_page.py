"""The page behind the link that opens one visit, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import icalendar
import pytest

from bot.gateway.link_page import TRIES_A_MINUTE
from bot.protocols import Protocols
from bot.settings import Settings
from tests.integration.gateway.linked import BORN, linked
from tests.integration.sms.world import WordReader


@pytest.fixture
async def address(database: str, settings: Settings, protocols: Protocols) -> AsyncIterator[str]:
    """The link to a visit at a running gateway."""
    async with linked(database, settings, protocols, reader=WordReader()) as running:
        yield running.visit


async def test_the_page_asks_shows_and_gives_up(address: str) -> None:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        asked = await client.get(address)
        assert asked.status_code == 200
        assert "birth date" in asked.text
        assert " at " not in asked.text.partition("<section")[2].partition("</section>")[0]
        assert "no-store" in asked.headers["cache-control"]
        wrong = await client.post(address, data={"birth_date": "1/1/1980"})
        assert "not the birth date" in wrong.text
        shown = await client.post(address, data={"birth_date": BORN})
        assert "You have a" in shown.text
        assert 'value="drop"' in shown.text
        saved = await client.post(address, data={"birth_date": BORN, "choice": "save"})
        assert 'value="save"' in shown.text
        assert saved.headers["content-type"].startswith("text/calendar")
        assert len(icalendar.Calendar.from_ical(saved.text).walk("VEVENT")) == 1
        guessed = await client.post(address, data={"birth_date": "1/1/1980", "choice": "save"})
        assert "VEVENT" not in guessed.text
        off = await client.post(address, data={"birth_date": BORN, "choice": "drop"})
        assert "is off" in off.text
        assert (await client.get(address)).status_code == 404


async def test_an_address_we_did_not_sign_is_not_there(address: str) -> None:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        answers = [
            await client.get(f"{address[:-3]}zzz"),
            await client.post(f"{address}x", data={"birth_date": BORN}),
        ]
    assert {answer.status_code for answer in answers} == {404}
    for answer in answers:
        assert "does not open a visit any more" in answer.text


async def test_too_many_tries_are_refused_on_a_page(address: str) -> None:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        for _ in range(TRIES_A_MINUTE):
            await client.post(f"{address}x", data={"birth_date": BORN})
        refused = await client.post(address, data={"birth_date": BORN})
        assert refused.status_code == 429
        assert "wait a minute" in refused.text
        assert "You have a" not in refused.text
        assert (
            (await client.post(f"{address}", content=b"{}")).headers["content-type"].startswith("text/html")
        )
