"""Finding a conversation in the browser, by keyboard, and accessible on every width."""

from __future__ import annotations

import pytest

from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browser_console.test_case_in_browser import assert_accessible
from tests.acceptance.browsing import too_wide
from tests.integration.console.staff_world import busy_morning

pytestmark = pytest.mark.browser


async def test_a_nurse_finds_a_case_by_what_was_said_and_keeps_the_search(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.page.goto(desk.url + "/console/find")
    await assert_accessible(desk)
    await desk.page.keyboard.press("/")
    await desk.page.keyboard.type("wiping yesterday")
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_selector(f'[data-row="{ids["emergency"]}"]')
    await assert_accessible(desk)
    await desk.page.fill("#view-name", "Wiping")
    await desk.page.get_by_role("button", name="Keep").click()
    await desk.page.wait_for_selector(".views a:has-text('Wiping')")
    await desk.page.set_viewport_size({"width": 390, "height": 900})
    assert await too_wide(desk.page) <= 0
    assert not desk.complaints
