"""Taking over in the page: ready texts without a script, and how long the patient will wait."""

from __future__ import annotations

import httpx

from bot.services.talk import takeover
from tests.integration.console.staff_world import World, signed_in
from tests.integration.console.test_console_pages import Markup, page_of


async def test_a_ready_text_is_sent_without_a_script(client: httpx.AsyncClient, world: World) -> None:
    await world.add_member("nurse")
    csrf = await signed_in(client, "nurse")
    case_id = await world.add_case()
    address = f"/console/cases/{case_id}"
    await client.post(f"{address}/take-over", data={"csrf": csrf})
    ready = {"csrf": csrf, "text": "", "canned": "canned_call_us", "channel": "web", "seen": "1"}
    assert (await client.post(f"{address}/messages", data=ready)).status_code == 303
    assert (
        world.protocols.texts.canned(channel="web")["canned_call_us"]
        in Markup(await page_of(client, address)).text
    )
    for chosen in ("", "greeting", "no such text"):  # only what is meant for it
        answer = await client.post(f"{address}/messages", data={**ready, "canned": chosen, "seen": "9"})
        assert answer.status_code == 400, chosen


async def test_page_says_how_long_the_patient_will_wait(client: httpx.AsyncClient, world: World) -> None:
    await world.add_member("nurse")
    await signed_in(client, "nurse")
    case_id = await world.add_case(task="person_wanted", priority="P1", due_minutes=7, phase="staff")
    assert (
        "The patient waits for a person, answer in 7 min"
        in Markup(await page_of(client, f"/console/cases/{case_id}")).text
    )
    await takeover.take_over(world.ctx, world.members["nurse"], case_id)
    assert "You have this conversation" in Markup(await page_of(client, f"/console/cases/{case_id}")).text
