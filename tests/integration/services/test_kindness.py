"""Interruptions, misunderstandings, anger, other languages, unsafe homes: each has its own way."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.services.context import Context
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient
from tests.integration.services.test_silence import Texter
from tests.integration.store.samples import an_sms

STORY = "my low back hurts for 8 months, down the left leg past the knee. did PT and pills"
NUMB = "since yesterday i cant feel it when i wipe"
SPANISH = "hola me duele la espalda desde hace tres meses"
SPANISH_TEXT = "solo habla ingl"


async def test_an_interruption_returns_any_number_of_times_and_shortened(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G1")
    leads = []
    for _ in range(4):
        reply = await patient.say("how long is recovery?")
        assert reply[0].kind == "answer"
        assert reply[-1].asks == "G1"
        assert "First, a quick safety check" not in reply[-1].text
        leads.append(reply[-1].text.partition(":")[0])
    assert leads[0] != leads[1], "not the same words twice running"


async def test_not_understood_in_other_words_then_choices_then_a_person(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    first = (await patient.say("zxcvb"))[-1]
    second = (await patient.say("zxcvb"))[-1]
    assert first.text != second.text
    assert len(second.choices) > len(first.choices), "the single signs to pick from"
    third = await patient.say("zxcvb")
    assert third[-1].asks == "contact_name"
    assert max(Counter(message.text for message in patient.heard).values()) < 3


async def test_consent_is_never_asked_three_times_in_the_same_words(patient: Patient) -> None:
    for text in ("hm", "blue", "what", "green"):
        await patient.say(text)
    asked = [message.text for message in patient.heard if message.asks == "consent"]
    assert len(asked) == 5
    assert max(Counter(asked).values()) < 3


async def test_anger_is_met_kindly_and_then_with_a_person(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    assert (await patient.say("you stupid bot"))[-1].asks == "G3"
    assert (await patient.say("so stupid"))[-1].asks == "wants_person"
    assert (await patient.choose("no"))[-1].asks == "G3"
    assert (await patient.say("stupid"))[-1].asks == "G3", "offered once"


async def test_a_person_who_was_offered_is_arranged(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    await patient.say("you stupid bot")
    await patient.say("so stupid")
    assert (await patient.say("yes"))[-1].asks == "contact_name"


async def test_a_day_named_in_words_is_confirmed(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    reply = await patient.say("wednesday works for me")
    assert reply[-1].asks == "confirm_time"
    assert (await patient.say("yes"))[0].kind == "booked"


async def test_a_time_misheard_is_not_booked(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    await patient.say("wednesday works for me")
    assert (await patient.say("no"))[-1].asks == "choose_time"
    assert patient.status == "open"


async def test_a_line_is_corrected_with_its_new_value(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    number = next(line.split(".")[0] for line in patient.question.text.splitlines() if "How long" in line)
    reply = await patient.say(f"line {number} should be 10 months")
    assert "to about 10 months" in reply[0].text
    assert reply[-1].asks == "confirm_summary"


# --- languages ----------------------------------------------------------------------------------


async def test_spanish_gets_the_fixed_text_and_a_person(patient: Patient) -> None:
    reply = await patient.say(SPANISH)
    assert SPANISH_TEXT in reply[0].text
    assert reply[-1].asks == "contact_phone"
    await patient.say("314-555-0123")
    assert patient.status == "callback"
    assert [(task.kind, task.priority) for task in await patient.tasks()] == [("callback", "P2")]
    assert "needs_interpreter" in (await patient.case()).flags


async def test_spanish_by_text_is_called_at_once(ctx: Context, clock: StandingClock) -> None:
    texter = Texter(ctx)
    said = await texter.text(SPANISH)
    assert any(SPANISH_TEXT in text for text in said)
    case = await texter.case()
    assert case is not None
    assert case.status == "callback"


async def test_no_finding_is_read_from_spanish(patient: Patient) -> None:
    await patient.say("no tengo dolor de pecho, me duele la espalda")
    await patient.say("sorry, i can write english. my low back hurts")
    await patient.say("yes")
    assert "chest_pain" not in await patient.facts()
    assert "needs_interpreter" not in (await patient.case()).flags


@pytest.mark.parametrize("text", ["asdfgh jkl qwpoeiru", "bonjour", "no", "si no"])
async def test_what_is_not_spanish_gets_no_spanish(patient: Patient, text: str) -> None:
    reply = await patient.say(text)
    assert not any(SPANISH_TEXT in message.text for message in reply)


async def test_one_spanish_word_in_an_english_chat_changes_nothing(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    assert (await patient.say("gracias"))[-1].asks == "G3"


async def test_yup_no_prob_is_consent(patient: Patient) -> None:
    await patient.say("yup no prob")
    assert (await patient.case()).consent == "given"


# --- unsafe homes, refused consent ----------------------------------------------------------------


@pytest.mark.parametrize("text", ["no", "not sure", "he reads my phone", "idk"])
async def test_not_safe_to_text_sends_nothing_more(ctx: Context, clock: StandingClock, text: str) -> None:
    texter = Texter(ctx)
    said = await texter.text("my husband pushed me down the stairs, my back hurts")
    assert any("1-800-799-7233" in one for one in said)
    case = await texter.case()
    assert case is not None
    async with ctx.unit_of_work(write=False) as uow:
        before = len(await uow.messages.after(case.id, 0))
    async with ctx.unit_of_work() as uow:
        waiting = an_sms(case_id=case.id, to=case.address, created_at=clock.now())
        assert await uow.outbox.add(waiting)
        await uow.commit()
    await texter.text(text)
    async with ctx.unit_of_work(write=False) as uow:
        left = await uow.outbox.claim_due(owner="t", now=clock.now(), lease_seconds=0.0, limit=100)
        assert left == [], "what still waited is not sent either"
    async with ctx.unit_of_work(write=False) as uow:
        after = await uow.messages.after(case.id, 0)
        assert [one.sender for one in after[before:]] == ["patient"]
        tasks = await uow.tasks.of_case(case.id)
        assert (await uow.cases.get(case.id)).status == "closed"
    assert [task.kind for task in tasks] == ["safety_flag"]
    assert tasks[0].private


async def test_a_taken_back_emergency_leaves_nothing_after_a_refusal(ctx: Context, patient: Patient) -> None:
    await patient.say(NUMB)
    await patient.choose("mistake")
    await patient.say("actually i can feel it fine when i wipe, no numbness down there")
    await patient.choose("no thanks")
    assert patient.status == "closed"
    async with ctx.unit_of_work(write=False) as uow:
        assert await uow.facts.history(patient.case_id) == {}
        assert all(not message.text for message in await uow.messages.of_patient(patient.case_id))
    assert [task.kind for task in await patient.tasks()] == ["emergency"], "a person still looks at it"
