"""A booked visit moved or given up in the chat. It is Tuesday, December 1, 10:00."""

from __future__ import annotations

import pytest

from bot.domain.levels import Level
from bot.domain.schedule import Appointment
from bot.services.context import Context
from tests.integration.services import seeds
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient

BORN = "4/12/1968"


@pytest.fixture
async def booked(ctx: Context) -> Patient:
    """Somebody with a visit whose birth date is known."""
    return await seeds.with_a_visit(ctx, birth_date="1968-04-12")


async def visits(patient: Patient, status: str = "booked") -> list[Appointment]:
    return [one for one in await patient.appointments() if one.status == status]


async def test_the_birth_date_is_asked_after_booking_and_kept_for_later(ctx: Context) -> None:
    patient = await seeds.with_a_visit(ctx)
    assert [message.kind for message in patient.heard[-4:]] == ["booked", "info", "info", "question"]
    assert patient.question.asks == "birth_date"
    await patient.say(BORN)
    assert (await patient.facts())["birth_date"].value == "1968-04-12"
    assert patient.status == "booked"


@pytest.mark.parametrize("text", ["i need to reschedule", "cancel my appointment please"])
async def test_the_birth_date_comes_before_any_detail(booked: Patient, text: str) -> None:
    reply = await booked.say(text)
    assert [message.asks for message in reply] == ["check_birth_date"]
    assert "Physician" not in reply[0].text
    assert " at " not in reply[0].text
    shown = await booked.say("April 12, 1968")
    assert shown[0].asks == "change_visit"
    assert "Dec" in shown[0].text
    assert len(shown[0].choices) == 3


async def test_a_wrong_birth_date_shows_nothing_and_changes_nothing(booked: Patient) -> None:
    await booked.say("i need to reschedule")
    for text in ("4/13/1968", "1/1/1970", "my birth date is 5/5/1955"):
        reply = await booked.say(text)
        assert not any("Physician" in message.text for message in reply)
    assert "person from our team can help you" in reply[0].text
    assert (await booked.facts())["birth_date"].value == "1968-04-12", "it was only compared"
    assert len(await visits(booked)) == 1
    assert any(task.kind == "callback" for task in await booked.tasks())
    assert booked.status == "booked"


async def test_after_too_many_tries_the_right_date_is_not_asked_again(booked: Patient) -> None:
    await booked.say("i need to reschedule")
    for _ in range(3):
        await booked.say("1/1/1970")
    reply = await booked.say("i need to reschedule")
    assert not any(message.asks == "check_birth_date" for message in reply)


async def test_a_visit_is_moved_and_the_old_time_is_free(booked: Patient) -> None:
    [before] = await visits(booked)
    await booked.say("i need to reschedule")
    await booked.say(BORN)
    offered = await booked.say("1")
    assert offered[-1].asks == "choose_time"
    assert [one.id for one in await visits(booked)] == [before.id], "kept until the new one is booked"
    await booked.say("thursday after 3")
    moved = await booked.say("1")
    assert moved[0].kind == "booked"
    [after] = await visits(booked)
    assert after.id != before.id
    assert [one.id for one in await visits(booked, "cancelled")] == [before.id]
    assert booked.status == "booked"


async def test_a_new_time_that_is_gone_leaves_the_old_one(booked: Patient, clock: StandingClock) -> None:
    [before] = await visits(booked)
    await booked.say("i need to reschedule")
    await booked.say(BORN)
    await booked.say("1")
    clock.forward(minutes=16)
    reply = await booked.say("2")
    assert "no longer free" in reply[0].text
    assert [one.id for one in await visits(booked)] == [before.id]


async def test_a_visit_is_given_up_by_a_digit(booked: Patient) -> None:
    await booked.say("cancel my appointment please")
    await booked.say(BORN)
    reply = await booked.say("2")
    assert "is off" in reply[0].text
    assert not await visits(booked)
    assert booked.status == "closed"


async def test_who_keeps_the_visit_keeps_it(booked: Patient) -> None:
    await booked.say("cancel my appointment please")
    await booked.say(BORN)
    assert "stays as it is" in (await booked.say("3"))[0].text
    assert len(await visits(booked)) == 1
    assert booked.status == "booked"


async def test_another_subject_in_between_is_no_try(booked: Patient) -> None:
    await booked.say("cancel my appointment please")
    await booked.say("thanks")
    assert len(await visits(booked)) == 1


async def test_without_a_birth_date_on_record_a_person_helps(ctx: Context) -> None:
    patient = await seeds.with_a_visit(ctx)
    reply = await patient.say("cancel my appointment please")
    assert "person from our team can help you" in reply[0].text
    assert len(await visits(patient)) == 1
    assert any(task.kind == "callback" for task in await patient.tasks())


async def test_giving_up_an_urgent_visit_brings_a_call(ctx: Context) -> None:
    booked = await seeds.with_a_visit(ctx, birth_date="1968-04-12", level=Level.URGENT_48H)
    await booked.say("cancel my appointment please")
    await booked.say(BORN)
    await booked.say("2")
    assert not await visits(booked)
    assert "P1" in {task.priority for task in await booked.tasks() if task.kind == "urgent_callback"}


async def test_a_danger_sign_is_answered_first(booked: Patient) -> None:
    await booked.say("cancel my appointment please")
    reply = await booked.say("i can't feel between my legs and i can't pee since this morning")
    assert reply[0].kind == "emergency"
