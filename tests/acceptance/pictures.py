"""Pictures of pages for people to look at."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Error, Page


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
