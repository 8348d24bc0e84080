"""The search page: what it finds, what it keeps, and what of it is written down."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from bot.services.office import conversation_table
from tests.integration.console.conversations import Said
from tests.integration.console.staff_world import World, busy_morning, signed_in
from tests.integration.console.test_console_pages import PAYLOADS, Markup, page_of


@pytest.fixture
async def nurse(client: httpx.AsyncClient, world: World) -> str:
    """Signed in; the CSRF token."""
    await world.add_member("nurse")
    return await signed_in(client, "nurse")


async def test_a_search_by_words_is_audited_without_its_words(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    ids = await busy_morning(world)
    page = await page_of(client, "/console/find?q=wiping&level=emergency_now")
    assert ids["emergency"] in page
    assert ids["booked"] not in page
    [detail] = [row[3] for row in await world.audit() if row[1] == "case.searched"]
    assert detail == {"by": ["words", "levels"], "found": 1, "page": "first"}


async def test_an_open_form_searches_nothing(client: httpx.AsyncClient, world: World, nurse: str) -> None:
    await busy_morning(world)
    page = await page_of(client, "/console/find")
    assert "Dana Example" not in page
    assert not [row for row in await world.audit() if row[1] == "case.searched"]


@pytest.mark.parametrize(
    "odd",
    [
        *("level=high", "since=yesterday", "confidence=x", "event=fire", "after_event=person", "after=x&q=a"),
        *("messages=-1", "until=9999-12-31", "reviewed=perhaps"),
    ],
)
async def test_odd_fields_are_named_and_the_form_stays(
    client: httpx.AsyncClient, world: World, nurse: str, odd: str
) -> None:
    answer = await client.get(f"/console/find?{odd}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


async def test_a_search_is_kept_shared_and_forgotten(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    kept = {"csrf": nurse, "name": "Wants a person", "query": "event=person&nonsense=1", "shared": "1"}
    answer = await client.post("/console/views", data=kept)
    assert answer.headers["location"] == "/console/find?event=person"
    assert (await client.post("/console/views", data=kept)).status_code == 400
    await world.add_member("surgeon")
    await signed_in(client, "surgeon")
    page = await page_of(client, "/console/find")
    assert ("Wants a person" in page, "/drop" in page) == (True, False)


async def test_who_may_not_see_contact_data_may_not_search_by_words(
    client: httpx.AsyncClient, world: World
) -> None:
    await busy_morning(world)
    await world.add_member("auditor")
    await signed_in(client, "auditor")
    assert (await client.get("/console/find?q=dana")).status_code == 403
    page = await page_of(client, "/console/find?level=emergency_now")
    assert ("Dana" in page, "555-0142" in page, "•••" in page) == (False, False, True)


async def test_what_is_typed_is_never_markup(client: httpx.AsyncClient, world: World, nurse: str) -> None:
    for payload in PAYLOADS:
        await client.post(
            "/console/views", data={"csrf": nurse, "name": payload.strip("\u202e"), "query": ""}
        )
        answer = await client.get("/console/find", params={"q": payload[:99], "rule": payload[:99]})
        scripts = [given for tag, given in Markup(answer.text).tags if tag == "script"]
        assert scripts == [{"src": "/console/static/console.js", "defer": None}]
        assert not [given for tag, given in Markup(answer.text).tags if tag in ("img", "svg", "iframe")]


async def test_a_case_is_marked_as_looked_over_and_back(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    case_id = await world.add_case()
    address = f"/console/cases/{case_id}"
    await client.post(f"{address}/reviewed", data={"csrf": nurse})
    assert "Looked over by nurse: undo" in await page_of(client, address)
    await client.post(f"{address}/reviewed", data={"csrf": nurse, "undo": "1"})
    assert "Mark as looked over" in await page_of(client, address)
    actions = [row[1] for row in await world.audit() if row[2] == case_id and "review" in row[1]]
    assert actions == ["case.reviewed", "case.review_taken_back"]


async def test_what_was_found_is_a_table_with_names_or_without(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    ids = await busy_morning(world)
    evil = Said(text="=1+1", facts={"contact_name": "@SUM(A1)"})
    await world.add_case((evil,))
    await client.post(f"/console/cases/{ids['emergency']}/tags", data={"csrf": nurse, "tag": "=cmd()"})
    plain = rows_of(await client.get("/console/find.csv?level=emergency_now"))
    assert plain == [
        {
            "started": "2026", "minutes": "6.0", "channel": "web", "status": "emergency",
            "level": "emergency_now", "rules": "RF01", "outcome": "deferred_emergency",
            "messages": "10", "fallbacks": "0",
            "least_certain": "0.93", "reviewed": "no", "flagged_messages": "0", "test": "no",
        }
    ]  # fmt: skip
    named = rows_of(await client.get("/console/find.csv?named=yes"))
    assert len(named) == len(ids) + 1
    emergency = next(row for row in named if row["level"] == "emergency_now")
    assert (emergency["name"], emergency["phone"]) == ("Dana Example", "555-0142")
    assert emergency["tags"] == "'=cmd()"
    assert not [cell for row in named for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    details = [row[3] for row in await world.audit() if row[1] == "conversations.exported"]
    assert details == [
        {"by": ["levels"], "rows": 1, "named": False},
        {"by": [], "rows": 6, "named": True},
    ]


async def test_a_table_that_would_end_too_early_is_none(
    client: httpx.AsyncClient, world: World, nurse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation_table, "MOST", 4)
    await busy_morning(world)
    answer = await client.get("/console/find.csv")
    assert (answer.status_code, "more than 4 found" in answer.text.lower()) == (400, True)


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
