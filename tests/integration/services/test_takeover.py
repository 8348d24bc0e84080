"""A person holds the conversation: the bot is silent, safety is not, and nobody waits for ever."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from bot.domain.cases import AskState
from bot.domain.errors import Conflict, InvalidInput, RoleRefused
from bot.services.case import agenda, quarantine
from bot.services.case.company import Company
from bot.services.case.steps import Turn
from bot.services.context import Context
from bot.services.ports import StaffMember, TurnReply, TurnRequest
from bot.services.talk import chat, interview, takeover
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient
from tests.plain_dialogue import PlainDialogue

STORY = "my low back hurts for 8 months, down the left leg past the knee. did PT and pills"
NUMB = "since yesterday i cant feel it when i wipe"
NURSE = StaffMember(id="n1", name="Nora", role="nurse", password_hash="-")
DESK = StaffMember(id="d1", name="Dan", role="front_desk", password_hash="-")
AUDITOR = StaffMember(id="a1", name="Ada", role="auditor", password_hash="-")


@pytest.fixture
async def held(ctx: Context, patient: Patient) -> Patient:
    await patient.say(STORY)
    await patient.answer_until("G3")
    await takeover.take_over(ctx, NURSE, patient.case_id)
    return patient


async def _last(ctx: Context, patient: Patient) -> list[tuple[str, str]]:
    async with ctx.unit_of_work(write=False) as uow:
        return [(one.sender, one.text) for one in await uow.messages.after(patient.case_id, 0)]


async def test_the_bot_is_silent_and_the_words_are_kept(ctx: Context, held: Patient) -> None:
    assert (await _last(ctx, held))[-1][1].startswith("A person from our team is here")
    assert await held.say("my pain is worse at night") == []
    assert held.status == "waiting_for_staff"
    await takeover.say_as_staff(ctx, NURSE, held.case_id, text="Hello, this is the nurse.")
    assert (await _last(ctx, held))[-2:] == [
        ("patient", "my pain is worse at night"),
        ("staff", "Hello, this is the nurse."),
    ]


async def test_an_emergency_still_gets_the_clinics_text_and_then_silence(ctx: Context, held: Patient) -> None:
    reply = await held.say(NUMB)
    assert reply[0].kind == "emergency"
    assert held.status == "emergency"
    assert await held.say("ok") == []
    await takeover.hand_back(ctx, NURSE, held.case_id)
    assert (await held.case()).phase == "emergency"
    assert (await held.say("ok"))[-1].asks == "safe_now"


async def test_handing_back_says_so_and_goes_on_where_it_stopped(ctx: Context, held: Patient) -> None:
    await takeover.hand_back(ctx, NURSE, held.case_id)
    said = await _last(ctx, held)
    assert "automated helper again" in said[-2][1]
    assert said[-1][1].startswith("Back to my question")
    held.status = "open"
    async with ctx.unit_of_work(write=False) as uow:
        held.heard += (await uow.messages.after(held.case_id, 0))[-1:]
    assert (await held.say("no, none of these"))[-1].asks == "G4"


async def test_the_patient_may_know_who_is_there(ctx: Context, patient: Patient) -> None:
    async def company() -> Company:
        return (await chat.progress(ctx, patient.case_id)).company

    assert await company() == Company()
    async with ctx.unit_of_work() as uow:
        await uow.staff.add(NURSE)
        await uow.cases.save(replace(await uow.cases.get(patient.case_id), phase="staff"))
        await uow.commit()
    assert await company() == Company(held=True)
    await takeover.take_over(ctx, NURSE, patient.case_id)
    assert await company() == Company(held=True, name="Nora", role="nurse")
    await takeover.hand_back(ctx, NURSE, patient.case_id)
    assert await company() == Company()


async def test_only_who_holds_it_writes_and_hands_back(ctx: Context, held: Patient) -> None:
    with pytest.raises(Conflict):
        await takeover.take_over(ctx, DESK, held.case_id)
    with pytest.raises(Conflict):
        await takeover.say_as_staff(ctx, DESK, held.case_id, text="hello")
    with pytest.raises(Conflict):
        await takeover.hand_back(ctx, DESK, held.case_id)
    with pytest.raises(RoleRefused):
        await takeover.take_over(ctx, AUDITOR, held.case_id)
    with pytest.raises(InvalidInput):
        await takeover.say_as_staff(ctx, NURSE, held.case_id, text="  ")
    assert (await takeover.take_over(ctx, NURSE, held.case_id)).claimed_by == "Nora"


async def test_nobody_answers_in_time(ctx: Context, held: Patient, clock: StandingClock) -> None:
    await held.say("are you there?")
    assert await takeover.give_up_waiting(ctx) == 0
    clock.forward(minutes=11)
    assert await takeover.give_up_waiting(ctx) == 1
    assert await takeover.give_up_waiting(ctx) == 0
    said = [text for _, text in await _last(ctx, held)]
    assert any("No one from our team" in text for text in said)
    assert (await held.case()).phase == "intake"
    assert "what name" in said[-1].lower()


async def test_an_answer_in_time_waits_no_more(ctx: Context, held: Patient, clock: StandingClock) -> None:
    await held.say("are you there?")
    await takeover.say_as_staff(ctx, NURSE, held.case_id, text="Yes.")
    clock.forward(minutes=30)
    assert await takeover.give_up_waiting(ctx) == 0
    await held.say("good")
    clock.forward(minutes=30)
    assert await takeover.give_up_waiting(ctx) == 1


async def _sign_in(ctx: Context, member: StaffMember) -> None:
    async with ctx.unit_of_work() as uow:
        await uow.staff.add(member)
        until = ctx.clock.now() + dt.timedelta(minutes=15)
        await uow.staff.add_session("0" * 64, staff_id=member.id, csrf="c", expires_at=until)
        await uow.commit()


async def test_a_person_asked_for_who_is_there(ctx: Context, patient: Patient, clock: StandingClock) -> None:
    await _sign_in(ctx, DESK)
    await patient.say(STORY)
    await patient.answer_until("G3")
    reply = await patient.say("can i talk to a person")
    assert patient.status == "waiting_for_staff"
    assert "passed this to our team" in reply[-1].text
    assert await patient.say("hello?") == []
    clock.forward(minutes=11)
    assert await takeover.give_up_waiting(ctx) == 1
    assert agenda.PERSON_WANTED in (await patient.case()).flags


async def test_at_night_nobody_is_there(ctx: Context, patient: Patient, clock: StandingClock) -> None:
    clock.forward(hours=12)
    await _sign_in(ctx, DESK)
    await patient.say(STORY)
    await patient.answer_until("G3")
    assert (await patient.say("can i talk to a person"))[-1].asks == "contact_name"


async def test_a_call_is_queued_when_the_number_is_known(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say(STORY + " call me at 314-555-0123, my name is Dana Example")
    await patient.answer_until("G3")
    await takeover.take_over(ctx, NURSE, patient.case_id)
    await patient.say("hello?")
    clock.forward(minutes=11)
    await takeover.give_up_waiting(ctx)
    kinds = {task.kind: task.status for task in await patient.tasks()}
    assert kinds["person_wanted"] == "done"
    assert (await patient.case()).claimed_by is None


async def test_a_turn_that_was_under_way_does_not_undo_the_taking_over(
    ctx: Context, patient: Patient
) -> None:
    await patient.say(STORY)
    await patient.say("yes")
    async with ctx.unit_of_work() as uow:
        late, _ = await uow.messages.add_inbound(
            patient.case_id,
            text="it is for me",
            channel="web",
            client_message_id="late",
            at=ctx.clock.now(),
            choices=(),
        )
        await uow.commit()
    await takeover.take_over(ctx, NURSE, patient.case_id)
    step = await interview.take_turn(
        ctx, Turn(case_id=patient.case_id, message_id=late.id, intent="inform", confidence=1.0)
    )
    assert (step.drafts, step.asking, step.phase) == ((), None, "staff")
    assert (await patient.case()).phase == "staff"


async def test_a_doubt_is_asked_about_when_the_bot_is_back(ctx: Context, held: Patient) -> None:
    async with ctx.unit_of_work() as uow:
        await uow.asks.save(held.case_id, AskState(name="self_harm", state="wanted"))
        await uow.commit()
    await takeover.hand_back(ctx, NURSE, held.case_id)
    assert "be sure you're safe" in (await _last(ctx, held))[-1][1]


async def test_a_doubt_is_asked_about_before_the_person_who_was_wanted_comes(
    ctx: Context, patient: Patient
) -> None:
    await _sign_in(ctx, DESK)
    await patient.say(STORY)
    await patient.answer_until("function_limit")
    reply = await patient.say("a person please. it feels funny around my ribs")
    assert reply[-1].asks == "chest_pain"
    assert "person" in reply[0].text
    await patient.say("no")
    assert ((await patient.case()).phase, patient.status) == ("staff", "waiting_for_staff")


async def test_whoever_refused_consent_is_not_asked_again(ctx: Context, patient: Patient) -> None:
    await patient.say("no")
    await takeover.take_over(ctx, NURSE, patient.case_id)
    await takeover.hand_back(ctx, NURSE, patient.case_id)
    assert ((await patient.case()).phase, (await patient.case()).status) == ("done", "closed")


async def test_who_left_the_page_open_is_not_there(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await _sign_in(ctx, DESK)
    async with ctx.unit_of_work(write=False) as uow:
        assert await takeover.somebody_is_there(ctx, uow)
    clock.forward(minutes=6)
    async with ctx.unit_of_work(write=False) as uow:
        assert not await takeover.somebody_is_there(ctx, uow), "the cookie lives, nobody did anything"


async def test_a_message_sent_twice_is_written_once(ctx: Context, held: Patient) -> None:
    first = await takeover.say_as_staff(ctx, NURSE, held.case_id, text="Hello", client_message_id="a")
    again = await takeover.say_as_staff(ctx, NURSE, held.case_id, text="Hello", client_message_id="a")
    assert first.id == again.id
    assert [text for _, text in await _last(ctx, held)].count("Hello") == 1


@pytest.mark.parametrize("last_words", ["STOP", "i am going to kill my boss"])
async def test_what_was_over_stays_over_when_the_person_leaves(
    ctx: Context, patient: Patient, last_words: str
) -> None:
    await patient.say(STORY)
    await patient.say("yes")
    await patient.say(last_words)
    await takeover.take_over(ctx, NURSE, patient.case_id)
    await takeover.hand_back(ctx, NURSE, patient.case_id)
    case = await patient.case()
    assert (case.phase, case.status) == ("done", "closed")
    assert (await patient.case()).pending is None


async def test_a_doubt_while_a_person_holds_it_is_theirs_to_ask(ctx: Context, held: Patient) -> None:
    assert await held.say("pain wraps to my ribs when i twist") == []
    async with ctx.unit_of_work(write=False) as uow:
        assert ["Chest pain" in note.text for note in await uow.desk.notes(held.case_id)] == [True]
    assert "safety_flag" in [task.kind for task in await held.tasks()]
    await takeover.hand_back(ctx, NURSE, held.case_id)
    async with ctx.unit_of_work(write=False) as uow:
        assert (await uow.messages.after(held.case_id, 0))[-1].asks == "chest_pain"


async def test_words_before_consent_stay_while_a_person_holds_the_case(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say(STORY)
    await takeover.take_over(ctx, NURSE, patient.case_id)
    clock.forward(hours=25)
    assert await quarantine.forget_unconsented(ctx) == 0
    assert (await patient.case()).phase == "staff"
    await takeover.hand_back(ctx, NURSE, patient.case_id)
    assert await quarantine.forget_unconsented(ctx) == 1


async def test_a_booking_made_before_a_person_came_is_told(
    ctx: Context, patient: Patient, dialogue: PlainDialogue
) -> None:
    class Joined(PlainDialogue):
        """Somebody takes the conversation over while the engine's answer is on its way."""

        async def turn(self, request: TurnRequest) -> TurnReply:
            reply = await super().turn(request)
            await takeover.take_over(ctx, NURSE, request.case_id)
            return reply

    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    joined = Joined()
    joined.ctx = ctx = replace(ctx, dialogue=joined)
    patient.ctx = ctx
    reply = await patient.say("1")
    assert "booked" in [one.kind for one in reply]
    await takeover.hand_back(ctx, NURSE, patient.case_id)
    assert (await patient.case()).status == "booked"
