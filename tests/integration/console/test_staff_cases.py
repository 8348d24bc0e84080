"""The list and the case over the staff API: order, shape, search, masking, audit, work."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bot.services.access import looks
from tests.integration.console.conversations import EMERGENCY
from tests.integration.console.staff_world import World, busy_morning, signed_in

CONTRACT = {
    "id", "reference", "channel", "status", "level", "rules", "outcome", "visit", "facts", "missing",
    "handoff", "messages", "protocols", "model",
}  # fmt: skip
MESSAGE = {"id", "seq", "from", "kind", "text", "asks", "choices", "at", "channel", "intent", "findings"}
FACT = {"value", "words", "message_id", "asked", "at", "by", "history"}


async def as_role(client: httpx.AsyncClient, world: World, role: str) -> None:
    client.headers["Authorization"] = f"Bearer {await world.token(role)}"


async def listed(client: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    answer = await client.get("/api/staff/cases", params=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["cases"]
    return rows


async def opened(client: httpx.AsyncClient, case_id: str) -> dict[str, Any]:
    answer = await client.get(f"/api/staff/cases/{case_id}")
    assert answer.status_code == 200, answer.text
    case: dict[str, Any] = answer.json()
    return case


async def test_list_is_most_urgent_first(client: httpx.AsyncClient, world: World) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    order = ["emergency", "same_day", "late_callback", "booked", "talking"]
    assert [row["id"] for row in await listed(client)] == [ids[name] for name in order]


async def test_new_emergency_is_on_top_of_the_next_list(client: httpx.AsyncClient, world: World) -> None:
    await busy_morning(world)
    await as_role(client, world, "front_desk")
    new = await world.add_case(
        EMERGENCY, minutes_ago=0, task="emergency", priority="P0", due_minutes=-30, status="emergency"
    )
    assert (await listed(client))[0]["id"] == new


async def test_acknowledged_emergency_stays_an_emergency_but_is_no_alarm(
    client: httpx.AsyncClient, world: World
) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    task = (await opened(client, ids["emergency"]))["tasks"][0]
    answer = await client.post(f"/api/staff/tasks/{task['id']}/acknowledge")
    assert answer.json()["status"] == "acknowledged"
    row = (await listed(client))[0]
    assert (row["id"], row["task_status"]) == (ids["emergency"], "acknowledged")
    case = await opened(client, ids["emergency"])
    assert case["acknowledged_at"] == "2026-11-18T18:00:00.000Z"
    assert case["tasks"][0]["acknowledged_by"] == "nurse"


async def test_second_acknowledgement_changes_nothing(client: httpx.AsyncClient, world: World) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    task = (await opened(client, ids["emergency"]))["tasks"][0]["id"]
    await client.post(f"/api/staff/tasks/{task}/acknowledge")
    world.clock.pass_(minutes=3)
    await as_role(client, world, "surgeon")
    again = await client.post(f"/api/staff/tasks/{task}/acknowledge")
    assert (again.status_code, again.json()["acknowledged_by"]) == (200, "nurse")


async def test_case_has_the_contracts_shape(client: httpx.AsyncClient, world: World) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    case = await opened(client, ids["emergency"])
    assert set(case) >= CONTRACT
    assert (case["level"], case["rules"], case["visit"]) == ("emergency_now", ["RF01"], "ER_NOW")
    assert all(set(message) >= MESSAGE for message in case["messages"])
    assert [message["seq"] for message in case["messages"]] == list(range(1, len(EMERGENCY) + 1))
    fact = case["facts"]["saddle_numbness"]
    assert set(fact) >= FACT
    assert (fact["value"], fact["words"], fact["by"]) == ("yes", "cant feel when i wipe", "patient")
    told = next(m for m in case["messages"] if m["id"] == fact["message_id"])
    assert told["text"] == EMERGENCY[7].text
    assert told["intent"] == {"name": "inform", "confidence": 0.93}
    for finding in told["findings"]:
        assert told["text"][finding["start"] : finding["end"]] == finding["words"]
    assert case["why"][0]["rule"] == "RF01"
    assert case["why"][0]["source"]
    assert case["handoff"] == {"kind": "emergency"}
    assert case["model"] == "20261118-ab12"
    assert {stamp["status"] for stamp in case["protocols"]} == {"draft"}
    assert case["gate"]["complete"] is False


async def test_handoff_shows_the_appointment_or_the_promised_call(
    client: httpx.AsyncClient, world: World
) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    booked = (await opened(client, ids["booked"]))["handoff"]
    assert booked["kind"] == "booking"
    assert set(booked["appointment"]) == {"start", "end", "provider", "visit"}
    assert booked["appointment"]["visit"] == "SURGICAL_CONSULT"
    call = (await opened(client, ids["same_day"]))["handoff"]
    assert call == {
        "kind": "urgent_callback",
        "callback": {"due": "2026-11-18T18:14:00.000Z", "priority": "P1"},
    }


async def test_silent_engine_leaves_the_model_out(client: httpx.AsyncClient, world: World) -> None:
    case_id = await world.add_case()
    world.engine.silent = True
    await as_role(client, world, "nurse")
    assert (await opened(client, case_id))["model"] is None


@pytest.mark.parametrize("query", ["555-0142", "(555) 0142", "dana example", "Example"])
async def test_search_finds_phone_and_name(client: httpx.AsyncClient, world: World, query: str) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "front_desk")
    assert [row["id"] for row in await listed(client, q=query)] == [ids["emergency"]]


async def test_search_finds_the_reference_however_it_is_written(
    client: httpx.AsyncClient, world: World
) -> None:
    case_id = await world.add_case(status="closed")
    await as_role(client, world, "auditor")
    async with world.store.unit_of_work(write=False) as uow:
        reference = (await uow.cases.get(case_id)).reference
    for written in (reference, reference.lower(), reference.replace("-", " ")):
        assert [row["id"] for row in await listed(client, reference=written)] == [case_id]
    assert await listed(client, reference="ZZZZ-ZZZZ") == []


@pytest.mark.parametrize(
    "query",
    ["queue=closed", "queue=mine:ana", "queue=", "after=xyz", "x=1", "q=a&q=b", "q=%00", "q=" + "a" * 101],
)
async def test_odd_queries_are_refused_or_harmless(
    client: httpx.AsyncClient, world: World, query: str
) -> None:
    await as_role(client, world, "nurse")
    answer = await client.get(f"/api/staff/cases?{query}")
    assert answer.status_code == (200 if query == "queue=" else 400)
    assert "error" in answer.json() or answer.json() == {"cases": [], "next": None}


async def test_pages_follow_each_other_without_gap(client: httpx.AsyncClient, world: World) -> None:
    made = {await world.add_case(minutes_ago=number) for number in range(120)}
    await as_role(client, world, "nurse")
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await client.get("/api/staff/cases", params=after)).json()
        seen += [row["id"] for row in page["cases"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(seen) == len(set(seen)) == 120
    assert set(seen) == made


async def test_roles_without_contact_rights_see_no_name_and_no_number(
    client: httpx.AsyncClient, world: World
) -> None:
    ids = await busy_morning(world)
    for role in ("auditor", "language_editor", "protocol_approver"):
        await as_role(client, world, role)
        shown = json.dumps(await listed(client))
        for case_id in ids.values():
            case = await opened(client, case_id)
            assert case["contact_hidden"]
            shown += json.dumps(case)
        page = await client.get("/console/", headers={"Accept": "text/html"})
        shown += page.text + (await client.get(f"/console/cases/{ids['emergency']}")).text
        for secret in ("Dana", "Robin", "5550142", "5550117", "5550164", "555-01"):
            assert secret not in shown, (role, secret)
        assert "cant feel when i wipe" in shown
        assert (await client.get("/api/staff/cases?q=dana")).status_code == 403


async def test_masking_keeps_offsets(client: httpx.AsyncClient, world: World) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "auditor")
    for message in (await opened(client, ids["same_day"]))["messages"]:
        for finding in message["findings"]:
            assert message["text"][finding["start"] : finding["end"]] == finding["words"]


async def test_every_view_and_search_is_audited_without_words(
    client: httpx.AsyncClient, world: World
) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    before = len(await world.audit())
    await listed(client)
    await listed(client, q="dana")
    await listed(client, reference="K7QM-4T2X")
    await opened(client, ids["booked"])
    await client.get(f"/console/cases/{ids['booked']}")
    await client.get(f"/console/cases/{ids['booked']}/live")
    rows = [row for row in (await world.audit())[before:] if row[1] != looks.SHOWN]
    assert rows == [
        ("nurse", "case.searched", None, {"by": "words"}),
        ("nurse", "case.searched", None, {"by": "reference"}),
        ("nurse", "case.viewed", ids["booked"], {}),
        ("nurse", "case.viewed", ids["booked"], {}),
    ]


async def test_work_is_audited_and_done_tasks_leave_the_list(client: httpx.AsyncClient, world: World) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    task = (await opened(client, ids["same_day"]))["tasks"][0]["id"]
    before = len(await world.audit())
    done = await client.post(f"/api/staff/tasks/{task}/finish", json={"note": "  spoke, goes to ER "})
    assert (done.json()["status"], done.json()["note"]) == ("done", "spoke, goes to ER")
    await client.post(f"/api/staff/cases/{ids['same_day']}/claim")
    await client.post(f"/api/staff/cases/{ids['same_day']}/notes", json={"text": "family informed"})
    await client.post(f"/api/staff/cases/{ids['same_day']}/release")
    actions = [(action, case_id) for _, action, case_id, _ in (await world.audit())[before:]]
    case_id = ids["same_day"]
    assert actions == [
        ("task.finished", case_id),
        ("case.claimed", case_id),
        ("case.note_written", case_id),
        ("case.released", case_id),
    ]
    assert "ER" not in str((await world.audit())[before:])
    row = next(row for row in await listed(client) if row["id"] == case_id)
    assert (row["task_id"], row["due"], row["claimed_by"]) == (None, None, None)
    assert (await opened(client, case_id))["staff_notes"][0]["text"] == "family informed"


async def test_claimed_case_is_refused_to_a_colleague_and_listed_as_mine(
    client: httpx.AsyncClient, world: World
) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    claim = f"/api/staff/cases/{ids['booked']}/claim"
    assert (await client.post(claim)).json()["claimed_by"] == "nurse"
    assert (await client.post(claim)).status_code == 200
    assert [row["id"] for row in await listed(client, queue="mine")] == [ids["booked"]]
    await as_role(client, world, "surgeon")
    refused = await client.post(claim)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "conflict")
    assert "nurse" in refused.json()["error"]["message"]
    assert await listed(client, queue="mine") == []


async def test_a_conversation_is_taken_over_by_one_person(client: httpx.AsyncClient, world: World) -> None:
    case = f"/api/staff/cases/{await world.add_case()}"
    await as_role(client, world, "nurse")
    early = await client.post(f"{case}/messages", json={"text": "hello"})
    assert early.status_code == 409
    taken = (await client.post(f"{case}/take-over")).json()
    assert (taken["status"], taken["phase"], taken["claimed_by"]) == ("waiting_for_staff", "staff", "nurse")
    said = await client.post(f"{case}/messages", json={"text": "hello"})
    assert (said.status_code, said.json()["from"]) == (201, "staff")
    await as_role(client, world, "surgeon")
    for path in ("take-over", "hand-back"):
        assert (await client.post(f"{case}/{path}")).status_code == 409
    await as_role(client, world, "nurse")
    assert (await client.post(f"{case}/hand-back")).json()["status"] == "open"


@pytest.mark.parametrize("body", [{}, {"note": ""}, {"note": "   "}, {"note": 3}, {"note": "x" * 1001}])
async def test_finishing_needs_a_word_about_what_was_arranged(
    client: httpx.AsyncClient, world: World, body: dict[str, Any]
) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    task = (await opened(client, ids["same_day"]))["tasks"][0]["id"]
    answer = await client.post(f"/api/staff/tasks/{task}/finish", json=body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "note")


async def test_cookie_and_token_see_the_same_case(client: httpx.AsyncClient, world: World) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    by_token = await opened(client, ids["booked"])
    del client.headers["Authorization"]
    await signed_in(client, "nurse")
    assert await opened(client, ids["booked"]) == by_token


async def test_long_conversation_is_shown_whole(client: httpx.AsyncClient, world: World) -> None:
    case_id = await world.add_case(EMERGENCY[:2] * 205, minutes_ago=60 * 24)
    await as_role(client, world, "nurse")
    assert len((await opened(client, case_id))["messages"]) == 410
