"""Signing in and out: what proves a person, for how long, and what a guesser meets."""

from __future__ import annotations

import httpx
import pytest

from bot.gateway.assembly import App
from bot.services.access.login_guard import TRIES_FROM_ONE_PLACE
from bot.services.access.staff import make_api_token
from bot.settings import Settings
from tests.conftest import make_settings
from tests.integration.console.conftest import staff_app
from tests.integration.console.staff_world import PASSWORD, World, signed_in
from tests.integration.gateway.serving import listening

WRONG = "wrong horse battery"


@pytest.fixture
async def nurse(world: World) -> str:
    await world.add_member("nurse")
    return "nurse"


async def test_login_gives_a_cookie_scripts_cannot_read(client: httpx.AsyncClient, nurse: str) -> None:
    answer = await client.post("/api/staff/login", json={"name": nurse, "password": PASSWORD})
    assert answer.status_code == 200
    assert set(answer.json()) == {"csrf", "expires_at"}
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    assert "domain=" not in cookie
    assert "secure" not in cookie  # plain http on loopback: a Secure cookie would not come back
    assert (await client.get("/api/staff/me")).json()["name"] == nurse


async def test_cookie_has_the_host_prefix_over_https(world: World, nurse: str, settings: Settings) -> None:
    public = make_settings(data_dir=settings.data_dir, public_url="https://intake.example")
    app: App = staff_app(world, public)
    headers = {"Host": "intake.example", "Origin": "https://intake.example"}
    async with (
        listening(app) as port,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30, trust_env=False
        ) as browser,
    ):
        answer = await browser.post("/api/staff/login", json={"name": nurse, "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-spine_staff=")
        assert "; secure" in cookie.lower()
        token = cookie.partition("=")[2].partition(";")[0].strip('"')
        known = await browser.get("/api/staff/me", headers={"Cookie": f"__Host-spine_staff={token}"})
        assert known.status_code == 200
        planted = await browser.get("/api/staff/me", headers={"Cookie": f"spine_staff={token}"})
        assert planted.status_code == 401  # without the prefix another host could have set it


@pytest.mark.parametrize(
    ("name", "password"),
    [("nurse", WRONG), ("nobody", PASSWORD), ("Nurse", PASSWORD), ("nurse", ""), ("nurse", "x" * 5000)],
)
async def test_wrong_login_says_nothing_about_what_was_wrong(
    client: httpx.AsyncClient, nurse: str, name: str, password: str
) -> None:
    answer = await client.post("/api/staff/login", json={"name": name, "password": password})
    assert answer.status_code == 401
    assert answer.json() == {
        "error": {"code": "not_signed_in", "message": "the name or the password is wrong."}
    }
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b'{"name": "nurse"}',
        b'{"name": 1, "password": "x"}',
        b'{"name": "nurse", "password": null}',
        b'{"name": "nurse", "password": "x", "role": "admin"}',
        rb'{"name": "\ud800", "password": "x"}',
        rb'{"name": "nurse", "password": "\u0000"}',
        b'{"name": "nurse", "name": "admin", "password": "x"}',
    ],
)
async def test_malformed_login_is_a_400(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/api/staff/login", content=body, headers=headers)
    assert answer.status_code == 400
    assert set(answer.json()["error"]) <= {"code", "message", "field"}


async def test_form_encoded_login_at_the_api_is_refused(client: httpx.AsyncClient, nurse: str) -> None:
    answer = await client.post("/api/staff/login", data={"name": nurse, "password": PASSWORD})
    assert answer.status_code == 400


async def test_login_from_a_foreign_page_is_refused(client: httpx.AsyncClient, nurse: str) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1"):
        answer = await client.post(
            "/api/staff/login", json={"name": nurse, "password": PASSWORD}, headers={"Origin": origin}
        )
        assert answer.status_code == 403, origin


async def test_too_many_tries_are_refused_even_with_the_right_password(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    for _ in range(TRIES_FROM_ONE_PLACE):
        assert await _try(client, nurse, WRONG) == 401
    refused = await client.post("/api/staff/login", json={"name": nurse, "password": PASSWORD})
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 900
    world.clock.pass_(minutes=15)
    assert await _try(client, nurse, PASSWORD) == 200


async def test_each_login_has_a_new_token_and_logout_ends_it(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    await signed_in(client, nurse)
    first = client.cookies["spine_staff"]
    csrf = await signed_in(client, nurse)
    assert client.cookies["spine_staff"] != first
    answer = await client.post("/api/staff/logout", headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 204
    token = client.cookies.get("spine_staff") or first
    dead = await client.get("/api/staff/me", headers={"Cookie": f"spine_staff={token}"})
    assert token == first or dead.status_code == 401


async def test_ended_session_is_dead(client: httpx.AsyncClient, nurse: str) -> None:
    csrf = await signed_in(client, nurse)
    token = client.cookies["spine_staff"]
    await client.post("/api/staff/logout", headers={"X-CSRF-Token": csrf})
    client.cookies.clear()
    answer = await client.get("/api/staff/me", headers={"Cookie": f"spine_staff={token}"})
    assert answer.status_code == 401


async def test_idle_session_ends_after_a_quarter_of_an_hour(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    await signed_in(client, nurse)
    world.clock.pass_(minutes=14)
    assert (await client.get("/api/staff/me")).status_code == 200
    world.clock.pass_(minutes=14)
    assert (await client.get("/api/staff/me")).status_code == 200
    world.clock.pass_(minutes=15)
    assert (await client.get("/api/staff/me")).status_code == 401


async def test_a_page_refreshing_itself_keeps_nobody_signed_in(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    await signed_in(client, nurse)
    world.clock.pass_(minutes=14)
    assert (await client.get("/console/live")).status_code == 200
    world.clock.pass_(minutes=1)
    assert (await client.get("/console/live")).status_code == 401


async def test_session_ends_after_eight_hours_of_work(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    await signed_in(client, nurse)
    for _ in range(47):
        world.clock.pass_(minutes=10)
        assert (await client.get("/api/staff/me")).status_code == 200
    world.clock.pass_(minutes=10)
    assert (await client.get("/api/staff/me")).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "1.", "99999999999.x", "1763488800.abc", "9" * 400, "é.é"])
async def test_made_up_session_token_is_refused(client: httpx.AsyncClient, token: str) -> None:
    headers = {"Cookie": f"spine_staff={token}".encode()}
    answer = await client.get("/api/staff/me", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 401


async def test_start_of_a_session_cannot_be_moved(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    await signed_in(client, nurse)
    start, _, secret = client.cookies["spine_staff"].strip('"').partition(".")
    moved = f"{int(start) + 3600}.{secret}"
    client.cookies.clear()
    answer = await client.get("/api/staff/me", headers={"Cookie": f"spine_staff={moved}"})
    assert answer.status_code == 401


async def test_api_token_needs_no_csrf_and_is_no_session(client: httpx.AsyncClient, world: World) -> None:
    token = await world.token("nurse")
    headers = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/api/staff/me", headers=headers)).json()["role"] == "nurse"
    assert (await client.post("/api/staff/logout", headers=headers)).status_code == 204
    assert (await client.get("/api/staff/me", headers=headers)).status_code == 200
    client.cookies.set("spine_staff", token)
    assert (await client.get("/api/staff/me")).status_code == 401


@pytest.mark.parametrize("header", ["Bearer", "Bearer x", "Basic eDp5", "spine_x", "bearer spine_x"])
async def test_wrong_authorization_is_refused_even_beside_a_good_cookie(
    client: httpx.AsyncClient, nurse: str, header: str
) -> None:
    await signed_in(client, nurse)
    answer = await client.get("/api/staff/me", headers={"Authorization": header})
    assert answer.status_code == 401


async def test_sign_ins_and_failures_are_audited_without_what_was_typed(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    await _try(client, "hunter2 typed in the wrong box", WRONG)
    await _try(client, nurse, WRONG)
    csrf = await signed_in(client, nurse)
    await client.post("/api/staff/logout", headers={"X-CSRF-Token": csrf})
    rows = [row for row in await world.audit() if row[1] != "staff.added"]
    assert [(actor, action) for actor, action, _, _ in rows] == [
        ("unknown", "staff.login_failed"),
        ("nurse", "staff.login_failed"),
        ("nurse", "staff.login"),
        ("nurse", "staff.logout"),
    ]
    assert "hunter2" not in str(rows)
    assert WRONG not in str(rows)


async def test_last_failure_before_the_lock_says_so(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    for _ in range(TRIES_FROM_ONE_PLACE):
        await _try(client, nurse, WRONG)
    locked = [detail["locked"] for _, action, _, detail in await world.audit() if "failed" in action]
    assert locked == [False] * (TRIES_FROM_ONE_PLACE - 1) + [True]


async def test_store_keeps_neither_password_nor_token(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    await signed_in(client, nurse)
    api_token = await make_api_token(world.ctx, name=nurse)
    cookie = client.cookies["spine_staff"].strip('"')
    await world.store.close()
    kept = b"".join(file.read_bytes() for file in world.folder.iterdir())
    assert b"argon2id" in kept
    for secret in (PASSWORD, api_token, cookie, cookie.partition(".")[2]):
        assert secret.encode() not in kept


async def _try(client: httpx.AsyncClient, name: str, password: str) -> int:
    answer = await client.post("/api/staff/login", json={"name": name, "password": password})
    return answer.status_code
