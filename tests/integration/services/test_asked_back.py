"""A question, a wish or a refusal where an answer was expected: met, and the open question stands."""

from __future__ import annotations

from bot.services.context import Context
from tests.integration.services.patient import Patient
from tests.plain_dialogue import PlainDialogue

STORY = "low back pain for 8 months, down the left leg past the knee"


async def test_a_question_at_a_gate_is_answered_and_the_gate_asked_again(
    patient: Patient, dialogue: PlainDialogue
) -> None:
    heard = await patient.say(STORY)
    assert heard[-1].text.startswith("Thank you for telling me. I need your OK first.")
    await patient.answer_until("G2")
    soon = await patient.say("whats the earliest slot you have")
    assert ("same week" in soon[0].text, soon[-1].asks) == (True, "G2")
    dialogue.topic = None
    unknown = await patient.say("is the zxcvb married?")
    assert ("don't have an answer" in unknown[0].text, unknown[-1].asks) == (True, "G2")
    wish = await patient.say("please see me tomorrow")
    assert ("a visit here" in wish[0].text, wish[-1].asks) == (True, "G2")
    words = await patient.say("does a tingly toe count?")
    assert ("can't judge" in words[0].text, words[-1].asks) == (True, "G2")
    assert "In other words" in words[-1].text
    assert not await patient.tasks()
    beside = await patient.say("no, why?")
    assert ("damage" in beside[0].text or "nerve" in beside[0].text, beside[-1].asks) == (True, "G3")


async def test_a_refusal_is_fine_and_said_to_be_so_once(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G4")
    first = await patient.say("i would rather not say")
    assert (first[-1].text.startswith("That's fine"), first[-1].asks) == (True, "G5")
    second = await patient.say("i would rather not say")
    assert ("That's fine" in second[-1].text, second[-1].asks) == (False, "G6")
    await patient.answer_until("confirm_summary")
    reply = await patient.say("i would rather not say")
    assert all(message.asks != "confirm_summary" for message in reply), "the summary is not read out again"


async def test_a_day_alone_changes_no_line_of_the_summary(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    before = {name: fact.value for name, fact in (await patient.facts()).items()}
    for day in ("4/12/1970", "March 3 2024"):
        reply = await patient.say(day)
        assert ("date" in reply[-1].text, reply[-1].asks) == (True, "which_fact")
    assert {name: fact.value for name, fact in (await patient.facts()).items()} == before
    said = reply[-1].choices[0].label
    assert said.startswith("Where it hurts"), "first what hurts, last the person"
    assert reply[-1].choices[-1].label == "Phone: (314) 555-0123"


async def test_consent_in_words_that_come_after_another_question(ctx: Context, patient: Patient) -> None:
    await patient.say("low back pain for 8 months. my calf is swollen and sore on one side i think")
    if patient.question.asks == "consent":
        return
    doubted = patient.question.asks
    await patient.say("I agree")
    assert (await patient.case()).consent == "given"
    assert doubted not in await patient.facts()
    assert patient.question.asks == doubted, "it is still open, in other words"
