"""The protocols in the browser: facts are tried, one writes a draft, another publishes it."""

from __future__ import annotations

import pytest

from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browser_console.test_case_in_browser import assert_accessible
from tests.acceptance.browsing import too_wide

pytestmark = pytest.mark.browser
CHECKED_MS = 120_000
"""Seconds of work: the longest a busy machine may take for it."""


async def test_facts_are_tried_by_keyboard_and_nothing_overflows_on_a_tablet(desk: Desk) -> None:
    await desk.sign_in("nurse")
    await desk.page.goto(desk.url + "/console/protocols")
    await assert_accessible(desk)
    await desk.page.set_viewport_size({"width": 820, "height": 1100})
    assert await too_wide(desk.page) <= 0
    await desk.page.goto(desk.url + "/console/protocols/what-if?f.age=70")
    await desk.page.select_option("#add", "stroke_signs")
    await desk.page.get_by_role("button", name="Judge").press("Enter")
    await desk.page.select_option('select[name="f.stroke_signs"]', "yes")
    await desk.page.get_by_role("button", name="Judge").press("Enter")
    await desk.page.wait_for_selector(".badge.big.level-emergency_now")
    await assert_accessible(desk)
    assert await too_wide(desk.page) <= 0
    await desk.page.goto(desk.url + "/console/protocols/rules/RF51")
    await assert_accessible(desk)
    assert not desk.complaints


async def test_a_draft_is_written_by_one_published_by_another_and_taken_back(desk: Desk) -> None:
    await desk.sign_in("nurse")
    await desk.page.goto(desk.url + "/console/protocols/rules/RF97/change")
    written = await desk.page.input_value("#text")
    await desk.page.fill("#text", written.replace("painful stripe rash", "painful rash in a stripe"))
    await desk.page.fill("#note", "clearer")
    await assert_accessible(desk)
    await desk.page.get_by_role("button", name="Save the draft").click()
    await desk.page.wait_for_selector("text=Another person must publish what you wrote", timeout=CHECKED_MS)
    await assert_accessible(desk)
    draft = desk.page.url
    await desk.sign_in("protocol_approver")
    await desk.page.goto(draft)
    await desk.page.get_by_role("button", name="Publish").click()
    await desk.page.wait_for_selector("text=Published: it counts")
    await desk.page.goto(desk.url + "/console/protocols/rules/RF97")
    assert "Painful rash in a stripe" in await desk.page.inner_text("#rule-title")
    await desk.page.goto(desk.url + "/console/protocols")
    await desk.page.click("text=Go back to this version")
    await assert_accessible(desk)
    await desk.page.fill('input[name="reason"]', "the old title was the known one")
    await desk.page.get_by_role("button", name="Put 1.0.0 in force again").click()
    await desk.page.wait_for_url("**/console/protocols#versions")
    await desk.page.goto(desk.url + "/console/protocols/rules/RF97")
    assert "Painful stripe rash" in await desk.page.inner_text("#rule-title")
    assert not desk.complaints
