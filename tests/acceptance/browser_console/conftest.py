"""The console in the system's Chromium, over real doors and a real store."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from bot.protocols import Protocols
from bot.protocols.shelf import Shelf
from bot.settings import Settings
from bot.store import migrate, open_store
from tests.acceptance.browsing import ARGUMENTS, PATIENCE_MS
from tests.integration.console.conftest import staff_app
from tests.integration.console.staff_world import PASSWORD, HandClock, World
from tests.integration.gateway.serving import listening

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@dataclass
class Desk:
    """A signed-in browser, the world behind it, and what the page complained about."""

    page: Page
    world: World
    url: str
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(self.url + path)
        await self.page.wait_for_selector(".live.on")

    async def sign_in(self, name: str) -> None:
        if name not in self.world.members:
            await self.world.add_member(name)
        await self.page.goto(self.url + "/console/login")
        await self.page.fill("#name", name)
        await self.page.fill("#password", PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url("**/console/queue")


@pytest.fixture
async def desk(tmp_path: Path, shelf: Shelf, protocols: Protocols, settings: Settings) -> AsyncIterator[Desk]:
    """A nurse's browser at the sign-in page."""
    url = f"sqlite:///{tmp_path / 'staff.sqlite3'}"
    await asyncio.to_thread(migrate, url)
    store = open_store(url)
    world = World(
        store=store,
        protocols=protocols,
        clock=HandClock(dt.datetime.now(dt.UTC)),
        folder=tmp_path,
        shelf=shelf,
    )
    async with listening(staff_app(world, settings)) as port, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1366, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        opened = Desk(page=page, world=world, url=f"http://127.0.0.1:{port}")
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("console", lambda message: opened.complaints.append(message.text))
        page.on("dialog", lambda dialog: opened.complaints.append(f"dialog {dialog.message}"))
        yield opened
        await browser.close()
    await store.close()
