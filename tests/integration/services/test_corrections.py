"""Anything is corrected at any time, in words; the answer says what changed, or that nothing did."""

from __future__ import annotations

import pytest

from bot.domain.levels import Level
from bot.services.context import Context
from tests.integration.services.patient import Patient

STORY = "my low back hurts for 6 months, down the left leg past the knee"


@pytest.mark.parametrize("text", ["make that 10 months instead of 6", "actually 10 months not 6"])
async def test_a_number_is_corrected_in_the_middle_of_a_gate(patient: Patient, text: str) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    reply = await patient.say(text)
    assert "from about 6 months to about 10 months" in reply[0].text
    assert reply[-1].asks == "G3"
    assert reply[-1].text.startswith("Back to my question")


async def test_the_side_is_corrected_and_the_old_one_stays_in_the_history(
    ctx: Context, patient: Patient
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    reply = await patient.say("it's the right leg sorry")
    assert "from left to right" in reply[0].text
    async with ctx.unit_of_work(write=False) as uow:
        history = await uow.facts.history(patient.case_id)
    assert [fact.value for fact in history["side"]] == ["left", "right"]


async def test_it_is_about_somebody_else(patient: Patient) -> None:
    await patient.say("my low back hurts")
    await patient.answer_until("G1")
    reply = await patient.say("no i meant my mom")
    assert "someone else" in reply[0].text.lower()
    assert reply[-1].asks == "age", "the age told was the writer's"
    reply = await patient.say("she's 81")
    assert (await patient.facts())["age"].value == 81
    assert "does your mom have" in reply[-1].text


async def test_it_is_about_the_writer_after_all(patient: Patient) -> None:
    await patient.say("my mom's low back hurts, she is 81")
    await patient.answer_until("G1")
    reply = await patient.say("no i meant me, i'm 58")
    facts = await patient.facts()
    assert (facts["who_for"].value, facts["age"].value) == ("self", 58)
    assert "do you have" in reply[-1].text


async def test_a_question_beside_it_costs_no_try(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await patient.say("actually it has been banana months")
    reply = await patient.say("10 months")
    assert reply[-1].asks == "G2"
    assert "In other words" not in reply[-1].text
    assert (await patient.choose("not sure"))[-1].asks == "G2", "the plainer question is still to come"


async def test_a_value_nobody_can_read_keeps_the_old_one_and_says_so(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    reply = await patient.say("actually it has been banana months")
    assert "kept" in reply[-1].text
    assert reply[-1].asks == "clarify"
    assert (await patient.facts())["duration_weeks"].value == pytest.approx(26.1, abs=0.1)
    reply = await patient.say("10 months")
    assert "to about 10 months" in reply[0].text
    assert reply[-1].asks == "G3"


async def test_an_answer_nobody_can_use_leaves_the_corrected_line_as_it_was(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    number = next(line.split(".")[0] for line in patient.question.text.splitlines() if "How long" in line)
    await patient.say(f"line {number} is wrong")
    reply = await patient.say("hmm blue")
    assert 'kept "How long: about 6 months' in reply[0].text or reply[-1].asks == "duration_weeks"
    assert (await patient.facts())["duration_weeks"].value == pytest.approx(26.1, abs=0.1)


async def test_scratch_that_and_go_back_walk_the_questions_backwards(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    assert (await patient.say("scratch that"))[-1].asks == "G2"
    assert (await patient.say("go back"))[-1].asks == "G1"
    await patient.say("no, none of these")
    assert patient.question.asks == "G3", "what was answered stays answered"


async def test_a_lowered_level_is_shown_to_staff(ctx: Context, patient: Patient) -> None:
    await patient.say("my low back hurts for a week, worse every day. i have a fever of 101.5")
    await patient.answer_until("G1")
    assert (await patient.case()).level is Level.SAME_DAY
    await patient.say("actually i have no fever, that was my son")
    await patient.say("actually my temperature is 98.6")
    case = await patient.case()
    assert case.level < Level.SAME_DAY
    assert "downgraded_by_patient" in case.flags


async def test_answers_to_a_gate_one_by_one_ask_only_the_rest(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G6")
    reply = await patient.say("no falls")
    assert reply[-1].asks == "G6"
    assert "Weak bones" in reply[-1].text
    assert "fall" not in reply[-1].text.lower()
    for text in ("no osteoporosis, no steroids", "not pregnant, no thinners"):
        assert (await patient.say(text))[-1].asks == "G6"
    assert (await patient.choose("no, none"))[-1].asks != "G6"
    assert "gate_incomplete" not in (await patient.case()).flags


async def test_something_else_told_at_a_gate_costs_no_try(patient: Patient) -> None:
    await patient.say("back pain")
    await patient.answer_until("G1")
    await patient.say("it's my low back")
    reply = await patient.say("it shoots down the left leg past the knee")
    assert reply[-1].asks == "G1"
    assert (await patient.case()).level < Level.EMERGENCY_NOW
    await patient.answer_until("G2")


async def test_a_story_of_six_facts_is_told_back_in_one_sentence(patient: Patient) -> None:
    await patient.say(
        "I'm 58, low back and left leg pain for about 8 months, walking is hard, did PT and pills,"
        " MRI 3 months ago"
    )
    reply = await patient.say("yes")
    told = reply[0].text
    assert told.startswith("So: low back and left leg, about 8 months")
    assert told.count(".") == 1
    await patient.answer_until("confirm_summary")
    assert not {"age", "region", "duration_weeks", "imaging", "opening"} & set(patient.asked)


@pytest.mark.parametrize("text", ["no i don't have any weakness", "no i have no weakness in my legs"])
async def test_a_weak_marker_turns_no_gate_fact_around(patient: Patient, text: str) -> None:
    await patient.say("my low back hurts for 6 months and my left leg is weak")
    await patient.say("yes")
    before = (await patient.facts())["weakness"].value
    assert before in ("mild", "severe")
    await patient.say(text)
    after = (await patient.facts())["weakness"]
    assert (after.value, after.conflict) == (before, True)


async def test_two_corrections_in_a_row_are_about_the_same_thing(ctx: Context, patient: Patient) -> None:
    await patient.say("low back pain for 6 months, for me, I'm 52")
    await patient.answer_until("G2")
    assert "from about 6 months to about 7 months" in (await patient.say("sorry, 7 months"))[0].text
    reply = await patient.say("no wait, make that 9 months")
    assert "from about 7 months to about 9 months" in reply[0].text
    assert reply[-1].asks == "G2"
    async with ctx.unit_of_work(write=False) as uow:
        history = (await uow.facts.history(patient.case_id))["duration_weeks"]
    assert [round(fact.value) for fact in history] == [26, 30, 39]  # type: ignore[arg-type]


async def test_a_sign_that_was_somebody_elses_goes_with_all_that_belongs_to_it(patient: Patient) -> None:
    await patient.say("low back pain for 3 weeks")
    await patient.answer_until("G4")
    await patient.say("I have a fever of 101")
    assert (await patient.case()).level is Level.SAME_DAY
    await patient.say("no wait, I meant my son has the fever, not me")
    facts = await patient.facts()
    assert (facts["fever"].value, facts["temp_f"].value, facts["who_for"].value) == ("no", None, "self")
    case = await patient.case()
    assert case.level < Level.SAME_DAY
    assert "downgraded_by_patient" in case.flags


async def test_a_line_named_as_wrong_is_asked_again_and_not_taken_as_its_value(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    line = next(line for line in patient.question.text.splitlines() if "Name" in line)
    reply = await patient.say(f"line {line.split('.')[0]} is wrong")
    assert reply[-1].asks == "contact_name"
    assert (await patient.facts())["contact_name"].value == "Dana Example"
