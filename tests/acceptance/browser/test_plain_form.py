"""The chat in a browser with JavaScript switched off."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.acceptance.browser.conftest import VisitorMaker
from tests.acceptance.browser.test_accessibility import violations
from tests.acceptance.browsing import picture, too_wide

pytestmark = pytest.mark.browser


async def test_the_chat_page_leads_to_the_form_and_the_form_leads_through(
    visit: VisitorMaker, picture_folder: Path
) -> None:
    visitor = await visit("phone", java_script_enabled=False)
    page = visitor.page
    await page.goto(f"{visitor.address}/chat")
    await page.wait_for_url("**/chat/form")
    await expect(page.get_by_role("button", name="Start")).to_be_visible()
    await picture(page, picture_folder / "form-start-phone.png")
    await page.get_by_role("button", name="Start").click()
    await page.get_by_role("button", name="I agree").click()
    await expect(page.get_by_text("what brings you in?")).to_be_visible()
    await page.get_by_role("textbox").fill("which of them")
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.get_by_label("Lost weight").check()
    await picture(page, picture_folder / "form-several-phone.png", full_page=True)
    await page.get_by_role("button", name="Send my answer").click()
    await page.get_by_role("textbox").fill("i cant feel when i wipe")
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.locator("#urgent a[href='tel:911']").first).to_be_in_viewport(ratio=1)
    await picture(page, picture_folder / "form-emergency-phone.png")
    await page.reload()
    assert visitor.gateway.door.turns == 4, "a reload sends nothing again"
    await page.get_by_role("button", name="End this chat on all devices").click()
    await expect(page.get_by_role("button", name="Start")).to_be_visible()
    assert visitor.complaints == []


async def test_the_form_has_no_findings_and_fits(visit: VisitorMaker, picture_folder: Path) -> None:
    visitor = await visit("narrow")
    page = visitor.page
    await page.goto(f"{visitor.address}/chat/form")
    assert await violations(page) == []
    await page.get_by_role("button", name="Start").click()
    for words in ("my age", "44", "which", "i want to die"):
        await page.locator("#words").fill(words)
        await page.get_by_role("button", name="Send", exact=True).last.click()
        await page.locator("#latest").wait_for()
        await picture(page, picture_folder / f"form-{words.replace(' ', '-')}-narrow.png", full_page=True)
        assert await violations(page) == [], words
        assert await too_wide(page) <= 0, words
        for element in await page.locator("button:visible, textarea:visible, .calls a:visible").all():
            box = await element.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 44, words
