"""The staff's doors on a free loopback port, over a real SQLite file."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.gateway.assembly import App, assemble
from bot.gateway.console import console_blueprint
from bot.gateway.options import options_from
from bot.gateway.staff_api import staff_api_blueprint
from bot.gateway.wakes import WakeHub
from bot.protocols import Protocols
from bot.settings import Settings
from bot.store import open_store
from tests.integration.console.staff_world import HandClock, World
from tests.integration.gateway.scripted import ScriptedDoor
from tests.integration.gateway.serving import listening


@pytest.fixture
async def world(
    sqlite_template: Path, tmp_path: Path, protocols: Protocols, noon: dt.datetime
) -> AsyncIterator[World]:
    """An empty clinic."""
    file = tmp_path / "staff.sqlite3"
    shutil.copy(sqlite_template, file)
    store = open_store(f"sqlite:///{file}")
    yield World(store=store, protocols=protocols, clock=HandClock(noon), folder=tmp_path)
    await store.close()


def staff_app(world: World, settings: Settings) -> App:
    """The gateway with only the staff's doors real."""
    hub = WakeHub()
    app = assemble(
        door=ScriptedDoor(hub=hub),
        options=options_from(settings, lambda: world.protocols),
        hub=hub,
        probes={},
        blueprints=[staff_api_blueprint(world.ctx, settings), console_blueprint(world.ctx, settings)],
    )
    app.ctx.login_guard = world.guard
    return app


@pytest.fixture
async def address(world: World, settings: Settings) -> AsyncIterator[str]:
    """Where the doors listen."""
    async with listening(staff_app(world, settings)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def client(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without scripts: keeps cookies, follows no redirect."""
    async with httpx.AsyncClient(base_url=address, timeout=60, trust_env=False) as opened:
        yield opened
