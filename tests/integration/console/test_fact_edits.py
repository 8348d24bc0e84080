"""A clinician corrects a fact: checked, judged again, logged; the patient hears what a risen level asks."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.domain.errors import Conflict, InvalidInput, RoleRefused
from bot.domain.levels import Level
from bot.services.office import fact_edits
from bot.services.records.case_file import CaseFile, load_whole
from bot.services.talk import takeover
from tests.integration.console.conversations import ROUTINE, Said
from tests.integration.console.staff_world import World, busy_morning, signed_in

WHY = "told me on the phone"


async def file_of(world: World, case_id: str) -> CaseFile:
    async with world.store.unit_of_work(write=False) as uow:
        return await load_whole(uow, world.protocols, case_id)


async def edit(world: World, case_id: str, variable: str, *raw: str, reason: str = WHY) -> fact_edits.Outlook:
    member = world.members.get("nurse") or await world.add_member("nurse")
    held = (await file_of(world, case_id)).facts.get(variable)
    return await fact_edits.edit(
        world.ctx, member, case_id, variable=variable, raw=raw, reason=reason, seen=fact_edits.stamp(held)
    )


async def test_a_corrected_fact_keeps_its_history_and_says_who_and_why(world: World) -> None:
    case_id = await world.add_case(ROUTINE)
    before = await file_of(world, case_id)
    await edit(world, case_id, "age", "61")
    after = await file_of(world, case_id)
    fact = after.facts["age"]
    assert (fact.value, fact.by, fact.corrected, fact.reason) == (61, "staff", True, f"nurse: {WHY}")
    assert [old.value for old in after.history["age"]] == [before.facts["age"].value, 61]
    [(actor, _, case, detail)] = [row for row in await world.audit() if row[1] == "fact.edited"]
    assert (actor, case, detail["variable"]) == ("nurse", case_id, "age")


async def test_a_fact_that_makes_an_emergency_is_told_at_once_and_alarms(world: World) -> None:
    case_id = await world.add_case(ROUTINE, status="booked", phase="done", handoff="booking")
    outlook = await edit(world, case_id, "saddle_numbness", "yes")
    after = await file_of(world, case_id)
    assert outlook.tells is after.case.level is Level.EMERGENCY_NOW
    assert (after.case.status, after.messages[-1].kind) == ("emergency", "emergency")
    assert "911" in after.messages[-1].text
    assert [(task.kind, task.priority, task.status) for task in after.tasks] == [("emergency", "P0", "open")]


async def test_a_lowered_level_is_marked_and_the_patient_is_told_nothing(world: World) -> None:
    case_id = (await busy_morning(world))["emergency"]
    before = await file_of(world, case_id)
    outlook = await edit(world, case_id, "saddle_numbness", "no")
    after = await file_of(world, case_id)
    assert outlook.lowers
    assert fact_edits.LOWERED in after.case.flags
    assert (after.case.level, after.case.phase, after.case.status) == (Level.NONE, "intake", "open")
    assert len(after.messages) == len(before.messages)
    assert after.alarm is not None, "staff call all the same"
    assert after.facts["saddle_numbness_onset_days"].value is None


async def test_a_lowered_level_leaves_the_person_who_talks_in_the_conversation(world: World) -> None:
    case_id = (await busy_morning(world))["emergency"]
    await takeover.take_over(world.ctx, await world.add_member("nurse"), case_id)
    await edit(world, case_id, "saddle_numbness", "no")
    case = (await file_of(world, case_id)).case
    assert (case.phase, case.status, case.claimed_by) == ("staff", "waiting_for_staff", "nurse")


async def test_who_said_that_writing_is_not_safe_is_sent_nothing(world: World) -> None:
    case_id = await world.add_case(ROUTINE, flags=("not_safe_here",))
    before = len((await file_of(world, case_id)).messages)
    outlook = await edit(world, case_id, "saddle_numbness", "yes")
    after = await file_of(world, case_id)
    assert outlook.tells is None
    assert (len(after.messages), after.alarm is None) == (before, False)


async def test_not_known_after_all(world: World) -> None:
    case_id = await world.add_case(ROUTINE)
    await edit(world, case_id, "age")
    after = await file_of(world, case_id)
    assert (after.facts["age"].value, after.facts["age"].by) == (None, "staff")


@pytest.mark.parametrize(
    ("variable", "raw", "allowed"),
    [
        ("fever", ["maybe"], "yes, unsure, resolved, no"),
        ("age", ["old"], "a number from"),
        ("age", ["1e400"], "a number from"),
        ("age", ["nan"], "a number from"),
        ("region", ["low_back", "soul"], "low_back"),
    ],
)
async def test_the_dictionary_refuses_what_it_does_not_know(
    world: World, variable: str, raw: list[str], allowed: str
) -> None:
    case_id = await world.add_case(ROUTINE)
    with pytest.raises(InvalidInput, match=re.escape(allowed)):
        await edit(world, case_id, variable, *raw)


async def test_an_entry_needs_a_reason_the_right_and_a_fresh_form(world: World) -> None:
    case_id = await world.add_case(ROUTINE)
    with pytest.raises(InvalidInput, match="say why"):
        await edit(world, case_id, "age", "61", reason=" ")
    entry = {"variable": "age", "raw": ["61"], "reason": WHY}
    with pytest.raises(Conflict, match="has changed since"):
        await fact_edits.edit(world.ctx, world.members["nurse"], case_id, seen="before", **entry)
    with pytest.raises(RoleRefused):
        await fact_edits.edit(world.ctx, await world.add_member("front_desk"), case_id, seen="", **entry)
    assert not [row for row in await world.audit() if row[1] == "fact.edited"]


async def test_the_form_shows_what_follows_before_anything_is_written(
    client: httpx.AsyncClient, world: World
) -> None:
    case_id = await world.add_case(ROUTINE)
    await world.add_member("nurse")
    entry = {"csrf": await signed_in(client, "nurse"), "value": "yes", "reason": WHY}
    address = f"/console/cases/{case_id}/facts/saddle_numbness"
    shown = await client.post(address, data=entry)
    assert "RF01" in shown.text
    assert "go to an emergency room or call 911" in shown.text
    assert "saddle_numbness" not in (await file_of(world, case_id)).facts
    seen = re.search(r'name="seen" value="([^"]*)"', shown.text)
    assert seen
    done = await client.post(address, data={**entry, "confirmed": "1", "seen": seen[1]})
    assert done.status_code == 303
    assert (await file_of(world, case_id)).facts["saddle_numbness"].value == "yes"
    refused = await client.post(address, data={**entry, "value": "perhaps"})
    assert (refused.status_code, "allowed here: yes, unsure" in refused.text) == (400, True)
    assert (await client.get(f"/console/cases/{case_id}/facts/nonsense")).status_code == 404


async def test_a_first_value_is_no_correction(world: World) -> None:
    case_id = await world.add_case((Said(text="hi"),))
    await edit(world, case_id, "age", "40")
    fact = (await file_of(world, case_id)).facts["age"]
    assert (fact.value, fact.corrected) == (40, False)
