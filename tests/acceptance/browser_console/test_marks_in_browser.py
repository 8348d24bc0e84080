"""Tags, flags and a patient's wish to be erased, as a nurse and an administrator do it in the browser."""

from __future__ import annotations

import pytest

from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browser_console.test_case_in_browser import assert_accessible
from tests.acceptance.browsing import too_wide
from tests.integration.console.conversations import ROUTINE
from tests.integration.console.staff_world import busy_morning

pytestmark = pytest.mark.browser


async def test_a_nurse_tags_and_flags_and_finds_both_again(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open(f"/console/cases/{ids['emergency']}")
    await desk.page.fill("#new-tag", "odd slang")
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_selector(".own-tags:has-text('odd slang')")
    await desk.page.click("#m-8 .set-flag")
    await desk.page.click("#m-8 .flagged summary")
    await desk.page.fill("#why-8", "said in passing")
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_selector("#m-8 .flagged:has-text('said in passing')")
    await desk.page.wait_for_selector(".live.on")
    await assert_accessible(desk)
    await desk.page.goto(desk.url + "/console/find?tag=Odd+Slang&flagged=yes")
    assert await desk.page.locator(".list tbody tr").count() == 1
    await assert_accessible(desk)
    for width in (820, 390):
        await desk.page.set_viewport_size({"width": width, "height": 900})
        assert await too_wide(desk.page) <= 0
        table = "document.querySelector('.list').scrollWidth - document.querySelector('.list').clientWidth"
        assert await desk.page.evaluate(table) <= 0  # nothing of a row is out of sight
    assert not desk.complaints


async def test_one_person_writes_a_wish_down_and_another_erases(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, status="closed", phase="done")
    await desk.sign_in("front_desk")
    await desk.open(f"/console/cases/{case_id}")
    await desk.page.get_by_role("link", name="Erase").click()
    await desk.page.fill("#reason", "by phone, told the birth date")
    await assert_accessible(desk)
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_selector("text=An administrator decides.")
    desk.world.clock.pass_(minutes=1)
    await desk.sign_in("admin")
    await desk.page.goto(desk.url + "/console/erasures")
    await assert_accessible(desk)
    await desk.page.click(".list .reference")
    await desk.page.check("text=I have looked")
    await assert_accessible(desk)
    await desk.page.get_by_role("button", name="Erase for good").click()
    await desk.page.wait_for_selector("text=No patient waits for a decision.")
    assert not desk.complaints
