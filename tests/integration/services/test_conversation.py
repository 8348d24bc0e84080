"""The turn of a message: quarantine, screening, asking, correcting, handing off."""

from __future__ import annotations

import asyncio
import re
import uuid

import pytest

from bot.domain.cases import Message
from bot.domain.errors import Conflict, TooLong, UnknownChoice
from bot.services.case import quarantine
from bot.services.case.steps import Turn
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.talk import asides, chat, interview, turns
from bot.services.visits import booking
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient
from tests.plain_dialogue import PlainDialogue

STORY = "my low back hurts for 8 months, down the left leg past the knee. did PT and pills"
NUMB = "since yesterday i cant feel it when i wipe"


async def test_words_before_consent_are_kept_apart_until_it_is_given(patient: Patient) -> None:
    reply = await patient.say(STORY)
    assert [message.asks for message in reply] == ["consent"]
    assert await patient.facts() == {}
    await patient.say("yes")
    facts = await patient.facts()
    assert facts["duration_weeks"].value == pytest.approx(34.8, abs=0.1)
    assert "opening" not in patient.asked


async def test_refused_consent_erases_the_words_and_closes_the_case(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    reply = await patient.choose("no thanks")
    assert patient.status == "closed"
    assert any("911" in message.text for message in reply)
    async with ctx.unit_of_work(write=False) as uow:
        assert all(not message.text for message in await uow.messages.of_patient(patient.case_id))
    assert await patient.facts() == {}


async def test_a_plain_routine_ends_in_a_booked_visit(patient: Patient) -> None:
    await patient.answer_until("opening")
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    times = await patient.choose("right")
    assert times[-1].kind == "times"
    assert "911" in times[0].text, "every result ends with the safety net"
    booked = await patient.choose(times[-1].choices[1].label)
    assert booked[0].kind == "booked"
    assert patient.status == "booked"
    statuses = sorted(one.status for one in await patient.appointments())
    assert statuses.count("booked") == 1
    assert "held" not in statuses


async def test_the_gates_are_asked_once_each_and_first(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    gates = [name for name in patient.asked if name.startswith("G")]
    assert gates == ["G1", "G2", "G3", "G4", "G5", "G6"]
    clinical = [
        name for name in patient.asked if name in ("function_limit", "cons_weeks", "prior_spine_surgery")
    ]
    assert patient.asked.index(clinical[0]) > patient.asked.index("G6")


async def test_a_correction_says_from_what_to_what(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    reply = await patient.say("actually it's been 6 months, not 8")
    assert "8 months" in reply[0].text
    assert "6 months" in reply[0].text
    assert reply[-1].asks == "confirm_summary"


async def test_a_wrong_line_of_the_summary_is_asked_again(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    which = await patient.choose("something is wrong")
    assert which[-1].asks == "which_fact"
    line = next(choice.label for choice in which[-1].choices if choice.label.startswith("How long"))
    again = await patient.choose(line)
    assert again[-1].asks == "duration_weeks"
    shown = await patient.say("3 months")
    assert "3 months" in shown[0].text
    assert shown[-1].asks == "confirm_summary"


async def test_go_back_asks_the_question_before(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("function_limit")
    await patient.say("a lot")
    reply = await patient.say("go back")
    assert reply[-1].asks == "function_limit"
    await patient.choose("a little")
    assert (await patient.facts())["function_limit"].value == "mild"


async def test_a_question_in_between_is_answered_and_the_open_one_returns(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    reply = await patient.say("how long is recovery?")
    assert reply[0].kind == "answer"
    assert "Source" in reply[0].text
    assert reply[-1].asks == "G3"


async def test_a_person_is_always_one_word_away(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    reply = await patient.say("can i talk to a person")
    assert reply[-1].asks == "contact_name"
    await patient.say("Dana Example, 314-555-0123")
    await patient.answer_until("nothing")
    assert patient.status == "callback"
    case = await patient.case()
    assert case.handoff == "callback"


async def test_revision_ends_in_a_callback_due_the_next_open_day(patient: Patient) -> None:
    await patient.say(
        "i had a fusion at L4-5 3 years ago. low back and leg pain came back 5 months ago, same spot"
    )
    await patient.answer_until("confirm_summary", answers={"prior_spine_surgery": "yes, same area"})
    reply = await patient.choose("right")
    assert reply[-1].kind == "callback"
    task = next(task for task in await patient.tasks() if task.kind == "callback")
    assert task.priority == "P2"
    assert task.due_at.isoformat() == "2026-12-02T23:00:00+00:00", "end of Wednesday's hours"


async def test_engine_down_keeps_the_message_and_tells_staff(
    patient: Patient, dialogue: PlainDialogue
) -> None:
    await patient.say("yes")
    dialogue.down = True
    reply = await patient.say(STORY)
    assert [message.kind for message in reply] == ["fallback"]
    assert [task.kind for task in await patient.tasks()] == ["engine_failure"]
    dialogue.down = False
    assert (await patient.facts())["duration_weeks"].value == pytest.approx(34.8, abs=0.1)
    assert (await patient.say("for me, i am 58"))[-1].asks == "G1"


async def test_the_same_message_again_gives_the_same_answer(patient: Patient) -> None:
    first = await patient.say(STORY, message_id="m-1")
    again = await patient.say(STORY, message_id="m-1")
    assert [message.id for message in first] == [message.id for message in again]
    with pytest.raises(Conflict):
        await patient.say("something else", message_id="m-1")


async def test_the_same_choice_again_gives_the_same_answer(ctx: Context, patient: Patient) -> None:
    choice = patient.question.choices[0].id
    first = await chat.say(ctx, patient.case_id, client_message_id="c-1", choices=[choice])
    again = await chat.say(ctx, patient.case_id, client_message_id="c-1", choices=[choice])
    assert [message.id for message in first.messages] == [message.id for message in again.messages]


async def test_fifty_copies_at_once_run_one_turn(ctx: Context, patient: Patient) -> None:
    replies = await asyncio.gather(
        *(chat.say(ctx, patient.case_id, client_message_id="m-2", text=STORY) for _ in range(20))
    )
    assert len({tuple(message.id for message in reply.messages) for reply in replies}) == 1


async def test_a_button_of_an_older_question_is_refused_and_stores_nothing(
    ctx: Context, patient: Patient
) -> None:
    stale = patient.question.choices[0].id
    await patient.say("yes")
    before = len(await chat.messages_after(ctx, patient.case_id, 0))
    with pytest.raises(UnknownChoice):
        await chat.say(ctx, patient.case_id, client_message_id=uuid.uuid4().hex, choices=[stale])
    assert len(await chat.messages_after(ctx, patient.case_id, 0)) == before


async def test_too_long_is_refused(ctx: Context, patient: Patient) -> None:
    with pytest.raises(TooLong):
        await chat.say(ctx, patient.case_id, client_message_id="long", text="a" * 2001)


async def test_an_expired_hold_is_refused_kindly(patient: Patient, clock: StandingClock) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    times = await patient.choose("right")
    clock.forward(hours=2)
    reply = await patient.choose(times[-1].choices[0].label)
    assert "no longer free" in reply[0].text
    assert reply[-1].asks == "choose_time"


async def test_a_time_is_chosen_by_its_place(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    assert (await patient.say("2"))[0].kind == "booked"


async def test_a_line_of_the_summary_is_named_by_its_number(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    number = next(line.split(".")[0] for line in patient.question.text.splitlines() if "How long" in line)
    assert (await patient.say(f"line {number} is wrong"))[-1].asks == "duration_weeks"


async def test_a_button_typed_out_counts_as_pressed(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await patient.say("No, none of these")
    assert (await patient.facts())["saddle_numbness"].value == "no"


async def test_stop_ends_a_web_chat(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    reply = await patient.say("STOP")
    assert patient.status == "closed"
    assert any("911" in message.text for message in reply)


async def test_wanting_a_call_keeps_the_booked_visit(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    await patient.say("2")
    await patient.say("can a person call me about parking")
    assert patient.status == "booked"


async def test_a_turn_that_a_killed_process_left_is_taken_up(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    async with ctx.unit_of_work() as uow:
        message, _ = await uow.messages.add_inbound(
            patient.case_id, text=NUMB, channel="web", client_message_id="left", at=clock.now()
        )
        await uow.commit()
    assert await turns.recover(ctx) == 0, "it may still be running"
    clock.forward(minutes=5)
    assert await turns.recover(ctx) == 1
    async with ctx.unit_of_work(write=False) as uow:
        assert (await uow.messages.replies_to(message.id))[0].kind == "emergency"


async def test_what_is_answered_as_an_emergency_while_its_turn_reads_it_is_answered_once(
    ctx: Context, patient: Patient, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear, meanwhile = turns._hear, []

    async def slowly(ctx: Context, view: CaseView, message: Message) -> turns.Heard:
        heard = await hear(ctx, view, message)
        if not meanwhile:
            meanwhile.append(message.id)
            assert await turns.answer_emergency(ctx, message) is not None
        return heard

    monkeypatch.setattr(turns, "_hear", slowly)
    await patient.say("since last night I can't pee at all")
    async with ctx.unit_of_work(write=False) as uow:
        said = await uow.messages.replies_to(meanwhile[0])
    assert [one.kind for one in said] == ["emergency"]


async def test_words_without_consent_are_erased_after_a_day(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say(STORY)
    clock.forward(hours=23)
    assert await quarantine.forget_unconsented(ctx) == 0
    clock.forward(hours=2)
    assert await quarantine.forget_unconsented(ctx) == 1
    async with ctx.unit_of_work(write=False) as uow:
        assert all(not message.text for message in await uow.messages.of_patient(patient.case_id))
    assert (await patient.case()).status == "closed"


async def test_a_person_before_consent_is_asked_for_consent_first(patient: Patient) -> None:
    reply = await patient.say("can i talk to a person")
    assert reply[-1].asks == "consent"
    assert (await patient.say("yes"))[-1].asks == "contact_name"


async def test_go_back_to_a_gate_puts_all_of_it_again(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    await patient.choose("no, none")
    assert (await patient.say("go back"))[-1].asks == "G3"
    await patient.choose("yes, at least one")
    await patient.choose("foot")
    assert (await patient.facts())["foot_drop"].value == "yes"
    assert "conflict" not in (await patient.case()).flags


async def test_after_the_end_it_is_said_where_things_stand(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    booked = await patient.say("1")
    turn = Turn(case_id=patient.case_id, message_id=booked[0].reply_to or "", intent="inform", confidence=1.0)
    told = await asides.interject(ctx, turn, "after_completion")
    assert told[0].text_id == "already_booked_whose", "the birth date is still asked for"
    assert not re.search(r"\d:\d\d", told[0].text), "no time before the birth date was checked"


async def test_a_button_that_comes_late_presses_nothing(ctx: Context, patient: Patient) -> None:
    """A tap and a text at once: the tap was for the question before."""
    await patient.say(STORY)
    await patient.answer_until("G2")
    tap = patient.question.choices[0].id
    async with ctx.unit_of_work() as uow:
        late, _ = await uow.messages.add_inbound(
            patient.case_id,
            text="No, none of these",
            channel="web",
            client_message_id="late",
            at=ctx.clock.now(),
            choices=[tap],
        )
        await uow.commit()
    await patient.say("no")
    await turns.run_turn(ctx, late)
    assert "weakness" not in await patient.facts(), "the third gate was not answered"


async def test_an_action_that_comes_too_late_does_nothing(
    ctx: Context, patient: Patient, dialogue: PlainDialogue
) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    dialogue.down = True
    given_up = await patient.say("1")
    assert given_up[0].kind == "fallback"
    turn = Turn(
        case_id=patient.case_id, message_id=given_up[0].reply_to or "", intent="inform", confidence=1.0
    )
    await booking.take_booking_turn(ctx, turn)
    assert not any(one.status == "booked" for one in await patient.appointments())


@pytest.mark.parametrize("text", ["how much money will it take", "my friend drives", "i can't do monday"])
async def test_words_that_only_look_like_a_day_book_nothing(patient: Patient, text: str) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    await patient.say(text)
    assert patient.status == "open"


async def test_start_over_keeps_a_booked_visit(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    booked = await patient.say("1")
    turn = Turn(case_id=patient.case_id, message_id=booked[0].reply_to or "", intent="x", confidence=1.0)
    await interview.start_over(patient.ctx, turn)
    assert (await patient.case()).status == "booked"


async def test_words_before_a_stop_are_erased_too(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say(STORY)
    await patient.say("stop")
    clock.forward(hours=25)
    assert await quarantine.forget_unconsented(ctx) == 1
    assert await quarantine.forget_unconsented(ctx) == 0


async def test_the_summary_names_each_line_by_what_it_tells(patient: Patient) -> None:
    """A course without a duration is no "How long"; days that are months are told as months."""
    await patient.say("neck pain, getting worse. my right arm has been numb for 8 months")
    summary = (await patient.answer_until("confirm_summary", answers={"duration_weeks": "not sure"}))[-1].text
    assert ". Better or worse: getting worse" in summary
    assert ". Numb since: about 8 months" in summary
    assert " days" not in summary
