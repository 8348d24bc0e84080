"""A gateway on loopback with the scripted door behind it."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.gateway.assembly import assemble
from bot.gateway.options import LOOPBACK_HOSTS, Face, Options
from bot.gateway.wakes import WakeHub
from tests.integration.gateway.scripted import ScriptedDoor
from tests.integration.gateway.serving import listening

FACE = Face(
    name="Riverbend Spine",
    phone="(555) 555-0142",
    inputs={
        "age": {"kind": "number", "unit": "", "min": 0, "max": 120},
        "birth_date": {"kind": "date"},
        "G5": {"kind": "several"},
    },
)
OPTIONS = Options(
    face=lambda: FACE,
    public_url="http://127.0.0.1",
    allowed_hosts=LOOPBACK_HOSTS,
    allowed_origins=("https://clinic.example",),
    demo=True,
    stream_poll_seconds=0.05,
    stream_heartbeat_seconds=0.2,
    long_poll_seconds=2,
    drain_seconds=2,
    metrics_port=0,
)


async def works() -> None:
    """A part that is fine."""


async def broken() -> None:
    raise RuntimeError("down")


@dataclass
class Gateway:
    """The running gateway as a client sees it, and the script behind it."""

    port: int
    door: ScriptedDoor
    client: httpx.AsyncClient
    app: Any

    async def open(self) -> dict[str, Any]:
        answer = await self.client.post("/api/chat/sessions", json={"channel": "web"})
        assert answer.status_code == 201, answer.text
        value: dict[str, Any] = answer.json()
        return value

    async def say(self, token: str, client_message_id: str = "m1", **content: Any) -> httpx.Response:
        body = {"client_message_id": client_message_id, **content}
        return await self.client.post("/api/chat/messages", json=body, headers=bearer(token))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class GatewayMaker:
    """Starts gateways for one test and stops them after it."""

    def __init__(self, stack: Any) -> None:
        self._stack = stack

    async def __call__(
        self,
        *,
        probes: Any = None,
        rates: Any = None,
        allowed_origins: Any = None,
        changed: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> Gateway:
        """`changed` are other options than the usual ones."""
        hub = WakeHub()
        door = ScriptedDoor(hub=hub)
        named = {"rates": rates, "allowed_origins": allowed_origins, **(changed or {})}
        options = replace(OPTIONS, **{name: value for name, value in named.items() if value})
        app = assemble(door=door, options=options, hub=hub, probes=probes or {"store": works}, **given)
        port = await self._stack.enter_async_context(listening(app))
        client = await self._stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        )
        return Gateway(port=port, door=door, client=client, app=app)


@pytest_asyncio.fixture
async def start() -> AsyncIterator[GatewayMaker]:
    async with contextlib.AsyncExitStack() as stack:
        yield GatewayMaker(stack)


@pytest_asyncio.fixture
async def gateway(start: GatewayMaker) -> Gateway:
    return await start()


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "intake.sqlite3"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"
