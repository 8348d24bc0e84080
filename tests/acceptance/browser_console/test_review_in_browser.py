"""Looking messages over in the browser: the weightiest first, one form, accessible on every width."""

from __future__ import annotations

import pytest

from bot.services.review import teaching
from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browser_console.test_case_in_browser import assert_accessible
from tests.acceptance.browsing import too_wide
from tests.integration.console.staff_world import busy_morning

pytestmark = pytest.mark.browser


async def test_a_misread_sign_is_put_right_and_leaves_the_inbox(desk: Desk) -> None:
    await busy_morning(desk.world)
    await desk.sign_in("nurse")
    desk.world.clock.pass_(minutes=12)  # the newest conversation is ten minutes old
    await teaching.rank_quiet(desk.world.ctx)
    await desk.page.goto(desk.url + "/console/review")
    await assert_accessible(desk)
    before = await desk.page.locator(".list tbody tr").count()
    await desk.page.keyboard.press("j")
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_selector("#words-title")
    message_id = desk.page.url.rpartition("/")[2]
    await desk.page.select_option('select[name="fact.saddle_numbness"]', "unsure")
    await desk.page.fill("#reason", "she was not certain")
    await assert_accessible(desk)
    await desk.page.set_viewport_size({"width": 390, "height": 900})
    assert await too_wide(desk.page) <= 0
    await desk.page.get_by_role("button", name="Save").click()
    await desk.page.wait_for_url("**/console/review")
    assert await desk.page.locator(".list tbody tr").count() == before - 1
    surgeon = await desk.world.add_member("surgeon")
    await teaching.review(
        desk.world.ctx, surgeon, message_id, intent="inform", facts={"saddle_numbness": "no"}, reason="no"
    )
    await desk.page.goto(desk.url + "/console/review/disputes")
    await assert_accessible(desk)
    assert await too_wide(desk.page) <= 0
    await desk.page.click(f'[data-row="{message_id}"]')
    await desk.page.wait_for_selector("text=a third person settles it")
    await assert_accessible(desk)
    assert not desk.complaints
