"""What an administrator changes is checked before, counts at once, and can be taken back."""

from __future__ import annotations

import dataclasses

import pytest

from bot.domain.errors import Conflict, InvalidInput, RoleRefused
from bot.protocols.shelf import Shelf
from bot.services.clinic import clinic_settings, text_settings
from bot.services.context import Context, Standing
from bot.services.ports import StaffMember
from tests.integration.services import seeds

ADMIN = StaffMember(id="a", name="admin", role="admin", password_hash="")
TEXT = "smalltalk_thanks"


@pytest.fixture
def process(ctx: Context, shelf: Shelf) -> Context:
    """A process that looks for what is published."""
    return dataclasses.replace(ctx, shelf=shelf, standing=Standing())


async def test_a_holiday_over_a_booking_is_shown_first_and_becomes_a_task(process: Context) -> None:
    patient = await seeds.with_a_visit(process)
    closed = {"holidays": ["2026-12-01"]}
    [collision] = await clinic_settings.check(process, ADMIN, "clinic", closed)
    assert collision.reference == (await patient.case()).reference
    assert "holiday" in collision.why
    assert not [one for one in await patient.tasks() if one.kind == "visit_at_risk"]
    await clinic_settings.save(process, ADMIN, "clinic", closed, seen=0, note="holidays")
    assert [one.kind for one in await patient.tasks()].count("visit_at_risk") == 1
    assert [one.status for one in await patient.appointments() if one.status == "booked"] == ["booked"]
    with pytest.raises(Conflict, match="open it again"):
        await clinic_settings.save(process, ADMIN, "clinic", {"holidays": []}, seen=0, note="late")
    await clinic_settings.go_back(process, ADMIN, "clinic", 0, seen=1)
    held = await clinic_settings.held(process, ADMIN, "clinic")
    assert "2026-12-25" in held.body["holidays"]
    assert [one.note for one in held.history] == ["back to the installed file", "holidays"]


async def test_hours_that_do_not_read_are_refused_in_words_for_people(process: Context) -> None:
    with pytest.raises(InvalidInput, match=r"^monday: write the hours like 08:00"):
        await clinic_settings.save(process, ADMIN, "clinic", {"hours": {"monday": "8 to 5"}}, seen=0, note="")
    with pytest.raises(RoleRefused):
        await clinic_settings.held(process, dataclasses.replace(ADMIN, role="nurse"), "clinic")
    assert (await clinic_settings.held(process, ADMIN, "clinic")).history == ()


async def test_a_text_goes_through_the_lint_and_counts_at_once(process: Context) -> None:
    refusals = {
        "Perambulating individuals necessitate comprehensive multidisciplinary evaluation.": "grade",
        "Thank you. It is nothing to worry about.": "promise",
        "Thank you. Reply YES to go on.": "keyword",
        "Thanks, {patient_name}.": "allowed: ",
        " ": "1 to 2000",
    }
    for wording, why in refusals.items():
        with pytest.raises(InvalidInput, match=f"^web: .*{why}"):
            await text_settings.save_text(process, ADMIN, TEXT, web=wording, sms="Thank you.", seen=0)
    with pytest.raises(InvalidInput, match="keep what it says about 911"):
        await text_settings.save_text(process, ADMIN, "smalltalk_goodbye", web="Bye.", sms="Bye.", seen=0)
    with pytest.raises(InvalidInput, match=r"^sms: .*segments"):
        await text_settings.save_text(process, ADMIN, TEXT, web="Thank you.", sms="We see you. " * 60, seen=0)
    await text_settings.save_text(process, ADMIN, TEXT, web="You are welcome.", sms="Any time.", seen=0)
    assert process.protocols.texts.say(TEXT, channel="web") == "You are welcome."
    assert process.protocols.texts.say(TEXT, channel="sms") == "Any time."


@pytest.mark.parametrize("text_id", ["emergency_911", "crisis", "safety_net", "greeting", "same_day"])
async def test_safety_texts_are_fixed(process: Context, text_id: str) -> None:
    with pytest.raises(InvalidInput, match="fixed by the clinical specification"):
        await text_settings.save_text(process, ADMIN, text_id, web="Hello.", sms="Hello.", seen=0)


def test_what_differs_is_told_from_both_sides() -> None:
    before, after = {"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 5, "c": 2}, "e": 4}
    assert clinic_settings.differing(before, after) == (
        {"a": {"b": 1}, "d": 3, "e": None},
        {"a": {"b": 5}, "d": None, "e": 4},
    )
