"""From the chat to the phone: the code, the number and the link are shown, only where texting is set up."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Route, expect

from tests.acceptance.browser.conftest import GatewayMaker, VisitorMaker
from tests.acceptance.browser.test_accessibility import violations
from tests.acceptance.browsing import picture

MADE = {
    "number": "+13145550100",
    "code": "K7QM-4T2X",
    "link": "sms:+13145550100?&body=Continue%20K7QM-4T2X",
    "minutes": 15,
}


async def test_the_code_for_the_phone(start: GatewayMaker, visit: VisitorMaker, picture_folder: Path) -> None:
    visitor = await visit("phone", gateway=await start(changed={"texting": True}))
    page = visitor.page

    async def give(route: Route) -> None:
        assert route.request.headers["authorization"].startswith("Bearer ")
        await route.fulfill(status=201, json=MADE)

    await page.route("**/api/chat/phone", give)
    await visitor.open_chat()
    await page.get_by_role("button", name="About this chat").click()
    await page.get_by_role("button", name="Go on by text message").click()
    link = page.get_by_role("link", name='Text "Continue K7QM-4T2X" to 314-555-0100')
    await expect(link).to_have_attribute("href", MADE["link"])
    await expect(page.locator("#by-text-how")).to_be_focused()
    await picture(page, picture_folder / "by-text-phone.png")
    assert await violations(page) == []
    await page.unroute("**/api/chat/phone")
    await page.route("**/api/chat/phone", lambda route: route.abort())
    await page.get_by_role("button", name="Go on by text message").click()
    await expect(page.locator("#by-text-how")).to_contain_text("did not work")


async def test_without_texting_there_is_no_such_button(visit: VisitorMaker) -> None:
    visitor = await visit("phone")
    await visitor.open_chat()
    await visitor.page.get_by_role("button", name="About this chat").click()
    await expect(visitor.page.get_by_role("button", name="Go on by text message")).to_be_hidden()
