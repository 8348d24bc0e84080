"""How it appears: at once, without anything jumping, in the clinic's look, moved by nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.gateway.look import Look
from tests.acceptance.browser.conftest import VisitorMaker
from tests.acceptance.browser.test_widget import clinic_page, open_from
from tests.acceptance.browsing import picture
from tests.integration.gateway.conftest import GatewayMaker

pytestmark = pytest.mark.browser

SHIFTS = """
window.shifts = [];
const name = ({node}) => node?.id || node?.className || node?.nodeName;
new PerformanceObserver((list) => {
  const own = list.getEntries().filter((one) => !one.hadRecentInput);
  for (const one of own) window.shifts.push([one.value, ...one.sources.map(name)]);
}).observe({type: "layout-shift", buffered: true});
"""
POST_TO_FRAME = """
(message) => document.querySelector("spine-intake").shadowRoot.querySelector("iframe")
  .contentWindow.postMessage(message, "*")
"""


async def slow_down(page: Page) -> None:
    """A mid-range phone on a weak line: Lighthouse's "slow 4G", processor four times slower."""
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    await line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 150, "downloadThroughput": 204_800, "uploadThroughput": 96_000},
    )


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_nothing_moves_by_itself(visit: VisitorMaker, size: str) -> None:
    visitor = await visit(size)
    await visitor.context.add_init_script(SHIFTS)
    await slow_down(visitor.page)
    await visitor.open_chat()
    for words in ("my back hurts", "which", "i cant feel when i wipe"):
        await visitor.say(words)
    await asyncio.sleep(0.3)
    shifts = await visitor.page.evaluate("window.shifts")
    assert shifts == []


async def test_the_clinics_look_reaches_the_button_and_the_chat(
    visit: VisitorMaker, start: GatewayMaker, picture_folder: Path
) -> None:
    look = Look(label="Ask our team", greeting="Does your back hurt?", position="left", colour="#5a1d4b")
    async with clinic_page() as (origin, page):
        gateway = await start(allowed_origins=(origin,), changed={"look": look})
        visitor = await visit("desktop", gateway=gateway)
        await open_from(visitor, origin, page, label="Ask our team")
        frame = visitor.page.frame_locator("iframe")
        await expect(frame.get_by_role("button", name="I agree")).to_have_css(
            "border-color", "rgb(90, 29, 75)"
        )
        await expect(frame.get_by_text("Does your back hurt?")).to_be_visible()
        await picture(visitor.page, picture_folder / "framed-desktop.png")
        box = await visitor.page.locator("spine-intake iframe").bounding_box()
        assert box is not None
        assert box["x"] < 100


async def test_only_well_formed_messages_of_the_frame_move_the_page(
    visit: VisitorMaker, start: GatewayMaker
) -> None:
    async with clinic_page() as (origin, page):
        visitor = await visit("desktop", gateway=await start(allowed_origins=(origin,)))
        await open_from(visitor, origin, page)
        shown = visitor.page.get_by_role("dialog", name="Chat with us")
        frame = visitor.page.frame_locator("iframe")
        await frame.get_by_role("button", name="I agree").wait_for()
        inside = visitor.page.frames[-1]
        for wrong in (
            "'close'",
            "null",
            "['spine-intake', 'close']",
            "{type: 'close'}",
            "{source: 'x', type: 'close'}",
        ):
            await inside.evaluate(f"parent.postMessage({wrong}, '*')")
        for wrong in ("-1", "1.5", "'<b>9</b>'", "null"):
            await inside.evaluate(
                f"parent.postMessage({{source: 'spine-intake', type: 'unread', count: {wrong}}}, '*')"
            )
        for odd in ("closed", None, {"source": "spine-intake"}, {"source": "spine-intake", "type": {}}):
            await visitor.page.evaluate(POST_TO_FRAME, odd)
        await expect(shown).to_be_visible()
        await inside.evaluate("parent.postMessage({source: 'spine-intake', type: 'close'}, '*')")
        await expect(shown).to_be_hidden()
        assert visitor.complaints == []
