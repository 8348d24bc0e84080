"""What an administrator does in the browser: by keyboard, accessible on every width."""

from __future__ import annotations

import pytest

from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browser_console.test_case_in_browser import assert_accessible
from tests.acceptance.browsing import too_wide
from tests.integration.console.conversations import SAME_DAY

pytestmark = pytest.mark.browser


async def assert_fits(desk: Desk) -> None:
    """No findings, and nothing is wider than the page on a phone, a tablet and at a desk."""
    for width in (390, 768, 1366):
        await desk.page.set_viewport_size({"width": width, "height": 900})
        assert await too_wide(desk.page) <= 0, width
    await assert_accessible(desk)


async def test_an_administrator_adds_a_nurse_who_then_sees_no_settings(desk: Desk) -> None:
    await desk.sign_in("admin")
    await desk.page.get_by_role("link", name="Settings").click()
    await desk.page.get_by_role("link", name="People").click()
    await assert_fits(desk)
    await desk.page.fill("#name", "Ana Example")
    await desk.page.check("input[value=nurse]")
    await desk.page.keyboard.press("Enter")
    password = await desk.page.inner_text("[data-password]")
    await assert_fits(desk)
    await desk.page.get_by_role("link", name="Done").click()
    await desk.page.click(".list >> text=admin")
    await desk.page.get_by_role("button", name="Shut out").click()
    assert "last administrator" in await desk.page.inner_text(".problem")
    await assert_fits(desk)
    await desk.page.get_by_role("button", name="Sign out", exact=True).click()
    await desk.page.fill("#name", "Ana Example")
    await desk.page.fill("#password", password)
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_url("**/console/queue")
    assert await desk.page.get_by_role("link", name="Settings").count() == 0
    await desk.page.get_by_role("link", name="Ana Example").click()
    await assert_fits(desk)
    assert [one for one in desk.complaints if "409" not in one] == []


async def test_a_nurse_begins_a_test_and_reads_one_beside_its_messages(desk: Desk) -> None:
    test_id = await desk.world.add_case(SAME_DAY, test=True)
    await desk.sign_in("nurse")
    await desk.page.get_by_role("link", name="Try").click()
    await assert_fits(desk)
    await desk.page.get_by_role("button", name="Begin a test").click()
    await desk.page.wait_for_selector("#text:focus")
    await assert_fits(desk)
    await desk.page.goto(f"{desk.url}/console/try/{test_id}")
    assert await desk.page.locator(".try .read").count() == sum(one.sender == "patient" for one in SAME_DAY)
    await assert_fits(desk)
    assert desk.complaints == []


async def test_hours_and_a_text_are_changed_and_count(desk: Desk) -> None:
    await desk.sign_in("admin")
    await desk.page.get_by_role("link", name="Settings").click()
    await desk.page.fill("#hours-monday", "from eight")
    await desk.page.keyboard.press("Enter")
    assert "Monday: write the hours like" in await desk.page.inner_text(".problem")
    await assert_fits(desk)
    await desk.page.fill("#hours-monday", "08:00-12:00, 13:00-17:00")
    await desk.page.fill("#name", "Spine House")
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_selector(".brand:has-text('Spine House')")
    assert await desk.page.input_value("#hours-monday") == "08:00-12:00, 13:00-17:00"
    await desk.page.get_by_role("link", name="Visits", exact=True).click()
    await assert_fits(desk)
    await desk.page.fill("#SURGICAL_CONSULT-minutes", "50")
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_selector(".version-list")
    assert await desk.page.input_value("#SURGICAL_CONSULT-minutes") == "50"
    await desk.page.get_by_role("link", name="Notifications").click()
    await assert_fits(desk)
    await desk.page.get_by_label("Nurse on call, P0: told at once").uncheck()
    await desk.page.get_by_label("Front desk, P0: told at once").uncheck()
    await desk.page.get_by_role("button", name="Check and save").click()
    assert "P0: somebody must be told at once" in await desk.page.inner_text(".problem[role=alert]")
    await desk.page.get_by_role("link", name="Texts", exact=True).click()
    await assert_fits(desk)
    await desk.page.get_by_role("link", name="smalltalk thanks").click()
    await desk.page.fill("#web", "You are welcome.")
    await assert_fits(desk)
    await desk.page.get_by_role("button", name="Check and save").click()
    await desk.page.wait_for_selector("text=changed here")
    assert [one for one in desk.complaints if "400" not in one] == []
