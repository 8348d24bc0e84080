"""What is said in the middle of the questions and answers none of them, or changes what was told before."""

from __future__ import annotations

import pytest

from tests.integration.services.patient import Patient

STORY = "my low back hurts for 6 months"


@pytest.mark.parametrize("text", ["do I still owe you money?", "do you still have my mri records?"])
async def test_a_word_for_the_office_is_answered_and_the_safety_question_comes_again(
    patient: Patient, text: str
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    reply = await patient.say(text)
    assert "Our office team can help" in reply[0].text
    assert reply[-1].asks == "G2"
    assert "visit_reason" not in await patient.facts()


@pytest.mark.parametrize(
    "text", ["stop asking me so many questions", "this is too long", "are you a robot?? I want out"]
)
async def test_who_has_enough_hears_how_many_are_left_and_the_way_to_a_person(
    patient: Patient, text: str
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G1")
    reply = await patient.say(text)
    assert "more questions" in reply[0].text
    assert "person" in reply[0].text
    assert reply[-1].asks == "G1"
    assert ("I'm a computer program" in reply[0].text) == ("robot" in text)
    again = await patient.say("this is taking forever")
    assert again[-1].asks == "wants_person"


async def test_a_place_corrected_at_a_safety_question_is_the_place(patient: Patient) -> None:
    await patient.say("low back pain for 3 months, it does not go down my legs")
    await patient.answer_until("G3")
    reply = await patient.say("no sorry it's my right arm too, arm and neck")
    facts = await patient.facts()
    assert set(facts["region"].value or ()) >= {"arm", "neck"}
    assert facts["side"].value == "right"
    assert reply[-1].asks == "G3", "the safety question was not answered by it"


async def test_pain_that_goes_into_a_leg_after_all_is_asked_about_again(patient: Patient) -> None:
    await patient.say("low back pain for 3 months, it does not go down my legs")
    await patient.answer_until("G3")
    assert (await patient.facts())["radiates"].value == "none"
    await patient.say("wait actually it does go into my left leg, down to the foot")
    facts = await patient.facts()
    assert facts["radiates"].value == "leg_below_knee"
    assert facts["side"].value == "left"
    assert "dominant" not in facts or facts["dominant"].value != "back", "which hurts more is open again"


async def test_pain_that_goes_further_takes_no_place_away(patient: Patient) -> None:
    await patient.say("low back pain for 3 months, it does not go down my legs")
    await patient.answer_until("G3")
    await patient.say("wait actually it does go into my left leg, down to the foot")
    assert set((await patient.facts())["region"].value or ()) == {"low_back", "leg"}


async def test_the_other_leg_in_the_middle_is_the_leg(patient: Patient) -> None:
    await patient.say("low back pain for 3 months, goes down my left leg past the knee")
    await patient.answer_until("cons_modalities")
    reply = await patient.say("hold on it's the right leg")
    assert (await patient.facts())["side"].value == "right"
    assert "from left to right" in reply[0].text


async def test_a_line_of_the_summary_named_by_its_name(patient: Patient) -> None:
    await patient.say("low back pain for 3 months, goes down my left leg past the knee")
    await patient.answer_until("confirm_summary")
    await patient.say("the duration is wrong, it's 5 months")
    assert (await patient.facts())["duration_weeks"].value == pytest.approx(21.7, abs=0.2)


async def test_years_beside_a_complaint_are_no_age(patient: Patient) -> None:
    await patient.say("hi")
    await patient.answer_until("who_for")
    await patient.say("my damn back thats what. 4 yrs")
    facts = await patient.facts()
    assert "age" not in facts
    assert facts["duration_weeks"].value == pytest.approx(208.6, abs=1)


async def test_the_dog_did_it(patient: Patient) -> None:
    await patient.say("I peed myself this morning, can't control it at all")
    reply = await patient.say("no no that was the dog lol")
    assert any(choice.sets == {"bladder_incontinence": "no"} for choice in reply[-1].choices)


async def test_a_length_is_said_as_people_say_it(patient: Patient) -> None:
    await patient.say("my low back has hurt for a month")
    reply = await patient.say("yes")
    assert "about 1 month" in reply[0].text
