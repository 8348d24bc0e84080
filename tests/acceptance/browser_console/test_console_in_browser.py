"""What a nurse sees and does in a real browser."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browsing import too_wide
from tests.integration.console.conversations import EMERGENCY, Said
from tests.integration.console.staff_world import busy_morning
from tests.integration.console.test_console_pages import PAYLOADS, hostile_case

pytestmark = pytest.mark.browser

P0 = {"task": "emergency", "priority": "P0", "status": "emergency", "handoff": "emergency"}


async def test_new_emergency_is_on_screen_by_itself(desk: Desk) -> None:
    await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open("/console/")
    for number in range(2, 5):
        await desk.world.add_case(EMERGENCY, minutes_ago=0, **P0)
        await desk.page.wait_for_selector(f'[data-live="alarms"][data-count="{number}"]')
    assert (await desk.page.title()).startswith("(4!)")
    assert "4 emergencies" in await desk.page.inner_text("[data-announce]")
    assert not desk.complaints


async def test_acknowledging_from_the_queue_opens_the_case(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open("/console/")
    await desk.page.click(".alarm-button")
    await desk.page.wait_for_url(f"**/console/cases/{ids['emergency']}")
    assert "acknowledged by nurse" in await desk.page.inner_text('[data-live="tasks"]')
    await desk.open("/console/")
    assert not await desk.page.is_visible('[data-live="alarms"]')
    assert not (await desk.page.title()).startswith("(")


async def test_open_case_shows_a_new_message_by_itself_and_keeps_what_is_typed(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open(f"/console/cases/{ids['same_day']}")
    await desk.page.fill('[data-live="tasks"] input[name=note]', "calling her")
    async with desk.world.store.unit_of_work() as uow:
        await uow.messages.add_inbound(
            ids["same_day"], text="it is worse now", channel="web", client_message_id="new",
            at=desk.world.clock.now(),
        )  # fmt: skip
        await uow.commit()
    await desk.page.wait_for_selector("#m-3")
    assert await desk.page.input_value('[data-live="tasks"] input[name=note]') == "calling her"


async def test_keyboard_alone_reaches_and_opens_a_case(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open("/console/")
    for key in ("j", "j", "k", "j", "Enter"):
        await desk.page.keyboard.press(key)
    await desk.page.wait_for_url(f"**/console/cases/{ids['same_day']}")
    await desk.page.keyboard.press("q")
    await desk.page.wait_for_url("**/console/")
    await desk.page.keyboard.press("/")
    await desk.page.keyboard.type("dana")
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_url("**q=dana")
    assert await desk.page.locator(".list tbody tr").count() == 1


async def test_focus_stays_while_the_list_refreshes(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open("/console/")
    await desk.page.focus(f'[data-row="{ids["booked"]}"]')
    await desk.world.add_case((Said(text="x"),), minutes_ago=1)
    await desk.page.wait_for_selector(".list tbody tr:nth-child(5)")
    assert await desk.page.evaluate("document.activeElement.dataset.row") == ids["booked"]


async def test_page_that_is_not_live_says_so(desk: Desk) -> None:
    await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open("/console/")
    await desk.page.context.set_offline(True)
    await desk.page.wait_for_selector("[data-lost]:not([hidden])")
    assert "new emergencies are not shown" in await desk.page.inner_text("[data-lost]")
    await desk.page.context.set_offline(False)
    await desk.page.wait_for_selector("[data-lost]", state="hidden")


async def test_signed_out_page_says_so(desk: Desk) -> None:
    await desk.sign_in("nurse")
    await desk.open("/console/")
    desk.world.clock.pass_(minutes=15)
    await desk.page.wait_for_selector("[data-lost]:not([hidden])")
    assert "You are signed out" in await desk.page.inner_text("[data-lost]")


async def test_sound_is_on_for_who_works_on_cases_and_else_when_chosen(desk: Desk) -> None:
    button = desk.page.locator("[data-sound]")
    await desk.sign_in("auditor")
    assert await button.get_attribute("aria-pressed") == "false"
    await desk.sign_in("nurse")
    assert await button.get_attribute("aria-pressed") == "true"
    assert await desk.page.evaluate("localStorage.length") == 0
    await desk.sign_in("auditor")
    await button.click()
    assert await button.get_attribute("aria-pressed") == "true"
    await desk.open("/console/")
    assert await button.get_attribute("aria-pressed") == "true"  # this computer remembers
    assert not desk.complaints


async def test_hostile_words_run_nothing(desk: Desk) -> None:
    case_ids = [await hostile_case(desk.world, payload) for payload in PAYLOADS]
    await desk.sign_in("nurse")
    for path in ("/console/", "/console/?queue=all", *(f"/console/cases/{case_id}" for case_id in case_ids)):
        await desk.open(path)
    assert not desk.complaints


@pytest.mark.parametrize("width", [1366, 390])
async def test_pages_have_no_accessibility_violation_and_fit(desk: Desk, width: int) -> None:
    ids = await busy_morning(desk.world)
    await desk.page.set_viewport_size({"width": width, "height": 1000})
    await desk.sign_in("nurse")
    for path in ("/console/", *(f"/console/cases/{ids[name]}" for name in ("emergency", "booked"))):
        await desk.open(path)
        results = await Axe().run(desk.page)
        found = [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in results.response["violations"]]
        assert not found, path
        assert await too_wide(desk.page) <= 0, path
