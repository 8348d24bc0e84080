"""WCAG 2.2 AA where a machine can tell: axe in every main state, keyboard, one live region, reflow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.acceptance.browser.conftest import Visitor, VisitorMaker
from tests.acceptance.browsing import picture, too_wide

pytestmark = pytest.mark.browser

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
WAY: dict[str, str] = {
    "open": "",
    "question": "my back hurts",
    "several": "which",
    "number": "my age",
    "date": "when i was born",
    "summary": "summary",
    "times": "times",
    "booked": "Tue, Dec 1 at 9:00 AM",
    "fallback": "the engine is down",
    "emergency": "i cant feel when i wipe",
    "crisis": "i want to die",
}
"""One conversation through every state: what is said to get there."""
EXAMINED = {"narrow": ("several", "summary", "crisis"), "desktop": ("open", "crisis")}
"""axe reads every state on a phone; elsewhere those whose layout differs."""


async def violations(page: Page) -> list[str]:
    """axe's findings in one line each."""
    results = await Axe().run(page, options=RULES)
    found = results.response["violations"]
    return [f"{one['id']}: {json.dumps([node['html'] for node in one['nodes']])[:400]}" for one in found]


@pytest.mark.parametrize("size", ["phone", "narrow", "desktop"])
async def test_every_state_fits_and_axe_finds_nothing(
    visit: VisitorMaker, picture_folder: Path, size: str
) -> None:
    visitor = await visit(size, reduced_motion="reduce")
    await visitor.open_chat()
    for state, words in WAY.items():
        if words:
            await visitor.say(words)
        await picture(visitor.page, picture_folder / f"{state}-{size}.png")
        if state in EXAMINED.get(size, WAY):
            assert await violations(visitor.page) == [], state
        wide = await too_wide(visitor.page)
        assert wide <= 0, state


@pytest.mark.parametrize("size", ["phone", "desktop", "narrow"])
async def test_the_demo_page_has_no_findings(visit: VisitorMaker, picture_folder: Path, size: str) -> None:
    visitor = await visit(size)
    await visitor.page.goto(f"{visitor.address}/")
    await visitor.page.get_by_role("button", name="Chat with us").wait_for()
    await picture(visitor.page, picture_folder / f"home-{size}.png", full_page=True)
    assert await violations(visitor.page) == []
    assert await too_wide(visitor.page) <= 0


async def test_failure_about_and_end_have_no_findings(visit: VisitorMaker, picture_folder: Path) -> None:
    visitor = await visit("phone", reduced_motion="reduce")
    await visitor.open_chat()
    for words in ("my age", "44", "which"):
        await visitor.say(words)
    for name in ("About this chat", "Change an answer"):
        await visitor.page.get_by_role("button", name=name).click()
        await picture(visitor.page, picture_folder / f"{name.split()[0].lower()}-phone.png")
        assert await violations(visitor.page) == []
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.page.get_by_role("button", name=name)).to_be_focused()
    await visitor.page.route("**/api/chat/messages", lambda route: route.abort())
    await visitor.page.fill("#words", "my back hurts")
    await visitor.page.press("#words", "Enter")
    await visitor.page.get_by_role("button", name="Try again").wait_for()
    await picture(visitor.page, picture_folder / "failed-phone.png")
    assert await violations(visitor.page) == []
    await visitor.page.unroute("**/api/chat/messages")
    visitor.gateway.door.tokens.clear()
    await visitor.page.get_by_role("button", name="Try again").click()
    await visitor.page.get_by_role("button", name="Start a new chat").wait_for()
    await picture(visitor.page, picture_folder / "ended-phone.png")
    assert await violations(visitor.page) == []


async def test_there_is_exactly_one_live_region(visitor: Visitor) -> None:
    await visitor.say("i cant feel when i wipe")
    live = "[aria-live], [role=log], [role=alert], [role=status], [role=timer], [role=marquee], output"
    assert await visitor.page.locator(live).count() == 1
    assert await visitor.page.locator("#log[role=log]").count() == 1


async def test_everything_works_by_keyboard_in_a_sensible_order(visitor: Visitor) -> None:
    page = visitor.page
    await page.locator("#scroller").focus()
    await page.keyboard.press("Tab")
    while await page.evaluate("document.activeElement.closest('#log') !== null"):
        await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="I agree")).to_be_focused()
    await page.keyboard.press("Enter")
    await visitor.answered()
    await expect(page.locator("#words")).to_be_focused()
    await page.keyboard.type("which")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("of these")
    assert await page.input_value("#words") == "which\nof these"
    await page.keyboard.press("Enter")
    await visitor.answered()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_label("None of these")).to_be_focused()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Send my answer")).to_be_focused()
    await page.keyboard.press("Enter")
    await visitor.answered()
    assert "None of these" in await visitor.texts()


async def test_targets_are_large_enough(visitor: Visitor) -> None:
    await visitor.say("i cant feel when i wipe")
    selectors = "button:visible, textarea:visible, .calls a:visible"
    for element in await visitor.page.locator(selectors).all():
        box = await element.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44


async def test_reduced_motion_means_no_motion(visit: VisitorMaker) -> None:
    visitor = await visit("phone", reduced_motion="reduce")
    await visitor.open_chat()
    await visitor.say("my back hurts")
    assert await visitor.page.evaluate("document.getAnimations().length") == 0


async def test_forced_colours_keep_borders(visit: VisitorMaker, picture_folder: Path) -> None:
    visitor = await visit("phone", forced_colors="active")
    await visitor.open_chat()
    await visitor.say("i cant feel when i wipe")
    await picture(visitor.page, picture_folder / "forced-colours.png")
    width = await visitor.page.locator("#urgent .calls a").first.evaluate(
        "e => getComputedStyle(e).borderTopWidth"
    )
    assert width == "2px"


@pytest.mark.parametrize(
    ("width", "height", "pixels", "text"),
    [(640, 512, 2, 16), (320, 256, 4, 16), (1280, 1024, 1, 32), (320, 640, 1, 32)],
    ids=["zoom-200", "zoom-400", "text-200", "text-200-narrow"],
)
async def test_nothing_is_lost_when_it_is_made_larger(
    visit: VisitorMaker, picture_folder: Path, width: int, height: int, pixels: int, text: int
) -> None:
    """A browser's zoom is a smaller page with larger pixels: 1280 by 1024 at 200 % is 640 by 512.

    `text` is what a person sets as the size of text in the browser, 16 pixels unless they do.
    """
    visitor = await visit(width=width, height=height, device_scale_factor=pixels)
    page = visitor.page
    line = await page.context.new_cdp_session(page)
    await line.send("Page.setFontSizes", {"fontSizes": {"standard": text, "fixed": text}})
    for path in ("/chat/form", "/chat"):
        await page.goto(f"{visitor.address}{path}")
        assert await too_wide(page) <= 0, path
    await page.get_by_role("button", name="I agree").wait_for()
    for state, words in {"several": "which", "emergency": "i cant feel when i wipe"}.items():
        await visitor.say(words)
        await picture(page, picture_folder / f"large-{state}-{width}-{text}.png")
        assert await too_wide(page) <= 0, state
        for needed in ("#words", "#send"):
            await expect(page.locator(needed)).to_be_in_viewport(ratio=0.9)
        last = page.locator("#choices button:visible").last
        await last.scroll_into_view_if_needed()
        await expect(last).to_be_in_viewport(ratio=0.9)
    await expect(page.locator("#urgent .calls a").first).to_be_in_viewport(ratio=0.9)


async def test_the_accessibility_tree_tells_the_conversation(visitor: Visitor) -> None:
    await visitor.say("my back hurts")
    tree = await visitor.page.locator("main").aria_snapshot()
    assert '- log "Messages"' in tree
    assert "You: my back hurts" in tree.replace('"', "") or "You:" in tree
    assert 'textbox "Your message"' in tree
    assert 'button "Send"' in tree
