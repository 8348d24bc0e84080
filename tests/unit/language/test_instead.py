"""What there is instead of what is denied, two denials at once, and whose illness it is."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("no cough just a fever", "fever", "yes"),
        ("no flu no sniffles just fever", "fever", "yes"),
        ("i dont have pain only weakness in my arm", "weakness", "mild"),
        ("not tingling just numb in the groin", "saddle_numbness", "yes"),
    ],
)
def test_what_there_is_instead_is_not_denied(read, text, fact, value):
    assert read(text).facts[fact] == value


@pytest.mark.parametrize(
    "text", ["no fever just when it rains", "i dont have it he just warned me of a fever"]
)
def test_a_just_that_qualifies_ends_no_denial(read, text):
    assert read(text).facts.get("fever") != "yes"


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("wouldn't say i never lose my balance", "gait_imbalance"),
        ("can't say i am not having trouble peeing", "bladder_retention"),
        ("i would not say i have no fever", "fever"),
    ],
)
def test_a_denied_denial_is_a_doubt_and_asked(read, text, fact):
    reading = read(text)
    assert reading.facts[fact] == "unsure"
    assert fact in reading.ask


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("My son, 19, had leukemia as a kid. low back pain for a month", "history"),
        ("husband is 70 and has lung cancer, sore mid back", "history"),
        ("my dad had lung cancer. my back hurts", "family_only"),
        ("my mom is 70 and had cancer. my back hurts", "family_only"),
    ],
)
def test_whose_age_is_given_is_who_it_is_about(read, text, status):
    facts = read(text).facts
    assert facts["cancer_status"] == status
    assert (facts.get("who_for") == "other") == (status != "family_only")
