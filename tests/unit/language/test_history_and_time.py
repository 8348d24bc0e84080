"""Whose a time is, answers item by item, planned care is not done (Wednesday, 18 November 2026)."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "variable", "value"),
    [
        ("crotch has been numb since labor day", "saddle_numbness_onset_days", 72),
        ("can't pee since the 14th", "bladder_retention_onset_days", 4),
        ("leaking urine since a week ago monday", "bladder_incontinence_onset_days", 9),
        ("my foot drags, about a week and a half", "weakness_onset_days", 10),
        ("feet numb 10 years", "limb_numbness_onset_days", 3650),
        ("incision is leaking, post op day 6", "postop_days", 6),
        ("laminectomy nov. 3rd", "postop_days", 15),
        ("back pain x 10 d", "duration_weeks", 1.4),
        ("my back hurts, going on twenty two years", "duration_weeks", 1147.1),
    ],
)
def test_a_time_is_exact_and_belongs_to_what_it_is_said_of(read, text, variable, value):
    assert read(text).facts[variable] == pytest.approx(value, rel=0.01)


@pytest.mark.parametrize(
    "text",
    [
        "I get up to pee every 20 minutes",
        "I pee 3 times a night",
        "had the flu last week",
        "the cat was at the vet on monday and my neck is sore",
        "next tuesday my back has an appointment",
    ],
)
def test_how_often_and_other_peoples_days_are_no_duration(read, text):
    facts = read(text).facts
    assert not [name for name in facts if name.endswith("_onset_days") or name == "duration_weeks"]


def test_an_answer_item_by_item(read):
    facts = read("fever no, infection yes, the rest no", "G4").facts
    assert (facts["fever"], facts["recent_infection"], facts["ivdu"]) == ("no", "yes", "no")


def test_first_one_yes_rest_no(read):
    facts = read("first one yes rest no", "G2").facts
    assert (facts["saddle_numbness"], facts["bladder_retention"]) == ("yes", "no")


def test_an_exception_nobody_understood_is_no_clear_no(read):
    reading = read("no... except the thing with the zipper lately", "G2")
    assert (reading.answer, dict(reading.facts)) == ("partial", {})


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        ("saddle_numbness", "feels normal", "no"),
        ("bladder_incontinence", "only when I cough", "yes"),
        ("bladder_retention", "hard to say, i barely drink", "unsure"),
        ("hand_clumsiness", "used to be, all fine now", "resolved"),
        ("temp_f", "38.2", 100.8),
        ("sex", "guy", "m"),
    ],
)
def test_answers_without_yes_or_no(read, asked, text, value):
    assert read(text, asked).facts[asked] == value


def test_worse_in_an_answer_about_a_symptom_is_its_own_course(read):
    facts = read("yes, getting worse", "saddle_numbness").facts
    assert facts == {"saddle_numbness": "yes", "saddle_numbness_course": "worsening"}


@pytest.mark.parametrize(
    ("text", "variable", "value"),
    [
        ("my mri is scheduled for next month", "imaging", "none"),
        ("doctor wants me to do physical therapy", "cons_pt", "no"),
        ("had an mri of my back in june", "imaging", "mri"),
        ("never been cut on", "prior_spine_surgery", "no"),
        ("they put in an artificial disc", "prior_surgery_type", "disc_replacement"),
    ],
)
def test_planned_is_not_done(read, text, variable, value):
    assert read(text).facts[variable] == value
