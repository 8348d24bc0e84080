"""An answer pointed at and given anew; how far the questions are; a token given back."""

from __future__ import annotations

import uuid

import pytest

from bot.domain.cases import Message
from bot.domain.errors import NotAllowed, UnknownChoice
from bot.services.context import Context
from bot.services.talk import chat
from tests.integration.services.patient import Patient

STORY = "my low back hurts for 3 weeks"


async def change(patient: Patient, seq: int) -> list[Message]:
    reply = await chat.say(
        patient.ctx, patient.case_id, client_message_id=uuid.uuid4().hex, choices=(f"change-{seq}",)
    )
    return patient._hear(reply)


async def number_of(patient: Patient, text: str) -> int:
    messages = await chat.messages_after(patient.ctx, patient.case_id, 0)
    return next(message.seq for message in messages if message.text == text)


async def test_the_question_comes_again_and_its_new_answer_replaces_the_old_one(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G4", answers={"who_for": "for me, I'm 44"})
    left_open = patient.question.asks
    reply = await change(patient, await number_of(patient, "for me, I'm 44"))
    assert reply[-1].text.startswith("OK, let's change that answer.")
    assert reply[-1].asks == "who_for"
    assert (await patient.facts())["age"].value == 44, "the old answer stands until a new one comes"
    await patient.say("it's for my mother")
    assert (await patient.facts())["who_for"].value == "other"
    await patient.answer_until(str(left_open), answers={"relation": "her daughter", "age": "70"})
    assert patient.question.asks == left_open


async def test_a_safety_answer_is_changed_with_its_own_buttons(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    await patient.choose("yes, at least one")
    await patient.choose("foot")
    await patient.choose("no, none")  # the rest of that question
    answers = (await chat.progress(patient.ctx, patient.case_id)).changeable
    reply = await change(patient, answers[-1])
    assert reply[-1].asks == "G3"
    assert reply[-1].choices
    await patient.choose("no, none")
    facts = await patient.facts()
    assert facts["foot_drop"].value == "no"
    assert facts["foot_drop"].corrected


async def test_only_ones_own_answers_to_questions_about_facts_may_be_changed(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    may = (await chat.progress(patient.ctx, patient.case_id)).changeable
    messages = {m.seq: m for m in await chat.messages_after(patient.ctx, patient.case_id, 0)}
    assert {messages[seq].sender for seq in may} == {"patient"}
    consent = await number_of(patient, "yes")
    for seq in (consent, patient.question.seq, 999):
        assert seq not in may
        with pytest.raises(UnknownChoice):
            await change(patient, seq)


async def test_nothing_is_changed_that_way_in_an_emergency(patient: Patient) -> None:
    await patient.say("yes")
    await patient.say(STORY)
    await patient.answer_until("G1")
    first = (await chat.progress(patient.ctx, patient.case_id)).changeable[0]
    await patient.say("since yesterday i can't feel it when i wipe")
    found = await chat.progress(patient.ctx, patient.case_id)
    assert (found.left, found.changeable) == (None, ())
    with pytest.raises(UnknownChoice):
        await change(patient, first)


async def test_fewer_questions_are_left_as_answers_come(patient: Patient) -> None:
    assert (await chat.progress(patient.ctx, patient.case_id)).left is None, "before consent"
    await patient.say(STORY)
    await patient.answer_until("G3")
    assert (await chat.progress(patient.ctx, patient.case_id)).left is None, "too early to tell"
    await patient.answer_until("dominant", "duration_weeks", "course")
    early = (await chat.progress(patient.ctx, patient.case_id)).left
    await patient.answer_until("contact_name")
    late = (await chat.progress(patient.ctx, patient.case_id)).left
    assert early is not None
    assert late is not None
    assert 0 < late < early < 20


async def test_a_token_given_back_opens_nothing(ctx: Context) -> None:
    opened, other = await chat.open_session(ctx), await chat.open_session(ctx)
    await chat.end_session(ctx, opened.token)
    with pytest.raises(NotAllowed):
        await chat.access_case(ctx, opened.token)
    with pytest.raises(NotAllowed):
        await chat.end_session(ctx, opened.token)
    assert await chat.access_case(ctx, other.token) == other.case_id
    assert await chat.messages_after(ctx, opened.case_id, 0), "what was told stays with the clinic"


async def test_one_look_tells_the_last_numbers_of_many_cases(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    other = await chat.open_session(ctx)
    found = await chat.latest_numbers(ctx, [patient.case_id, other.case_id, "nobody"])
    last = (await chat.messages_after(ctx, patient.case_id, 0))[-1].seq
    assert found == {patient.case_id: last, other.case_id: 2}
