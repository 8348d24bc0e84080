"""The work queue's doors: the page without scripts, and the same by the staff API."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from bot.domain.tasks import LOUD
from tests.integration.console.conversations import EMERGENCY, ROUTINE, SAME_DAY
from tests.integration.console.staff_world import World, signed_in


async def task_of(world: World, case_id: str) -> str:
    async with world.store.unit_of_work(write=False) as uow:
        return (await uow.tasks.of_case(case_id))[0].id


async def morning(world: World) -> dict[str, str]:
    """Tasks by what they are."""
    made = {
        "emergency": await world.add_case(EMERGENCY, task="emergency", priority="P0", due_minutes=-2),
        "urgent": await world.add_case(SAME_DAY, task="urgent_callback", priority="P1", due_minutes=20),
        "call": await world.add_case(ROUTINE, task="callback", priority="P2", due_minutes=-5),
    }
    return {name: await task_of(world, case_id) for name, case_id in made.items()}


@pytest.fixture
async def nurse(world: World, client: httpx.AsyncClient) -> str:
    """A signed-in nurse's CSRF token."""
    await world.add_member("nurse")
    return await signed_in(client, "nurse")


def text_of(html: str) -> str:
    """What stands on a page, in one line."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


async def page_of(client: httpx.AsyncClient, query: str = "") -> str:
    answer = await client.get(f"/console/queue{query}")
    assert answer.status_code == 200
    return text_of(answer.text)


async def send(client: httpx.AsyncClient, csrf: str, path: str, **fields: str) -> httpx.Response:
    return await client.post(f"/console/queue/{path}", data={"csrf": csrf, "view": "mine", **fields})


async def test_the_page_pins_the_emergency_and_counts(
    world: World, client: httpx.AsyncClient, nurse: str
) -> None:
    tasks = await morning(world)
    text = await page_of(client)
    assert "1 emergency not acknowledged" in text
    for words in ("All 3", "Mine 0", "Unassigned 3", "2 late"):
        assert words in text
    html = (await client.get("/console/queue")).text
    assert html.count(f"task={tasks['urgent']}") == 1
    assert html.index(tasks["emergency"]) < html.index(tasks["urgent"]) < html.index(tasks["call"])
    assert len(html) < 100_000


async def test_what_became_loud_is_pinned_on_every_page(
    world: World, client: httpx.AsyncClient, nurse: str
) -> None:
    tasks = await morning(world)
    async with world.store.unit_of_work() as uow:
        await uow.tasks.escalate(tasks["call"], step=LOUD)
        case_id = (await uow.tasks.get(tasks["urgent"])).case_id
        await uow.commit()
    for path in ("/console/queue", "/console/", f"/console/cases/{case_id}"):
        text = text_of((await client.get(path)).text)
        assert "1 emergency not acknowledged, 1 overdue task that nobody has taken" in text, path


async def test_a_call_from_taking_to_closing_without_scripts(
    world: World, client: httpx.AsyncClient, nurse: str
) -> None:
    task = (await morning(world))["call"]
    taken = await send(client, nurse, f"{task}/claim")
    assert (taken.status_code, taken.headers["location"]) == (303, f"/console/queue?view=mine&task={task}")
    text = await page_of(client, f"?view=mine&task={task}")
    assert "You have it" in text
    assert "Not reached after all tries" not in text  # not before three tries
    await send(client, nurse, f"{task}/try", how="no_answer", note="rang out", once="1")
    await send(client, nurse, f"{task}/try", how="no_answer", note="rang out", once="1")
    text = await page_of(client, f"?view=mine&task={task}")
    assert text.count("rang out") == 1
    await send(client, nurse, f"{task}/snooze", minutes="30")
    assert "You have taken nothing" in await page_of(client, "?view=mine")
    assert "put off until" in await page_of(client, "?view=snoozed")
    await send(client, nurse, f"{task}/note", text="prefers mornings")
    closed = await send(client, nurse, f"{task}/close", outcome="visit_booked", note="Thursday")
    assert closed.headers["location"] == "/console/queue?view=mine"
    assert "This task is done" in await page_of(client, f"?task={task}")


async def test_a_second_claimer_is_told_who_has_it(
    world: World, client: httpx.AsyncClient, nurse: str
) -> None:
    task = (await morning(world))["call"]
    await send(client, nurse, f"{task}/claim")
    await world.add_member("nurse", name="Kim")
    csrf = await signed_in(client, "Kim")
    refused = await send(client, csrf, f"{task}/claim")
    assert refused.status_code == 409
    assert "nurse works on this case" in refused.text
    assert "nurse works on this case" in await page_of(client, f"?task={task}")
    await send(client, csrf, f"{task}/assign", to="Kim")
    assert "You have it" in await page_of(client, f"?task={task}")


async def test_the_open_page_is_refreshed_only_when_something_changed(
    world: World, client: httpx.AsyncClient, nurse: str
) -> None:
    await morning(world)
    first = await client.get("/console/queue/live?view=all")
    same = await client.get("/console/queue/live?view=all", headers={"If-None-Match": first.headers["etag"]})
    assert same.status_code == 304
    await world.add_case(ROUTINE, task="benefits_check")
    changed = await client.get(
        "/console/queue/live?view=all", headers={"If-None-Match": first.headers["etag"]}
    )
    assert "Check the insurance benefits" in changed.text


@pytest.mark.parametrize("query", ["?view=closed", "?view=all&view=mine", "?after=x", "?x=1"])
async def test_odd_queries_are_refused(client: httpx.AsyncClient, nurse: str, query: str) -> None:
    assert (await client.get(f"/console/queue{query}")).status_code == 400
    assert (await client.get(f"/api/staff/tasks{query}")).status_code == 400


async def test_an_unknown_task_opens_nothing(client: httpx.AsyncClient, nurse: str) -> None:
    assert "data-panel" not in (await client.get(f"/console/queue?task={'0' * 32}")).text


async def test_who_may_not_see_contacts_sees_none(world: World, client: httpx.AsyncClient) -> None:
    tasks = await morning(world)
    await world.add_member("auditor")
    await signed_in(client, "auditor")
    pages = [(await client.get(f"/console/queue?task={tasks['emergency']}")).text]
    pages.append((await client.get("/api/staff/tasks")).text)
    for secret in ("Dana", "0142", "Robin", "0117", "Placeholder", "0188"):
        assert not [page for page in pages if secret in page], secret
    assert "I take it" not in pages[0]


# --- the staff API ------------------------------------------------------------------------------


async def api(client: httpx.AsyncClient, csrf: str, path: str, body: Any = None) -> httpx.Response:
    return await client.post(f"/api/staff/{path}", json=body, headers={"X-CSRF-Token": csrf})


async def test_the_same_work_by_the_api(world: World, client: httpx.AsyncClient, nurse: str) -> None:
    tasks = await morning(world)
    listed = (await client.get("/api/staff/tasks?view=unassigned")).json()
    assert [row["id"] for row in listed["tasks"]] == list(tasks.values())
    assert listed["counts"]["late"] == 2
    assert listed["tasks"][0]["case"]["level"] == "emergency_now"
    call = f"tasks/{tasks['call']}"
    assert (await api(client, nurse, f"{call}/claim")).json()["standing"] == "claimed"
    tried = await api(client, nurse, f"{call}/tries", {"how": "busy", "again_minutes": 15})
    assert (tried.json()["standing"], tried.json()["attempts"]) == ("snoozed", 1)
    assert (await api(client, nurse, f"{call}/snooze", {"minutes": 60})).json()["standing"] == "snoozed"
    assert (await api(client, nurse, f"{call}/release")).json()["standing"] == "snoozed"
    assert (await api(client, nurse, f"{call}/assign", {"to": "nurse"})).json()["acknowledged_by"] == "nurse"
    closed = await api(client, nurse, f"{call}/close", {"outcome": "answered", "note": "x"})
    assert (closed.json()["standing"], closed.json()["outcome"]) == ("done", "answered")
    added = await api(client, nurse, f"cases/{closed.json()['case_id']}/tasks", {"kind": "benefits_check"})
    assert (added.status_code, added.json()["priority"]) == (201, "P3")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("tries", {"how": "sms"}),
        ("tries", {}),
        ("tries", {"how": "busy", "again_minutes": "15"}),
        ("snooze", {"minutes": True}),
        ("snooze", {"minutes": 99_999}),
        ("close", {"outcome": "benefits_confirmed"}),
        ("close", {"note": "x"}),
        ("assign", {"to": 7}),
        ("assign", {"to": "nobody"}),
    ],
)
async def test_bodies_that_do_not_fit_are_refused(
    world: World, client: httpx.AsyncClient, nurse: str, path: str, body: Any
) -> None:
    task = (await morning(world))["call"]
    refused = await api(client, nurse, f"tasks/{task}/{path}", body)
    assert (refused.status_code, set(refused.json())) == (400, {"error"})


async def test_codes_are_the_clinics(client: httpx.AsyncClient, nurse: str) -> None:
    codes = (await client.get("/api/staff/tasks/codes")).json()
    assert "left_message" in [one["id"] for one in codes["tries"]]
    assert {"id": "not_reached", "label": "Not reached after all tries", "kinds": [], "tries": 3} in codes[
        "outcomes"
    ]
