"""All doors in one app: closed by default, headers everywhere, every address described."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from bot.gateway.assembly import App, assemble
from bot.gateway.console import console_blueprint
from bot.gateway.options import options_from
from bot.gateway.service_door import ServiceDoor
from bot.gateway.sms import sms_blueprint
from bot.gateway.staff_api import staff_api_blueprint
from bot.gateway.wakes import WakeHub
from bot.services.context import Context
from bot.store import open_store
from bot.system import RandomIds, SystemClock
from tests.conftest import make_settings
from tests.integration.gateway.scripted import SilentEngine
from tests.integration.gateway.serving import listening

if TYPE_CHECKING:
    from bot.protocols import Protocols
    from bot.services.ports import Reader

OPEN = {
    "GET /", "GET /chat", "GET /widget.js", "GET /widget/frame", "GET /widget/name", "GET /favicon.ico",
    "GET /health/live", "GET /health/ready", "GET /api/openapi.json", "POST /api/chat/sessions",
    "OPTIONS /api/chat/sessions", "OPTIONS /api/chat/messages", "OPTIONS /api/chat/stream",
    "OPTIONS /api/chat/session", "OPTIONS /api/chat/progress", "GET /chat/form", "POST /chat/form/begin",
    "GET /console/login", "POST /console/login", "POST /api/staff/login",
}  # fmt: skip
REFUSALS = {400, 401, 403, 404}


@dataclass
class Whole:
    app: App
    client: httpx.AsyncClient

    def routes(self) -> list[tuple[str, str]]:
        found = []
        for route in self.app.router.routes:
            path = "/" + re.sub(r"<(\w+)[^>]*>", r"\1", route.path)
            found += [(method, path) for method in sorted(route.methods)]
        return found


@pytest.fixture
async def whole(database: str, tmp_path: Path, protocols: Protocols, reader: Reader) -> AsyncIterator[Whole]:
    settings = make_settings(
        data_dir=tmp_path,
        public_url="http://intake.example",
        twilio_account_sid="AC" + "0" * 32,
        twilio_auth_token="t" * 32,
        sms_number="+13145550100",
    )
    store, hub = open_store(database), WakeHub()
    ctx = Context(
        unit_of_work=store.unit_of_work,
        protocols=protocols,
        reader=reader,
        dialogue=SilentEngine(),
        clock=SystemClock(),
        ids=RandomIds(),
        wake=hub.wake,
    )
    doors = [make(ctx, settings) for make in (staff_api_blueprint, console_blueprint, sms_blueprint)]
    options = options_from(settings, lambda: protocols)
    app = assemble(door=ServiceDoor(ctx), options=options, hub=hub, probes={}, blueprints=doors)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        port = await stack.enter_async_context(listening(app))
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
        yield Whole(app, await stack.enter_async_context(client))


async def test_every_route_refuses_a_stranger_unless_it_is_on_the_list(whole: Whole) -> None:
    for method, path in whole.routes():
        if f"{method} {path}" in OPEN:
            continue
        answer = await whole.client.request(method, path)
        to_sign_in = answer.status_code in (302, 303) and "/console/login" in answer.headers["location"]
        assert to_sign_in or answer.status_code in REFUSALS, f"{method} {path}: {answer.status_code}"


async def test_every_answer_of_every_door_has_the_security_headers(whole: Whole) -> None:
    for method, path in whole.routes():
        answer = await whole.client.request(method, path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        if path != "/widget/frame":
            assert "frame-ancestors 'none'" in policy, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin"), path
        assert answer.headers.get("access-control-allow-origin") is None, path


async def test_the_errors_of_every_api_have_one_shape(whole: Whole) -> None:
    for method, path in whole.routes():
        if not path.startswith("/api/") or f"{method} {path}" in OPEN - {"POST /api/staff/login"}:
            continue
        error = (await whole.client.request(method, path)).json()["error"]
        assert {"code", "message"} <= set(error) <= {"code", "message", "field"}, path


async def test_every_api_route_is_described_and_nothing_else_is(whole: Whole) -> None:
    document = (await whole.client.get("/api/openapi.json")).json()
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    present = set()
    for route in whole.app.router.routes:
        path = "/" + re.sub(r"<(\w+)[^>]*>", r"{\1}", route.path)
        present |= {(method, path) for method in route.methods if method not in ("OPTIONS", "HEAD")}
    api = {(method, path) for method, path in present if path.startswith(("/api/", "/health/"))}
    assert api - {("GET", "/api/openapi.json")} == described
