"""Nothing that was said is lost, turned round or asked for twice: faults that whole conversations showed."""

from __future__ import annotations

from bot.domain.levels import Level
from tests.integration.services.patient import Patient
from tests.plain_dialogue import PlainDialogue

STORY = "my low back hurts for 6 months, down the left leg past the knee"
NUMB = "since yesterday i can't feel when i wipe"


async def test_another_side_leaves_the_other_places(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G1")
    await patient.say("actually it's the right leg")
    facts = await patient.facts()
    assert (facts["side"].value, facts["region"].value) == ("right", ("low_back", "leg"))


async def test_a_no_that_takes_back_denies_no_sign_of_the_list(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    reply = await patient.say("no wait it's the right foot")
    facts = await patient.facts()
    assert facts["side"].value == "right"
    assert "foot_drop" not in facts
    assert reply[-1].asks == "G3"


async def test_an_emergency_is_taken_back_in_plain_words(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G4")
    await patient.say(NUMB)
    assert (await patient.case()).level is Level.EMERGENCY_NOW
    await patient.say("oh no, that was a mistake")
    await patient.say("no")
    assert (await patient.case()).level is Level.EMERGENCY_NOW, "a bare no takes nothing back"
    await patient.say("i can feel it fine")
    assert (await patient.facts())["saddle_numbness"].value == "no"
    assert (await patient.case()).phase == "intake"


async def test_a_number_that_was_given_is_not_asked_for_with_the_name(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await patient.say("person please")
    reply = await patient.say("314-555-0181")
    assert reply[-1].asks == "contact_name"
    assert "phone" not in reply[-1].text
    reply = await patient.say("Pat Example")
    assert reply[-1].asks == "callback_ok_time"


async def test_a_short_word_is_no_english_yet(patient: Patient) -> None:
    await patient.say("hola me duele la espalda desde hace tres meses")
    reply = await patient.say("si")
    assert reply[-1].asks == "contact_phone"
    await patient.say("314-555-0173")
    assert (await patient.case()).status == "callback"


async def test_who_is_never_understood_before_consent_is_offered_a_person(patient: Patient) -> None:
    for _ in range(2):
        await patient.say("zxcvb")
    reply = await patient.say("zxcvb")
    assert any("person" in message.text for message in reply)


async def test_sorry_alone_gets_the_question_in_other_words(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    before = patient.question.text
    reply = await patient.say("sorry?")
    assert [message.asks for message in reply] == ["G2"]
    assert reply[-1].text != before


async def test_whom_to_call_is_said_once(patient: Patient) -> None:
    first = await patient.say("how do I pay my bill? please have someone call me")
    then = await patient.say("yes")
    assert not {message.text for message in first} & {message.text for message in then}


async def test_a_cut_that_leaks_is_not_the_bladder(patient: Patient) -> None:
    reply = await patient.say("I had a lumbar fusion 9 days ago and the cut is red and leaking a bit")
    assert reply[0].kind == "same_day"
    assert "bladder_incontinence" not in patient.asked


async def test_after_the_choices_a_person_helps(patient: Patient, dialogue: PlainDialogue) -> None:
    await patient.say("my mom's low back hurts for 6 months")
    await patient.answer_until("G3", answers={"age": "68"})
    await patient.say("zxcvb")
    assert "your mom: In other words" not in patient.question.text
    await patient.say("zxcvb")
    dialogue.misses = 0
    await patient.say("zxcvb")
    assert patient.question.asks == "contact_name"
