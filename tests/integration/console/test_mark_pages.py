"""Tags and flags as staff set them: once, by whom, found again, never with the patient's name."""

from __future__ import annotations

import httpx
import pytest

from tests.integration.console.conversations import EMERGENCY
from tests.integration.console.staff_world import World, signed_in
from tests.integration.console.test_console_pages import page_of


@pytest.fixture
async def case_id(world: World) -> str:
    return await world.add_case(EMERGENCY)


@pytest.fixture
async def nurse(client: httpx.AsyncClient, world: World) -> str:
    """Signed in; the CSRF token."""
    await world.add_member("nurse")
    return await signed_in(client, "nurse")


async def actions(world: World, case_id: str) -> list[str]:
    return [
        row[1]
        for row in await world.audit()
        if row[2] == case_id and row[1] not in ("case.viewed", "case.shown")
    ]


async def test_a_tag_is_set_once_found_and_taken_off(
    client: httpx.AsyncClient, world: World, nurse: str, case_id: str
) -> None:
    address = f"/console/cases/{case_id}/tags"
    for text in ("Odd slang", "  odd   SLANG "):
        answer = await client.post(address, data={"csrf": nurse, "tag": text})
        assert answer.status_code == 303
    assert await actions(world, case_id) == ["case.tagged"]
    assert "Odd slang" in await page_of(client, f"/console/cases/{case_id}")
    found = await page_of(client, "/console/find?tag=odd+slang")
    assert case_id in found
    for _ in range(2):
        await client.post(address, data={"csrf": nurse, "tag": "ODD SLANG", "undo": "1"})
    assert await actions(world, case_id) == ["case.tagged", "case.untagged"]
    assert case_id not in await page_of(client, "/console/find?tag=odd+slang")


@pytest.mark.parametrize("odd", ["", " ", "x" * 41, "a\u202eb", "Dana", "call 555-0142", "dana was upset"])
async def test_a_tag_that_is_none_or_names_the_patient_is_refused(
    client: httpx.AsyncClient, world: World, nurse: str, case_id: str, odd: str
) -> None:
    answer = await client.post(f"/console/cases/{case_id}/tags", data={"csrf": nurse, "tag": odd})
    assert answer.status_code == 400
    assert await actions(world, case_id) == []


async def test_a_flag_says_who_and_why_and_the_same_again_changes_nothing(
    client: httpx.AsyncClient, world: World, nurse: str, case_id: str
) -> None:
    address = f"/console/cases/{case_id}/flags"
    for form in ({"seq": "8"}, {"seq": "8"}, {"seq": "8", "reason": "misread"}, {"seq": "8"}):
        answer = await client.post(f"{address}?before=41", data={"csrf": nurse, **form})
        assert answer.headers["location"] == f"/console/cases/{case_id}?before=41#m-8"
    assert await actions(world, case_id) == ["message.flagged", "message.flagged"]
    page = await page_of(client, f"/console/cases/{case_id}")
    assert "<strong>Flagged</strong> by nurse" in page
    assert ": misread" in page
    assert "1 flagged" in await page_of(client, "/console/find?flagged=yes")
    await client.post(address, data={"csrf": nurse, "undo": "8"})
    assert "<strong>Flagged</strong>" not in await page_of(client, f"/console/cases/{case_id}")


@pytest.mark.parametrize(("seq", "status"), [("0", 404), ("99", 404), ("x", 400), ("", 400), ("9" * 10, 400)])
async def test_only_a_message_of_the_case_is_flagged(
    client: httpx.AsyncClient, world: World, nurse: str, case_id: str, seq: str, status: int
) -> None:
    answer = await client.post(f"/console/cases/{case_id}/flags", data={"csrf": nurse, "seq": seq})
    assert answer.status_code == status
    assert await actions(world, case_id) == []


async def test_an_auditor_reads_marks_with_the_name_covered_and_sets_none(
    client: httpx.AsyncClient, world: World, nurse: str, case_id: str
) -> None:
    form = {"csrf": nurse, "seq": "10", "reason": "Dana meant her wife"}
    await client.post(f"/console/cases/{case_id}/flags", data=form)
    await world.add_member("auditor")
    csrf = await signed_in(client, "auditor")
    page = await page_of(client, f"/console/cases/{case_id}")
    assert ("•••• meant her wife" in page, "Dana" in page, "/flags" in page) == (True, False, False)
    for path in ("tags", "flags"):
        answer = await client.post(
            f"/console/cases/{case_id}/{path}", data={"csrf": csrf, "tag": "a", "seq": "1"}
        )
        assert answer.status_code == 403
