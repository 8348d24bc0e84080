"""The page of what could not be delivered, in a browser: by keyboard, without findings, on a phone too."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.acceptance.browser.test_accessibility import violations
from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browsing import too_wide
from tests.integration.console.conversations import ROUTINE
from tests.integration.console.staff_world import dead_letter

pytestmark = pytest.mark.browser


async def test_one_is_sent_again_by_keyboard_and_axe_finds_nothing(desk: Desk) -> None:
    for _ in range(2):
        await dead_letter(desk.world, await desk.world.add_case(ROUTINE))
    await desk.sign_in("nurse")
    await desk.page.get_by_role("link", name="Undelivered").click()
    assert await violations(desk.page) == []
    await desk.page.get_by_role("button", name="Send again").first.focus()
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("button", name="Send again")).to_have_count(1)
    await desk.page.set_viewport_size({"width": 320, "height": 800})
    assert await too_wide(desk.page) <= 0
    assert await violations(desk.page) == []
    assert desk.complaints == []
