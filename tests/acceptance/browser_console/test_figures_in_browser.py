"""Figures in the browser: pictures with tables behind them, accessible on every width; the outcome loop."""

from __future__ import annotations

import pytest

from bot.services.office import figures
from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browser_console.test_case_in_browser import assert_accessible
from tests.acceptance.browsing import too_wide
from tests.integration.console.staff_world import busy_morning

pytestmark = pytest.mark.browser


async def test_what_a_nurse_notes_on_a_case_stands_in_the_figures(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    await desk.open(f"/console/cases/{ids['booked']}")
    await desk.page.get_by_text("Note it", exact=True).first.click()
    await desk.page.select_option("#attended", "came")
    await desk.page.select_option("#decided", "surgery_offered")
    await desk.page.fill("#disposition-reason", "stenosis")
    await assert_accessible(desk)
    await desk.page.get_by_role("button", name="Note it").click()
    await desk.page.get_by_text("Came to the visit; Surgery offered").wait_for()
    await figures.count_changed(desk.world.ctx)
    await desk.page.get_by_role("link", name="Figures").click()
    await desk.page.get_by_role("heading", name="Route and what was decided").wait_for()
    assert await desk.page.get_by_role("img", name="How they ended").is_visible()
    await desk.page.get_by_text("As a table").first.click()
    for width in (1366, 820, 390):
        await desk.page.set_viewport_size({"width": width, "height": 900})
        assert await too_wide(desk.page) <= 0
    await assert_accessible(desk)
    assert not desk.complaints


async def test_front_desk_has_no_figures_and_notes_only_whether_the_patient_came(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("front_desk")
    await desk.open(f"/console/cases/{ids['booked']}")
    assert await desk.page.get_by_role("link", name="Figures").count() == 0
    await desk.page.get_by_text("Note it", exact=True).first.click()
    assert await desk.page.locator("#attended").is_visible()
    assert await desk.page.locator("#decided").count() == 0
