"""The widget in the system's Chromium, on a gateway with the scripted door behind it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bot.settings import ROOT
from tests.acceptance.browsing import ARGUMENTS, PATIENCE_MS
from tests.conftest import SKIPS_FAIL
from tests.integration.gateway.conftest import Gateway, GatewayMaker

expect.set_options(timeout=PATIENCE_MS)
SIZES = {"phone": (390, 844), "desktop": (1280, 800), "narrow": (320, 480)}


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if executable is None:
        reason = "Chromium is not installed (Debian package `chromium`)"
        pytest.fail(reason) if SKIPS_FAIL else pytest.skip(reason)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture
async def start() -> AsyncIterator[GatewayMaker]:
    async with contextlib.AsyncExitStack() as stack:
        yield GatewayMaker(stack)


@pytest_asyncio.fixture
async def gateway(start: GatewayMaker) -> Gateway:
    return await start()


@dataclass
class Visitor:
    """A person at the widget. Anything the page complains about fails the test."""

    page: Page
    context: BrowserContext
    gateway: Gateway
    complaints: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.gateway.port}"

    async def open_chat(self, page: Page | None = None) -> None:
        page = page or self.page
        await page.goto(f"{self.address}/chat")
        await page.locator("#log .message").nth(1).wait_for()
        await page.locator("#typing").wait_for(state="hidden")

    async def say(self, text: str) -> None:
        """Types it, sends it, waits for the answer."""
        await self.page.fill("#words", text)
        await self.page.press("#words", "Enter")
        await self.answered()

    async def answered(self) -> None:
        await expect(self.page.locator("#typing")).to_be_hidden()
        await expect(self.page.locator(".message.waiting")).to_have_count(0)

    async def texts(self) -> list[str]:
        return [text.strip() for text in await self.page.locator("#log .message .bubble").all_inner_texts()]


def watch(page: Page, complaints: list[str]) -> None:
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)


class VisitorMaker:
    def __init__(self, browser: Browser, gateway: Gateway, stack: contextlib.AsyncExitStack) -> None:
        self._browser, self._gateway, self._stack = browser, gateway, stack

    async def __call__(
        self,
        size: str = "phone",
        *,
        gateway: Gateway | None = None,
        width: int = 0,
        height: int = 0,
        **options: Any,
    ) -> Visitor:
        """A new browser of a named size, or of `width` and `height`."""
        width, height = (width, height) if width else SIZES[size]
        context = await self._browser.new_context(viewport={"width": width, "height": height}, **options)
        self._stack.push_async_callback(context.close)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(page=page, context=context, gateway=gateway or self._gateway)
        watch(page, visitor.complaints)
        return visitor


@pytest_asyncio.fixture
async def visit(browser: Browser, gateway: Gateway) -> AsyncIterator[VisitorMaker]:
    async with contextlib.AsyncExitStack() as stack:
        yield VisitorMaker(browser, gateway, stack)


@pytest_asyncio.fixture
async def visitor(visit: VisitorMaker) -> AsyncIterator[Visitor]:
    """On a phone, the chat open; the page must have complained about nothing."""
    one = await visit("phone")
    await one.open_chat()
    yield one
    assert one.complaints == []


@pytest.fixture
def picture_folder() -> Path:
    """Where screenshots are kept to be looked at: SCREENSHOTS, else `var/screenshots` (not in git)."""
    folder = Path(os.environ.get("SCREENSHOTS") or ROOT / "var" / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
