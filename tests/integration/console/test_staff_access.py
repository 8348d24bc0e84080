"""Who may do what: every route by every role, closed unless a line here opens it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from bot.gateway.staff_api import staff_part
from bot.services.access.permissions import ROLES
from bot.services.ports.search import SavedView
from bot.services.ports.teaching import ReviewItem
from bot.settings import Settings
from tests.integration.console.conftest import staff_app
from tests.integration.console.conversations import Said
from tests.integration.console.staff_world import PASSWORD, World, dead_letter, signed_in
from tests.integration.gateway.serving import listening

WORKERS = frozenset({"front_desk", "nurse", "surgeon", "admin"})
EVERYBODY = frozenset(ROLES)
CLINICIANS = frozenset({"nurse", "surgeon"})
REVIEWERS = CLINICIANS | {"language_editor"}
MARKERS = EVERYBODY - {"auditor"}
EXPORTERS = frozenset({"nurse", "surgeon", "admin"})
TESTERS = EVERYBODY - {"auditor"}
MANAGERS = frozenset({"admin"})
AUDITORS = frozenset({"admin", "auditor"})
OPEN_DOORS = frozenset(
    {
        ("POST", "/api/staff/login"),
        ("GET", "/console/login"),
        ("POST", "/console/login"),
        ("GET", "/console/static/<name:str>"),
    }
)
"""Sign-in, and files that hold no data."""

API: Mapping[tuple[str, str], frozenset[str]] = {
    ("GET", "/api/staff/me"): EVERYBODY,
    ("GET", "/api/staff/cases"): EVERYBODY,
    ("GET", "/api/staff/cases/<case_id:str>"): EVERYBODY,
    ("GET", "/api/staff/cases/<case_id:str>/fhir"): EXPORTERS,
    ("GET", "/api/staff/cases.csv"): EXPORTERS,
    ("POST", "/api/staff/cases/<case_id:str>/claim"): WORKERS,
    ("POST", "/api/staff/cases/<case_id:str>/release"): WORKERS,
    ("POST", "/api/staff/cases/<case_id:str>/take-over"): WORKERS,
    ("POST", "/api/staff/cases/<case_id:str>/messages"): WORKERS,
    ("POST", "/api/staff/cases/<case_id:str>/hand-back"): WORKERS,
    ("POST", "/api/staff/cases/<case_id:str>/notes"): WORKERS,
    ("POST", "/api/staff/tasks/<task_id:str>/acknowledge"): WORKERS,
    ("POST", "/api/staff/tasks/<task_id:str>/finish"): WORKERS,
    ("GET", "/api/staff/tasks"): EVERYBODY,
    ("GET", "/api/staff/tasks/codes"): EVERYBODY,
    ("POST", "/api/staff/tasks/<task_id:str>/claim"): WORKERS,
    ("POST", "/api/staff/tasks/<task_id:str>/release"): WORKERS,
    ("POST", "/api/staff/tasks/<task_id:str>/assign"): WORKERS,
    ("POST", "/api/staff/tasks/<task_id:str>/tries"): WORKERS,
    ("POST", "/api/staff/tasks/<task_id:str>/snooze"): WORKERS,
    ("POST", "/api/staff/tasks/<task_id:str>/close"): WORKERS,
    ("POST", "/api/staff/cases/<case_id:str>/tasks"): WORKERS,
    ("POST", "/api/staff/logout"): EVERYBODY,
}
PAGES: Mapping[tuple[str, str], frozenset[str]] = {
    ("GET", "/console/"): EVERYBODY,
    ("GET", "/console/live"): EVERYBODY,
    ("GET", "/console/cases/<case_id:str>"): EVERYBODY,
    ("GET", "/console/cases/<case_id:str>/live"): EVERYBODY,
    ("GET", "/console/cases/<case_id:str>/print"): EVERYBODY,
    ("GET", "/console/cases/<case_id:str>/text"): EVERYBODY,
    ("GET", "/console/cases/<case_id:str>/pdf"): EVERYBODY,
    ("GET", "/console/find"): EVERYBODY,
    ("GET", "/console/find.csv"): EXPORTERS,
    ("POST", "/console/views"): EVERYBODY,
    ("POST", "/console/views/<view_id:str>/drop"): EVERYBODY,
    ("POST", "/console/cases/<case_id:str>/reviewed"): REVIEWERS,
    ("POST", "/console/cases/<case_id:str>/tags"): MARKERS,
    ("POST", "/console/cases/<case_id:str>/flags"): MARKERS,
    ("GET", "/console/erasures"): MANAGERS,
    ("GET", "/console/cases/<case_id:str>/erasure"): WORKERS,
    ("POST", "/console/cases/<case_id:str>/erasure"): WORKERS,
    ("POST", "/console/cases/<case_id:str>/erasure/withdraw"): WORKERS,
    ("POST", "/console/cases/<case_id:str>/erasure/keep"): MANAGERS,
    ("POST", "/console/cases/<case_id:str>/erasure/let-go"): MANAGERS,
    ("POST", "/console/cases/<case_id:str>/erasure/confirm"): MANAGERS,
    ("GET", "/console/review"): REVIEWERS,
    ("GET", "/console/review/disputes"): REVIEWERS,
    ("GET", "/console/review/export"): REVIEWERS,
    ("POST", "/console/review/export"): REVIEWERS,
    ("GET", "/console/review/<message_id:str>"): REVIEWERS,
    ("POST", "/console/review/<message_id:str>"): REVIEWERS,
    ("GET", "/console/cases/<case_id:str>/script"): REVIEWERS,
    ("GET", "/console/cases/<case_id:str>/facts"): CLINICIANS,
    ("GET", "/console/cases/<case_id:str>/facts/<variable:str>"): CLINICIANS,
    ("POST", "/console/cases/<case_id:str>/facts/<variable:str>"): CLINICIANS,
    ("POST", "/console/cases/<case_id:str>/claim"): WORKERS,
    ("POST", "/console/cases/<case_id:str>/release"): WORKERS,
    ("POST", "/console/cases/<case_id:str>/take-over"): WORKERS,
    ("POST", "/console/cases/<case_id:str>/messages"): WORKERS,
    ("POST", "/console/cases/<case_id:str>/hand-back"): WORKERS,
    ("POST", "/console/cases/<case_id:str>/notes"): WORKERS,
    ("POST", "/console/cases/<case_id:str>/disposition"): WORKERS,
    ("GET", "/console/figures"): EVERYBODY - {"front_desk"},
    ("GET", "/console/figures.csv"): EVERYBODY - {"front_desk"},
    ("POST", "/console/tasks/<task_id:str>/acknowledge"): WORKERS,
    ("POST", "/console/tasks/<task_id:str>/finish"): WORKERS,
    ("GET", "/console/queue"): EVERYBODY,
    ("GET", "/console/queue/live"): EVERYBODY,
    ("GET", "/console/alarms/live"): EVERYBODY,
    ("POST", "/console/queue/<task_id:str>/claim"): WORKERS,
    ("POST", "/console/queue/<task_id:str>/release"): WORKERS,
    ("POST", "/console/queue/<task_id:str>/assign"): WORKERS,
    ("POST", "/console/queue/<task_id:str>/try"): WORKERS,
    ("POST", "/console/queue/<task_id:str>/snooze"): WORKERS,
    ("POST", "/console/queue/<task_id:str>/close"): WORKERS,
    ("POST", "/console/queue/<task_id:str>/note"): WORKERS,
    ("GET", "/console/protocols"): EVERYBODY,
    ("GET", "/console/protocols/what-if"): EVERYBODY,
    ("GET", "/console/protocols/rules/<rule_id:str>"): EVERYBODY,
    ("GET", "/console/undelivered"): EVERYBODY,
    ("POST", "/console/undelivered/<item_id:str>/again"): WORKERS,
    ("POST", "/console/undelivered/<item_id:str>/leave"): WORKERS,
    ("GET", "/console/try"): TESTERS,
    ("POST", "/console/try"): TESTERS,
    ("GET", "/console/try/<test_id:str>"): TESTERS,
    ("POST", "/console/try/<test_id:str>/say"): TESTERS,
    ("GET", "/console/audit"): AUDITORS,
    ("GET", "/console/people"): MANAGERS,
    ("POST", "/console/people"): MANAGERS,
    ("GET", "/console/people/<staff_id:str>"): MANAGERS,
    ("POST", "/console/people/<staff_id:str>/role"): MANAGERS,
    ("POST", "/console/people/<staff_id:str>/shut-out"): MANAGERS,
    ("POST", "/console/people/<staff_id:str>/let-in"): MANAGERS,
    ("POST", "/console/people/<staff_id:str>/password"): MANAGERS,
    ("POST", "/console/people/<staff_id:str>/sign-out"): MANAGERS,
    ("GET", "/console/password"): EVERYBODY,
    ("POST", "/console/password"): EVERYBODY,
    ("POST", "/console/logout"): EVERYBODY,
}
ROUTES = {**API, **PAGES}
ABSENT = {
    **dict.fromkeys(
        ("case_id", "item_id", "task_id", "view_id", "message_id", "staff_id", "test_id"), "0" * 32
    ),
    "variable": "fever",
    "rule_id": "RF999",
}
CHANGING = [route for route in ROUTES if route[0] == "POST"]
BODIES: Mapping[str, Any] = {
    "finish": {"note": "called"},
    "disposition": {"attended": "came"},
    "/console/tasks/<task_id:str>/finish": {"outcome": "double"},
    "notes": {"text": "a note"},
    "tags": {"tag": "slang"},
    "flags": {"seq": "1"},
    "erasure": {"reason": "asked on the phone"},
    "keep": {"reason": "a court asks"},
    "messages": {"text": "hello"},
    "views": {"name": "mine", "query": "level=same_day"},
    "assign": {"to": "nurse"},
    "tries": {"how": "no_answer"},
    "try": {"how": "no_answer"},
    "close": {"outcome": "double"},
    "tasks": {"kind": "callback"},
    "note": {"text": "a note"},
    "snooze": {"minutes": 5},
    "people": {"name": "somebody new", "role": "nurse"},
    "say": {"text": ""},
    "role": {"role": "auditor"},
    "password": {"current": PASSWORD, "new": PASSWORD, "again": PASSWORD},
    "<message_id:str>": {"intent": "inform", "reason": "looked it over"},
    "<variable:str>": {"value": "no", "reason": "told me on the phone"},
}
REFUSED = {"/snooze": 400, "/erasure/confirm": 409, "/review/export": 409}
"""What every role is refused for an emergency that is open."""
HOLDERS_ONLY = ("messages", "hand-back")
"""What only the person does who has taken the conversation over."""


async def message_to_look_at(world: World) -> str:
    """A patient's message in the inbox of those who review."""
    case_id = await world.add_case((Said(text="my back hurts"),))
    async with world.store.unit_of_work() as uow:
        [message] = await uow.messages.of_patient(case_id)
        item = ReviewItem(
            message_id=message.id, case_id=case_id, rank=20, because={"why": "sample"}, needed=1
        )
        await uow.teaching.add_items(case_id, [item])
        await uow.commit()
    return message.id


async def add_emergency(world: World, *, owner: str = "nurse") -> dict[str, str]:
    """An unacknowledged emergency, its task, a text that was given up, a kept search, a message to review."""
    view_id, message_id = world.ids.new(), await message_to_look_at(world)
    talk = (Said(text="numb"),)
    case_id = await world.add_case(talk, task="emergency", priority="P0", status="emergency")
    async with world.store.unit_of_work(write=False) as uow:
        task = (await uow.tasks.of_case(case_id))[0]
    view = SavedView(
        id=view_id, owner=owner, name=view_id, query="", shared=False, created_at=world.clock.now()
    )
    async with world.store.unit_of_work() as uow:
        await uow.search.add_view(view)
        await uow.commit()
    item_id = await dead_letter(world, case_id)
    ids = {"case_id": case_id, "task_id": task.id, "item_id": item_id, "message_id": message_id}
    test_id = await world.add_case(test=True)
    colleague = await world.add_member("nurse", name=world.ids.new())
    ids |= {"variable": "fever", "rule_id": "RF01"}
    return ids | {"view_id": view_id, "staff_id": colleague.id, "test_id": test_id}


@pytest.fixture
async def ids(world: World) -> dict[str, str]:
    return await add_emergency(world)


def path_of(route: str, ids: Mapping[str, str]) -> str:
    for name, value in ids.items():
        route = route.replace(f"<{name}:str>", value)
    return route


async def ask(
    client: httpx.AsyncClient, method: str, route: str, ids: Mapping[str, str], **given: Any
) -> httpx.Response:
    word = route.rpartition("/")[2]
    body = BODIES.get(route, BODIES.get(word))
    if body is not None and method == "POST":
        given["data" if route.startswith("/console") else "json"] = body
    return await client.request(method, path_of(route, ids), **given)


async def test_every_route_has_a_line_here(world: World, settings: Settings) -> None:
    app = staff_app(world, settings)
    async with listening(app):
        routes = list(app.router.routes)
    found = set()
    for route in routes:
        path = "/" + route.path
        if path.startswith(("/api/staff", "/console")):
            path = "/console/" if path == "/console" else path
            found |= {(method, path) for method in route.methods if method not in ("HEAD", "OPTIONS")}
    assert found == set(ROUTES) | OPEN_DOORS


async def test_nothing_is_open_to_nobody(client: httpx.AsyncClient, ids: dict[str, str]) -> None:
    for method, route in ROUTES:
        answer = await ask(client, method, route, ids)
        if route.startswith("/api") or route.endswith("/live"):
            assert answer.status_code == 401, route
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/console/login"), route
        assert ids["task_id"] not in answer.text


@pytest.mark.parametrize("role", ROLES)
async def test_role_may_only_what_its_lines_say(client: httpx.AsyncClient, world: World, role: str) -> None:
    headers = {"Authorization": f"Bearer {await world.token(role)}"}
    await world.token("nurse")  # somebody to give work to
    for (method, route), roles in ROUTES.items():
        ids = await add_emergency(world, owner=role)
        if route.endswith(HOLDERS_ONLY) and role in roles:
            await client.post(f"/api/staff/cases/{ids['case_id']}/take-over", headers=headers)
        answer = await ask(client, method, route, ids, headers=headers)
        absent = await ask(client, method, route, ABSENT, headers=headers)
        if role in roles:
            refused = [status for end, status in REFUSED.items() if route.endswith(end)]
            assert answer.status_code in (200, 201, 204, 303, *refused), (route, answer.text)
            assert absent.status_code == 404 or "<" not in route, route
        else:  # refused alike whether the thing exists or not
            assert answer.status_code == 403, route
            assert (absent.status_code, absent.text) == (answer.status_code, answer.text), route


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "wrong"},
        {"X-CSRF-Token": "é"},
        {"good": "yes", "Origin": "https://evil.example"},
        {"good": "yes", "Origin": "null"},
        {"good": "yes", "Origin": "http://127.0.0.1.evil.example"},
    ],
    ids=str,
)
async def test_change_by_cookie_needs_the_token_and_our_own_page(
    client: httpx.AsyncClient, world: World, ids: dict[str, str], given: dict[str, str]
) -> None:
    await world.add_member("nurse")
    csrf = await signed_in(client, "nurse")
    headers = {name: value.encode() for name, value in given.items() if name != "good"}
    if "good" in given:
        headers["X-CSRF-Token"] = csrf.encode()
    before = await world.audit()
    for method, route in CHANGING:
        answer = await ask(client, method, route, ids, headers=headers)
        assert answer.status_code == 403, route
    assert await world.audit() == before


def test_every_api_route_is_described() -> None:
    described = {
        (method.upper(), path.replace("{case_id}", "<case_id:str>").replace("{task_id}", "<task_id:str>"))
        for path, methods in staff_part()["paths"].items()
        for method in methods
    }
    assert described == {*API, ("POST", "/api/staff/login")}


@pytest.mark.parametrize("content", ["text/plain", "application/x-www-form-urlencoded"])
async def test_token_of_another_session_is_refused(
    client: httpx.AsyncClient, world: World, ids: dict[str, str], content: str
) -> None:
    await world.add_member("nurse")
    other = await signed_in(client, "nurse")
    await signed_in(client, "nurse")
    answer = await client.post(
        f"/console/tasks/{ids['task_id']}/acknowledge",
        content=f"csrf={other}",
        headers={"Content-Type": content},
    )
    assert answer.status_code == 403


ODD_IDS = ["0" * 32, "x", "..%2f..%2fetc", "-1", "9" * 400, "%00", "A" * 32, "null", "%F0%9F%98%80"]


async def test_unknown_and_odd_ids_are_all_the_same_404(client: httpx.AsyncClient, world: World) -> None:
    headers = {"Authorization": f"Bearer {await world.token('nurse')}"}
    for route in ("/api/staff/cases/{}", "/console/cases/{}", "/console/cases/{}/live"):
        texts = set()
        for odd in ODD_IDS:
            answer = await client.get(route.format(odd), headers=headers)
            assert answer.status_code == 404, (route, odd)
            texts.add(answer.text)
        assert len(texts) == 1


async def test_private_task_does_not_exist_for_the_front_desk(
    client: httpx.AsyncClient, world: World
) -> None:
    case_id = await world.add_case(task="safety_flag", priority="P2", private=True)
    async with world.store.unit_of_work(write=False) as uow:
        task_id = (await uow.tasks.of_case(case_id))[0].id
    for role, expected in (("front_desk", 404), ("admin", 404), ("nurse", 200)):
        headers = {"Authorization": f"Bearer {await world.token(role)}"}
        seen = (await client.get(f"/api/staff/cases/{case_id}", headers=headers)).json()["tasks"]
        assert bool(seen) is (expected == 200)
        for act, body in (("acknowledge", None), ("finish", {"note": "spoke"})):
            answer = await client.post(f"/api/staff/tasks/{task_id}/{act}", json=body, headers=headers)
            assert answer.status_code == expected
    async with world.store.unit_of_work(write=False) as uow:
        assert (await uow.tasks.of_case(case_id))[0].acknowledged_by == "nurse"


async def test_disabled_person_is_out_at_once(client: httpx.AsyncClient, world: World) -> None:
    from sqlalchemy import update

    from bot.store.staff_tables import staff

    token = await world.token("nurse")
    await signed_in(client, "nurse")
    async with world.store._engine.begin() as connection:
        await connection.execute(update(staff).values(disabled=True))
    assert (await client.get("/api/staff/cases")).status_code == 401
    headers = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/api/staff/cases", headers=headers)).status_code == 401
