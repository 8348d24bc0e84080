"""The pages behind signed links in a browser: by keyboard, with and without scripts, on every size."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.protocols import Protocols
from bot.settings import Settings
from bot.store import migrate
from tests.acceptance.browser.conftest import SIZES, VisitorMaker
from tests.acceptance.browser.test_accessibility import violations
from tests.acceptance.browsing import picture, too_wide
from tests.integration.gateway.linked import BORN, NUMBER, Linked, linked
from tests.integration.sms.world import WordReader

pytestmark = pytest.mark.browser


@pytest.fixture
async def running(settings: Settings, protocols: Protocols) -> AsyncIterator[Linked]:
    migrate(settings.database)
    async with linked(settings.database, settings, protocols, reader=WordReader()) as one:
        yield one


async def examine(page: Page, folder: Path, state: str) -> None:
    """Nothing for axe to find; on every size it fits and can be pressed. Kept as pictures."""
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        await picture(page, folder / f"{state}-{size}.png", full_page=True)
        assert await too_wide(page) <= 0, (state, size)
        for element in await page.locator("main button:visible, input:visible").all():
            box = await element.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, (state, size)
    assert await violations(page) == [], state


async def test_a_visit_is_moved_by_keyboard(
    visit: VisitorMaker, running: Linked, picture_folder: Path
) -> None:
    page = (await visit("phone")).page
    await page.goto(running.visit)
    await examine(page, picture_folder, "visit-asks")
    field = page.get_by_label("birth date")
    await field.focus()
    await page.keyboard.type("1/1/1980")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("not the birth date")
    await examine(page, picture_folder, "visit-again")
    await expect(field).to_be_focused()
    await page.keyboard.type(BORN)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Next")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You have a")).to_be_visible()
    await examine(page, picture_folder, "visit-shown")
    await page.get_by_role("button", name="time").first.press("Enter")
    await examine(page, picture_folder, "visit-times")
    await page.locator("main form button").first.press("Enter")
    await examine(page, picture_folder, "visit-moved")
    await expect(page.get_by_role("link", name="/visit/")).to_be_visible()
    await page.goto(running.visit)
    await expect(page.get_by_text("does not open a visit any more")).to_be_visible()
    await examine(page, picture_folder, "visit-gone")


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_chat_begun_by_text_goes_on_in_the_browser(
    visit: VisitorMaker, running: Linked, picture_folder: Path, *, scripts: bool
) -> None:
    page = (await visit("phone", java_script_enabled=scripts)).page
    link = await running.going_on()
    await page.goto(link)
    if scripts:
        await examine(page, picture_folder, "continue-asks")
    await page.get_by_label("last 4 digits").fill("9999")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("not the digits")
    await page.get_by_label("last 4 digits").fill(NUMBER[-4:])
    await page.get_by_role("button", name="Next").click()
    await page.wait_for_url("**/chat" if scripts else "**/chat/form")
    await expect(page.get_by_text("what brings you in?")).to_be_visible()
    await page.goto(link)
    await expect(page.get_by_text("This link is over")).to_be_visible()
