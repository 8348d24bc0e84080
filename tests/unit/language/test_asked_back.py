"""Answers part by part, questions back, and numbers in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.dictionary import parse_dictionary
from bot.language import read_yaml
from bot.language.answers.question_parts import PARTS
from bot.language.text.spelled import with_digits
from bot.language.text.words import clean

ROOT = Path(__file__).parents[3]


def test_every_part_is_a_line_of_its_question() -> None:
    gates = parse_dictionary(read_yaml(ROOT / "data/protocols/variables.yaml")).gates
    assert PARTS.keys() == gates.keys()
    for name, gate in gates.items():
        assert {fact for part in PARTS[name] for fact in part} == set(gate.clear_no)
        lines = [line for line in gate.question.web.split("\n") if line.startswith("- ")]
        assert len(lines) == len(PARTS[name])


@pytest.mark.parametrize(
    ("text", "asked", "facts"),
    [
        ("the fourth one yes, others no", "G6", {"anticoagulant": "yes", "pregnant": "no", "trauma": "none"}),
        ("no no no yes", "G3", {"weakness": "none", "gait_imbalance": "yes"}),
        ("the last is a maybe", "G6", {"pregnant": "unsure"}),
        ("hands fine feet fine balance fine", "G3", {"hand_clumsiness": "no", "gait_imbalance": "no"}),
        ("nope i walk fine", "G3", {"weakness": "none", "foot_drop": "no"}),
        ("everything but the balance one is a no", "G3", {"gait_imbalance": "yes", "weakness": "none"}),
        ("no just that my hands are clumsy", "G3", {"hand_clumsiness": "yes", "foot_drop": "no"}),
        ("cancer no. the other things no", "G5", {"cancer_status": "none", "weight_loss": "no"}),
    ],
)
def test_a_list_is_answered_part_by_part(read, text, asked, facts):
    found = read(text, asked).facts
    assert {name: found.get(name) for name in facts} == facts


def test_the_second_of_several_facts_names_none_of_them(read):
    """The second line of G2 asks about starting, feeling and holding: which of them is asked again."""
    reading = read("the second one", "G2")
    assert reading.answer != "full"
    assert "yes" not in reading.facts.values()


@pytest.mark.parametrize(
    ("text", "asked", "fact"),
    [
        ("what does slurred speech mean", "G1", "stroke_signs"),
        ("do you mean like weak weak?", "G3", "weakness"),
        ("numb like how", "saddle_numbness", "saddle_numbness"),
        ("why does it matter if i'm on thinners", "G6", "anticoagulant"),
        ("huh?", "foot_drop", "foot_drop"),
    ],
)
def test_a_question_about_the_question_answers_nothing(read, text, asked, fact):
    reading = read(text, asked)
    assert fact not in reading.facts
    assert reading.question


def test_what_is_told_before_a_question_stands(read):
    assert read("I can't pee, what does that mean?", "G2").facts["bladder_retention"] == "yes"
    assert read("yes. why do you ask?", "fever").facts["fever"] == "yes"


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("one oh two point four", "102.4"),
        ("a hundred and three", "103"),
        ("ninety seven nine", "97.9"),
        ("forty-six", "46"),
        ("seven and a half", "7.5"),
        ("no one told me", "no one told me"),
    ],
)
def test_numbers_in_words(text, digits):
    assert with_digits(clean(text)).text == digits


def test_offsets_of_numbers_in_words_lead_to_the_original(read):
    finding = next(f for f in read("my pain is a seven today").findings if f.variable == "pain_nrs")
    assert finding.words.endswith("seven")


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("seven n a half", "pain_nrs", 7.5),
        ("9 when i stand, 2 when i lie down", "pain_nrs", None),
        ("usually 5 but 9 some mornings", "pain_nrs", 5),
        ("15", "walk_minutes", 15),
        ("one eighty", "weight_lb", 180),
        ("five eleven", "height_in", 71),
        ("just once", "prior_surgery_count", 1),
        ("about 40 percent", "slip_grade", 2),
        ("may", "imaging_months", 6.1),
    ],
)
def test_numbers_that_were_asked(read, text, asked, value):
    assert read(text, asked).facts.get(asked) == value


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("shaking all night, got 103", 103.0),
        ("T 38.6 and back pain", 101.5),
        ("my fever was one oh one point two", 101.2),
        ("husband says 101. chills too", 101.0),
        ("the nurse said call if my temp goes over 101", None),
        ("should i worry if my fever hits 102", None),
        ("my toddler's fever is 103, my neck hurts", None),
        ("the dog has a temp of 104, i am fine", None),
        ("it was 101 outside and my back hurt", None),
    ],
)
def test_a_temperature_is_the_patients_and_measured(read, text, degrees):
    assert read(text).facts.get("temp_f") == degrees


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("fifty-eight, bad back", 58),
        ("my aunt (77) has neck pain", 77),
        ("my back is a 9", None),
        ("the ache is 20 years old", None),
        ("diabetic since age 12", None),
    ],
)
def test_an_age_is_a_persons(read, text, age):
    assert read(text).facts.get("age") == age


def test_a_symptoms_course_and_cause_are_answered_like_any(read):
    assert read("bit better", "weakness_course").facts["weakness_course"] == "improving"
    assert read("he said it's my prostate", "bladder_retention_explained").facts == {
        "bladder_retention_explained": "bph"
    }


@pytest.mark.parametrize(
    ("text", "variable", "value"),
    [
        ("no hold on my bladder, zero", "bladder_incontinence", "yes"),
        ("no urge to pee anymore, none", "bladder_sensation_loss", "yes"),
        ("can't feel a thing when i wipe, nothing", "saddle_numbness", "yes"),
        ("leaking urine, none", "bladder_incontinence", "no"),
        ("it just isn't getting better", "course", "same"),
        ("no better, no worse", "course", "same"),
        ("not better at all, getting worse", "course", "worsening"),
        ("my right leg has been weak for three months", "weakness", "mild"),
    ],
)
def test_a_lack_said_twice_is_not_taken_back(read, text, variable, value):
    assert read(text).facts[variable] == value
