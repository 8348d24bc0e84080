"""What replaces a danger sign that is known: a marker, a question put again on purpose, a named mistake."""

from __future__ import annotations

from bot.domain.cases import AskState
from bot.domain.levels import Level
from bot.services.context import Context
from tests.integration.services.patient import Patient

STORY = "my low back hurts for 3 weeks"
NUMB = "since yesterday i can't feel it when i wipe"
FEVER = "my low back hurts for a week, worse every day. i have a fever of 101.5"


async def test_a_no_to_a_question_that_comes_again_by_itself_takes_nothing_back(
    ctx: Context, patient: Patient
) -> None:
    """The open question's facts are all known by now, but nobody asked for it to be put again."""
    await patient.say(FEVER)
    await patient.answer_until("G4")
    async with ctx.unit_of_work() as uow:
        await uow.asks.save(patient.case_id, AskState(name="fever", state="wanted"))
        await uow.commit()
    await patient.say("why do you ask")
    await patient.say("no, no fever")
    assert (await patient.facts())["fever"].value == "yes"
    assert (await patient.case()).level is Level.SAME_DAY


async def test_a_question_put_again_by_going_back_takes_the_new_answer(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    await patient.choose("yes, at least one")
    await patient.choose("foot")
    await patient.choose("no, none")
    assert (await patient.say("go back"))[-1].asks == "G3"
    await patient.choose("no, none")
    facts = await patient.facts()
    assert facts["foot_drop"].value == "no"
    assert facts["foot_drop"].corrected
    assert "downgraded_by_patient" in (await patient.case()).flags


async def test_going_back_replaces_only_what_is_asked(patient: Patient) -> None:
    await patient.say(FEVER)
    await patient.answer_until("G2")
    await patient.say("no")
    await patient.say("go back")
    await patient.say("none of that down there, no fever")
    assert (await patient.facts())["fever"].value == "yes", "G2 was put again, not the fever"


async def test_a_yes_to_the_summary_takes_nothing_back(patient: Patient) -> None:
    await patient.say("my low back hurts for 6 months and my left leg is weak")
    await patient.answer_until("confirm_summary", answers={"weakness_pattern": "all the time"})
    await patient.say("yes that's right, no weakness")
    assert (await patient.facts())["weakness"].value == "mild"


async def test_an_emergency_is_taken_back_in_plain_words(patient: Patient) -> None:
    await patient.say("yes")
    await patient.say(STORY + ". since yesterday i can't pee")
    await patient.choose("mistake")
    reply = await patient.say("i was joking, i can pee fine")
    assert 'I changed "Hard to pee" from yes to no' in reply[0].text
    case = await patient.case()
    assert case.status == "open"
    assert case.level < Level.SAME_DAY
    assert "downgraded_by_patient" in case.flags
    assert [task.kind for task in await patient.tasks()] == ["emergency"], "staff still call"


async def test_a_mistake_and_the_right_answer_in_one_message(patient: Patient) -> None:
    await patient.say("yes")
    await patient.say(STORY + ". since yesterday i can't pee")
    await patient.say("that was a mistake, i can pee fine")
    assert (await patient.case()).status == "open"


async def test_what_the_emergency_rests_on_can_be_picked(patient: Patient) -> None:
    await patient.say("yes")
    await patient.say(NUMB)
    first = await patient.choose("mistake")
    second = await patient.say("it was a mistake")
    assert first[0].text.splitlines()[0] != second[0].text.splitlines()[0]
    await patient.choose("Not so: Numb between the legs")
    assert (await patient.case()).status == "open"


async def test_a_denial_alone_leaves_the_emergency(patient: Patient) -> None:
    await patient.say("yes")
    await patient.say(NUMB)
    await patient.say("no numbness when i wipe")
    assert (await patient.case()).status == "emergency"


async def test_going_after_all_ends_the_mistake(patient: Patient) -> None:
    await patient.say("yes")
    await patient.say(NUMB)
    await patient.choose("mistake")
    await patient.choose("going")
    await patient.say("no numbness when i wipe")
    assert (await patient.case()).status == "emergency"
