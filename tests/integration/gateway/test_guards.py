"""Headers on every answer, closed by default, origins, limits, logs."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any

import httpx
import pytest

from bot.gateway.limits import WINDOW_SECONDS, LocalCounter
from bot.gateway.options import Rates
from tests.integration.gateway.conftest import Gateway, GatewayMaker, bearer, broken, works
from tests.integration.gateway.test_bad_input import check_error

OPEN = {
    "GET /", "GET /chat", "GET /widget.js", "GET /widget/frame", "GET /widget/<name>", "GET /favicon.ico",
    "GET /health/live", "GET /health/ready", "GET /api/openapi.json", "POST /api/chat/sessions",
    "OPTIONS /api/chat/sessions", "OPTIONS /api/chat/messages", "OPTIONS /api/chat/stream",
    "OPTIONS /api/chat/session", "OPTIONS /api/chat/progress", "GET /chat/form", "POST /chat/form/begin",
}  # fmt: skip


def routes(gateway: Gateway) -> dict[str, tuple[str, str]]:
    """{"GET /widget/<name>": ("GET", "/widget/x")} of every route of the app."""
    found = {}
    for route in gateway.app.router.routes:
        template = "/" + re.sub(r"<(\w+)[^>]*>", r"<\1>", route.path)
        path = "/" + re.sub(r"<(\w+)[^>]*>", "messages", route.path)
        for method in route.methods:
            found[f"{method} {template}"] = (method, path)
    return found


async def test_every_route_is_closed_unless_it_is_on_the_list(gateway: Gateway) -> None:
    for name, (method, path) in routes(gateway).items():
        if name not in OPEN:
            answer = await gateway.client.request(method, path)
            assert answer.status_code == 401, name


async def test_every_answer_has_the_security_headers(gateway: Gateway) -> None:
    answers = [await gateway.client.request(*where) for where in routes(gateway).values()]
    answers += [
        await gateway.client.get("/nothing"),
        await gateway.client.delete("/"),
        await gateway.client.post("/api/chat/sessions", content=b"x" * 70_000),
    ]
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] in ("no-referrer", "same-origin")
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers
        if "/api/" in str(answer.url) or answer.status_code >= 400:
            assert answer.headers["cache-control"] == "no-store"


async def test_only_the_widget_frame_may_be_framed_and_only_by_the_named_pages(gateway: Gateway) -> None:
    frame = await gateway.client.get("/widget/frame")
    assert "frame-ancestors 'self' https://clinic.example" in frame.headers["content-security-policy"]
    for path in ("/", "/chat", "/api/openapi.json"):
        answer = await gateway.client.get(path)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"


async def test_pages_hold_no_inline_code(gateway: Gateway) -> None:
    for path in ("/", "/chat", "/widget/frame"):
        page = (await gateway.client.get(path)).text
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|javascript:", page)
        assert "https://" not in page.replace("https://clinic.example", "")


async def test_the_demo_says_what_it_is(gateway: Gateway) -> None:
    page = (await gateway.client.get("/")).text
    assert "draft until a clinician approves" in page
    assert "made-up" in page


# --- origins ------------------------------------------------------------------------------------

FOREIGN = [
    "null", "https://evil.example", "http://clinic.example", "https://clinic.example.evil.example",
    "https://clinic.example:8443", "https://xclinic.example", "https://CLINIC.example", "https://clinic.example/",
    "https://clinic.example@evil.example", "*", "https://www.clinic.example", "",
]  # fmt: skip


@pytest.mark.parametrize("origin", FOREIGN)
async def test_a_foreign_page_may_not_use_the_chat(gateway: Gateway, origin: str) -> None:
    token = (await gateway.open())["token"]
    for method, path in (("POST", "sessions"), ("POST", "messages"), ("GET", "messages"), ("GET", "stream")):
        answer = await gateway.client.request(
            method, f"/api/chat/{path}", headers=bearer(token) | {"Origin": origin}
        )
        check_error(answer, 403, "origin_not_allowed")
        assert "access-control-allow-origin" not in answer.headers
    preflight = await gateway.client.options("/api/chat/messages", headers={"Origin": origin})
    assert "access-control-allow-origin" not in preflight.headers


async def test_a_named_page_may_and_is_named_back(gateway: Gateway) -> None:
    headers = {"Origin": "https://clinic.example"}
    answer = await gateway.client.post("/api/chat/sessions", json={"channel": "web"}, headers=headers)
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == "https://clinic.example"
    assert "access-control-allow-credentials" not in answer.headers
    preflight = await gateway.client.options("/api/chat/messages", headers=headers)
    assert "Authorization" in preflight.headers["access-control-allow-headers"]


async def test_our_own_page_may(gateway: Gateway) -> None:
    headers = {"Origin": f"http://127.0.0.1:{gateway.port}"}
    answer = await gateway.client.post("/api/chat/sessions", json={"channel": "web"}, headers=headers)
    assert answer.status_code == 201


# --- limits -------------------------------------------------------------------------------------

LOW = Rates(sessions_per_address=3, messages_per_token=2, messages_per_address=100, reads_per_token=2)


async def test_over_a_limit_the_answer_is_429_with_a_time(start: GatewayMaker) -> None:
    gateway = await start(rates=LOW)
    token = (await gateway.open())["token"]
    for number in range(2):
        assert (await gateway.say(token, f"m{number}", text="my back hurts")).status_code == 200
    answer = await gateway.say(token, "m3", text="my back hurts")
    check_error(answer, 429, "too_many_requests")
    assert answer.headers["Retry-After"] == str(WINDOW_SECONDS)
    assert gateway.door.turns == 2


async def test_over_a_limit_an_emergency_still_gets_through(start: GatewayMaker) -> None:
    gateway = await start(rates=LOW)
    token = (await gateway.open())["token"]
    for number in range(4):
        await gateway.say(token, f"m{number}", text="my back hurts")
    answer = await gateway.say(token, "m9", text="i cant feel when i wipe")
    assert answer.status_code == 200
    assert answer.json()["messages"][0]["kind"] == "emergency"


async def test_far_over_a_limit_nothing_is_looked_at(start: GatewayMaker) -> None:
    gateway = await start(rates=Rates(messages_per_token=1, screening_factor=3))
    token = (await gateway.open())["token"]
    statuses = [
        (await gateway.say(token, f"m{number}", text="i cant feel when i wipe")).status_code
        for number in range(5)
    ]
    assert statuses == [200, 200, 200, 429, 429]


async def test_sessions_and_reads_have_limits(start: GatewayMaker) -> None:
    gateway = await start(rates=LOW)
    token = ""
    for _ in range(3):
        token = (await gateway.open())["token"]
    check_error(await gateway.client.post("/api/chat/sessions", json={"channel": "web"}), 429)
    for _ in range(2):
        await gateway.client.get("/api/chat/messages", headers=bearer(token))
    check_error(await gateway.client.get("/api/chat/messages", headers=bearer(token)), 429)
    check_error(await gateway.client.get("/api/chat/stream", headers=bearer(token)), 429)


async def test_a_forwarded_address_is_not_believed(start: GatewayMaker) -> None:
    gateway = await start(rates=LOW)
    for number in range(4):
        headers = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
        answer = await gateway.client.post("/api/chat/sessions", json={"channel": "web"}, headers=headers)
    assert answer.status_code == 429


async def test_a_window_ends_and_its_counts_with_it() -> None:
    now = 0.0
    counter = LocalCounter(clock=lambda: now)
    assert [await counter.hit("a"), await counter.hit("a", "b")] == [[1], [2, 1]]
    now = 60.0
    assert await counter.hit("a") == [1]


# --- health, metrics, description ----------------------------------------------------------------


async def test_ready_names_each_part(start: GatewayMaker) -> None:
    gateway = await start(probes={"store": works, "engine": broken})
    answer = await gateway.client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"store": "ok", "engine": "down"}
    assert (await gateway.client.get("/health/live")).json() == {"status": "ok"}


async def test_ready_when_all_parts_are(gateway: Gateway) -> None:
    answer = await gateway.client.get("/health/ready")
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


async def test_metrics_are_on_a_loopback_listener_of_their_own(gateway: Gateway) -> None:
    await gateway.open()
    assert (await gateway.client.get("/metrics")).status_code == 404
    server, _ = gateway.app.ctx.metrics_listener
    assert server.server_address[0] == "127.0.0.1"
    async with httpx.AsyncClient() as operator:
        answer = await operator.get(f"http://127.0.0.1:{server.server_port}/metrics")
    assert 'route="/api/chat/sessions"' in answer.text
    assert "intake_http_requests_total" in answer.text


async def test_every_api_route_is_described(gateway: Gateway) -> None:
    described = (await gateway.client.get("/api/openapi.json")).json()
    paths = {f"{method.upper()} {path}" for path, methods in described["paths"].items() for method in methods}
    expected = {name for name in routes(gateway) if "/api/chat" in name and not name.startswith("OPTIONS")}
    assert expected <= paths
    assert _references(described) <= {
        f"#/components/schemas/{name}" for name in described["components"]["schemas"]
    }


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*(_references(item) for item in value.values()))
    return set().union(*(_references(item) for item in value)) if isinstance(value, list) else set()


# --- logs and surprises --------------------------------------------------------------------------


async def test_no_log_holds_a_word_a_token_or_an_address(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = (await gateway.open())["token"]
    await gateway.say(token, text="zebrafish in my back")
    await gateway.client.get("/zebrafish?zebrafish=zebrafish", headers=bearer(token))
    ours = [
        record.getMessage() for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))
    ]
    text = "\n".join(ours)
    assert "zebrafish" not in text
    assert token not in text
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == "intake.access"]
    assert {"event", "method", "route", "status", "case", "ms"} == set().union(*lines)
    assert [line["route"] for line in lines][-1] == "unknown"


async def test_a_surprise_is_a_500_that_says_nothing(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    async def surprise(case_id: str, **_: Any) -> None:
        raise RuntimeError("zebrafish")

    token = (await gateway.open())["token"]
    gateway.door.say = surprise  # type: ignore[method-assign, assignment]
    answer = await gateway.say(token, text="my back hurts")
    check_error(answer, 500, "internal")
    assert "RuntimeError" in caplog.text
    assert "zebrafish" not in caplog.text


async def test_a_worker_that_fails_is_started_again(
    start: GatewayMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.gateway.assembly.WORKER_PAUSE_SECONDS", 0.01)
    runs: list[int] = []
    again = asyncio.Event()

    async def worker() -> None:
        runs.append(1)
        if len(runs) > 1:
            again.set()
        raise RuntimeError("zebrafish")

    await start(workers=[worker])
    await asyncio.wait_for(again.wait(), timeout=3)
