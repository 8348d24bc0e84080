"""Whole conversations typed by different people, in words that no example and no lexicon test holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.acceptance.people import PLAIN_ANSWERS, StaffMember, WebPatient

pytestmark = pytest.mark.engine

STORY = "low back and right leg pain for ten months, I'm 59 and it is about me"
MOST_TURNS = 45
GIVEN_UP = 4
"""Nobody is asked the same thing this often."""


def _converse(patient: WebPatient, answers: Mapping[str, str], *, until: str = "") -> None:
    """Answer whatever is asked, plainly but for `answers`, to the end or until that question."""
    known = {
        **PLAIN_ANSWERS,
        "confirm_summary": "yes, all correct",
        "choose_time": "the first one",
        **answers,
    }
    for _ in range(MOST_TURNS):
        asks = patient.question["asks"]
        if patient.status != "open" or asks == until:
            return
        assert asks in known, f"no answer to {asks!r}: {patient.question['text']}"
        reply = patient.say(known[asks])
        assert reply, "no reply"
        assert all(message["text"].strip() for message in reply), "an empty reply"
        assert sum(bool(message["asks"]) for message in reply) <= 1, "two questions in one reply"
        assert patient.asked.count(asks) < GIVEN_UP, f"stuck at {asks!r} with {known[asks]!r}"
    raise AssertionError(f"no end; asked {patient.asked}")


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ("cons_modalities", "epidural injection and water therapy"),
        ("cons_modalities", "an office nurse set me up with therapy and then injections"),
        ("dx", "spinal stenosis is what they called it"),
        ("sudden_onset", "it started over a long time, slowly"),
        ("sudden_onset", "it snuck up over time"),
        ("dominant", "right leg is worse than the back"),
        ("surgery_preference", "I'd consider it if nothing else works"),
        ("prior_spine_surgery", "no, my brother had one but I never"),
        ("G5", "No cancer or anything like that"),
    ],
)
def test_an_answer_in_own_words_is_taken_once(patient: WebPatient, asks: str, said: str) -> None:
    patient.say(STORY)
    _converse(patient, {"imaging": "yes, an MRI in June"}, until=asks)
    if asks not in patient.asked:
        pytest.fail(f"{asks} was never asked: {patient.asked}")
    patient.say(said)
    assert patient.question["asks"] != asks


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ("G2", "Do you accept Medicare?"),
        ("G3", "when could I drive a car afterwards?"),
        ("G5", "Why on earth does cancer matter here?"),
        ("G3", "so are you a real person or a computer?"),
    ],
)
def test_a_question_comes_back_to_ours(patient: WebPatient, asks: str, said: str) -> None:
    patient.say(STORY)
    _converse(patient, {}, until=asks)
    reply = patient.say(said)
    assert len(reply) > 1
    assert patient.question["asks"] == asks


@pytest.mark.parametrize(
    ("asks", "said"),
    [
        ("G5", "No. But I haven't been able to pee at all since last night"),
        ("G6", "none, although now I have crushing pressure in my chest"),
    ],
)
def test_an_emergency_breaks_in(patient: WebPatient, staff: StaffMember, asks: str, said: str) -> None:
    patient.say(STORY)
    _converse(patient, {}, until=asks)
    assert patient.say(said)[0]["kind"] == "emergency"
    assert patient.status == "emergency"
    assert staff.case(patient.reference)["level"] == "emergency_now"


@pytest.mark.parametrize(
    ("opening", "answers", "outcome"),
    [
        (
            "They fused L4-L5 in 2016. Same pain is back since six months, low back and right leg.",
            {"prior_spine_surgery": "yes, the fusion in 2016, same area as now"},
            "revision_consult",
        ),
        (
            "neck pain shooting into my right arm for 5 months, MRI in June shows a herniated disc at C5-6",
            {
                "G3": "nope, none",
                "dominant": "the arm is worse",
                "dx": "a herniated disc",
                "region": "my neck",
            },
            "cervical_consult",
        ),
    ],
)
def test_the_route_fits_the_story(
    patient: WebPatient, staff: StaffMember, opening: str, answers: dict[str, Any], outcome: str
) -> None:
    patient.say(opening)
    _converse(patient, {"imaging": "yes, an MRI in June", "imaging_months": "june", **answers})
    assert staff.case(patient.reference)["outcome"] == outcome


@pytest.mark.parametrize(
    "opening",
    [
        "Could a human being ring me please?",
        "Your office charged my card twice last month",
        "I can't make Friday's appointment, what else do you have",
    ],
)
def test_who_wants_the_office_gets_a_call(patient: WebPatient, opening: str) -> None:
    patient.say(opening)
    _converse(patient, {})
    assert patient.status == "callback"
    assert "G1" not in patient.asked


def test_nonsense_is_never_answered_the_same_twice_and_ends_with_a_person(patient: WebPatient) -> None:
    patient.say(STORY)
    _converse(patient, {}, until="G4")
    nonsense = ("qwpo eiru tyal", "mznx bcvl", "ghfj dksla", "zzz uuu", "rrt ppl mmn")
    said = []
    for words in nonsense:
        said.append(patient.say(words)[0]["text"])
        if patient.question["asks"] == "contact_name":
            break
    assert patient.question["asks"] == "contact_name"
    assert len(set(said)) == len(said)
    _converse(patient, {})
    assert patient.status == "callback"


def test_spanish_gets_the_fixed_text(patient: WebPatient) -> None:
    reply = patient.say("Hola, tengo mucho dolor de espalda y no hablo inglés")
    assert "asistente" in " ".join(message["text"] for message in reply)


def test_no_leg_pain_is_no_leg(patient: WebPatient, staff: StaffMember) -> None:
    patient.say("low back pain for ten months, no leg pain")
    _converse(patient, {}, until="G2")
    assert staff.case(patient.reference)["facts"]["region"]["value"] == ["low_back"]


def test_after_the_end_nothing_is_booked_again_and_an_emergency_still_is_one(patient: WebPatient) -> None:
    patient.say("Could a human being ring me please?")
    _converse(patient, {})
    for words in ("ok thank you", "hi again", "alright then"):
        assert patient.say(words)
        assert patient.status == "callback"
    reply = patient.say("I have gone numb around my bottom and I'm dribbling urine")
    assert reply[0]["kind"] == "emergency"
