"""How the tests start the system's Chromium, how long they wait for it, and their pictures of its pages."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Error, Page

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_LOOKS = 50
PATIENCE_MS = 30_000
"""A busy machine may be slow; what never comes fails all the same."""


async def picture(page: Page, path: Path, *, full_page: bool = False) -> None:
    """Writes the page as it looks to `path` (PNG).

    While a sent form's answer takes the place of the page that sent it, Chromium has nothing to draw and
    refuses ("Unable to capture screenshot"). So the page is loaded first, and a refused picture is tried
    once more; a page that cannot be drawn at all fails the test.
    """
    await page.wait_for_load_state()
    try:
        await page.screenshot(path=path, full_page=full_page)
    except Error:
        await page.wait_for_load_state()
        await page.screenshot(path=path, full_page=full_page)


async def too_wide(page: Page) -> int:
    """By how many pixels the page must be scrolled sideways, once a change of its size has settled."""
    for _ in range(_LOOKS):
        over = int(
            await page.evaluate(
                "document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
            )
        )
        if over <= 0:
            break
        await asyncio.sleep(0.1)
    return over
