"""What whole conversations showed to be taken for something else than it was meant."""

from __future__ import annotations

import pytest

from bot.domain.cases import Message
from bot.services.case.steps import Turn
from bot.services.context import Context
from bot.services.talk import interview
from tests.integration.services import seeds
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient

STORY = "my low back hurts for 6 months, down the left leg past the knee"


async def test_a_correction_where_a_name_is_asked_is_no_name(patient: Patient, clock: StandingClock) -> None:
    await patient.say(STORY)
    await patient.answer_until("surgery_preference")
    clock.forward(minutes=1)
    await patient.say("no surgery thanks")
    await patient.answer_until("contact_name")
    reply = await patient.say("sorry, I meant open minded")
    assert "from" in reply[0].text
    facts = await patient.facts()
    assert facts["surgery_preference"].value == "open"
    assert "contact_name" not in facts


async def test_a_name_behind_sorry_is_a_name(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("contact_name")
    await patient.say("sorry, it's Dana Example, 314-555-0123")
    assert (await patient.facts())["contact_name"].value == "Dana Example"


async def test_who_says_that_they_skip_things_skips_no_question(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("cons_modalities", answers={"function_limit": "barely do anything"})
    said = await _as_the_engine(ctx, patient, "sorry, I meant a lot, I skip things", intent="skip")
    assert said.asks == "cons_modalities"
    assert not (await patient.facts()).get("cons_modalities")


async def test_answers_are_set_aside_only_for_words_that_ask_for_it(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    turn = Turn(
        case_id=patient.case_id,
        message_id=(await patient.say("nothing to do with it"))[0].reply_to or "",
        intent="start_over",
        confidence=1.0,
    )
    await interview.start_over(ctx, turn)
    assert "duration_weeks" in {name for name, fact in (await patient.facts()).items() if fact.value}


async def _as_the_engine(ctx: Context, patient: Patient, text: str, *, intent: str) -> Message:
    """The reply when the engine takes a text for this."""

    async def understand(*_: object, **__: object) -> object:
        from bot.services.ports import Intent

        return Intent(name=intent, confidence=0.9)

    dialogue = ctx.dialogue
    original = dialogue.understand
    dialogue.understand = understand  # type: ignore[method-assign,assignment]
    try:
        return (await patient.say(text))[-1]
    finally:
        dialogue.understand = original  # type: ignore[method-assign]


async def test_months_are_no_age(patient: Patient) -> None:
    await patient.say("my low back hurts for 6 months")
    await patient.say("yes")
    reply = await patient.say("actually 8 months")
    assert reply[-1].asks == "who_for"
    assert "age" not in await patient.facts()


@pytest.mark.parametrize("text", ["oh no dear, nothing like that", "I don't have that"])
async def test_not_so_is_a_mistake_and_no_name(patient: Patient, text: str) -> None:
    await patient.say("since yesterday i cant feel it when i wipe")
    reply = await patient.say(text)
    assert any(choice.label.startswith("Not so") for choice in reply[-1].choices)
    await patient.say("none. well I fell off a ladder in 1998")
    assert "contact_name" not in await patient.facts()


async def test_after_a_question_the_summary_is_not_read_out_again(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    reply = await patient.say("how long is recovery?")
    assert reply[-1].asks == "confirm_summary"
    assert "Where it hurts" not in reply[-1].text
    assert len(reply[-1].choices) == 2


async def test_more_care_than_told_is_read_back_in_words(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary", answers={"cons_modalities": "PT, 10 weeks, no help"})
    await patient.choose("wrong")
    await patient.choose("Care tried")
    reply = await patient.say("pt, shots and pills")
    assert "It is now: physical therapy, medicine, spine shots" in reply[0].text


async def test_the_summary_tells_wishes_and_what_did_not_help(patient: Patient) -> None:
    await patient.say(STORY)
    answers = {"surgery_preference": "no surgery thanks", "cons_relief": "nothing helped"}
    await patient.answer_until("confirm_summary", answers=answers)
    assert "I don't want surgery" in patient.question.text


async def test_the_birth_date_is_taken_whenever_it_comes(ctx: Context) -> None:
    patient = await seeds.with_a_visit(ctx)
    asked = await patient.say("my visit?")
    assert "birth date" in asked[-1].text
    await patient.say("4/12/1968")
    assert (await patient.facts())["birth_date"].value == "1968-04-12"
    await patient.say("5/5/1970")
    assert (await patient.facts())["birth_date"].value == "1968-04-12", "nobody changes it by a text"
