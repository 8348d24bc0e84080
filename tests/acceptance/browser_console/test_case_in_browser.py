"""The case page at work: what was known then, a fact put right, a conversation taken over."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.acceptance.browser_console.conftest import Desk
from tests.integration.console.staff_world import busy_morning

pytestmark = pytest.mark.browser


async def assert_accessible(desk: Desk) -> None:
    results = await Axe().run(desk.page)
    found = [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in results.response["violations"]]
    assert not found


async def test_a_nurse_looks_back_corrects_a_fact_and_sees_the_level_fall(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open(f"/console/cases/{ids['emergency']}")
    await desk.page.click("#m-6 .then")
    await desk.page.wait_for_selector(".then-card")
    assert "As it stood after #6" in await desk.page.inner_text("#then-title")
    assert await desk.page.is_visible("#m-6.chosen")
    await assert_accessible(desk)
    await desk.page.click("text=Back to now")
    await desk.page.click('tr:has(th[title="saddle_numbness"]) .edit a')
    await desk.page.check("input[value=no]")
    await desk.page.fill("#reason", "told me on the phone")
    await assert_accessible(desk)
    await desk.page.click("text=Show what it changes")
    assert "lowered" in await desk.page.inner_text(".outlook")
    await assert_accessible(desk)
    await desk.page.get_by_role("button", name="Confirm").click()
    await desk.page.wait_for_selector(".live.on")
    assert "Level lowered by staff" in await desk.page.inner_text('[data-live="patient"]')
    await desk.page.get_by_role("link", name="Add a fact").click()
    await desk.page.fill("#filter", "night sw")
    await assert_accessible(desk)
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_url("**/facts/night_sweats")
    assert not desk.complaints


async def test_a_conversation_is_taken_over_with_a_ready_text(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open(f"/console/cases/{ids['talking']}")
    await desk.page.click(".take-over button")
    await desk.page.select_option("#canned", "canned_call_us")
    assert "Please call us now" in await desk.page.input_value("#new-message")
    await desk.page.keyboard.type(" Ask for Ann.")
    await desk.page.keyboard.press("Control+Enter")
    await desk.page.wait_for_selector(".from-staff:has-text('Ask for Ann.')")
    assert await desk.page.evaluate("document.activeElement.id") == "new-message"
    await assert_accessible(desk)
    await desk.page.click("text=Hand back to the bot")
    await desk.page.wait_for_selector(".take-over button")
    assert not desk.complaints


async def test_a_link_to_a_message_moves_the_conversation_and_not_the_case(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.page.set_viewport_size({"width": 1366, "height": 700})
    await desk.sign_in("nurse")
    await desk.open(f"/console/cases/{ids['emergency']}")
    await desk.page.click('tr:has(th[title="age"]) .from')
    assert await desk.page.evaluate("document.activeElement.id") == "m-4"
    place = await desk.page.locator("#m-4").bounding_box()
    assert place is not None
    assert 0 < place["y"] < 700
