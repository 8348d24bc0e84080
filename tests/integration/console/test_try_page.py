"""The page that tries the bot: a message by the form is answered, and its reading stands beside it."""

from __future__ import annotations

import re

import httpx

from bot.services.ports import Reader
from bot.settings import Settings
from tests.integration.console.conftest import staff_app
from tests.integration.console.staff_world import World, signed_in
from tests.integration.gateway.serving import listening
from tests.plain_dialogue import PlainDialogue


async def test_a_nurse_tries_an_emergency_and_sees_how_it_was_read(
    world: World, settings: Settings, reader: Reader
) -> None:
    world.reader, world.engine = reader, PlainDialogue()
    await world.add_member("nurse")
    world.engine.ctx = world.ctx
    async with listening(staff_app(world, settings)) as port:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:
            csrf = {"csrf": await signed_in(client, "nurse")}
            begun = (await client.post("/console/try", data=csrf)).headers["location"]
            page = (await client.get(begun)).text
            choice = re.search(r'<button name="choice" value="([^"]+)"', page)
            assert choice is not None
            given = {**csrf, "seen": "2", "text": "", "choice": choice.group(1)}
            assert (await client.post(f"{begun}/say", data=given)).status_code == 303
            given = {**csrf, "seen": "4", "text": "I wet myself and I am numb between my legs"}
            assert (await client.post(f"{begun}/say", data=given)).status_code == 303
            page = (await client.get(begun)).text
            stale = await client.post(f"{begun}/say", data={**csrf, "choice": choice.group(1)})
            lists = [(await client.get(path)).text for path in ("/console/", "/console/queue")]
    assert "call 911" in page.lower()
    assert 'class="badge level-emergency_now"' in page
    assert "A test. Staff would get: emergency (P0)" in page
    assert stale.status_code == 400
    assert begun.rpartition("/")[2] not in "".join(lists)
