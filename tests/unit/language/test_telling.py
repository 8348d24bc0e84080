"""How a complaint is told: what cannot be done, which place is worse, lists of places, what care gave."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("A pew is torture past the first hymn", "sitting"),
        ("I can no longer get comfortable at night", "sleep"),
        ("an hour behind the wheel is about all", "driving"),
        ("can't finish shift these days", "work"),
        ("my husband puts my socks on for me", "self_care"),
    ],
)
def test_what_cannot_be_done_any_more_is_a_limit(read, text, limit):
    assert limit in read(text).facts.get("limits", ())


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("my shoulder and neck hurt", {"shoulder", "neck"}),
        ("neck, left shoulder", {"neck", "shoulder"}),
        ("the hip plus the low back ache", {"hip", "low_back"}),
    ],
)
def test_places_told_in_one_breath_are_all_places(read, text, places):
    assert set(read(text).facts["region"]) == places


def test_a_sign_of_the_legs_makes_them_no_place_of_pain(read):
    assert "leg" not in read("lumbar pain, and the legs are fine").facts["region"]


@pytest.mark.parametrize("text", ["it has not travelled down the arm", "the ache never goes into my thigh"])
def test_a_way_the_pain_does_not_take_is_denied(read, text):
    assert read(text).facts["radiates"] == "none"


@pytest.mark.parametrize(
    "text", ["the massage made it worse", "the right is worse than the left", "worse at lunch"]
)
def test_a_comparison_is_no_course(read, text):
    assert "course" not in read(text).facts


@pytest.mark.parametrize(
    ("text", "relief"),
    [
        ("Six weeks of chiro and an epidural. Waste of money.", "none"),
        ("Chiro, naproxen, nothing.", "none"),
        ("Acupuncture takes the edge off", "partial"),
    ],
)
def test_what_care_gave_may_stand_in_the_next_sentence(read, text, relief):
    facts = read(text).facts
    assert facts["cons_relief"] == relief
    assert facts.get("cons_meds") != "no"


def test_an_operation_somebody_plans_is_none_the_patient_had(read):
    facts = read("the surgeon wants to do a lumbar fusion").facts
    assert facts["surgery_recommended"] == "yes"
    assert "prior_spine_surgery" not in facts


def test_whom_the_writer_lifts_is_not_whom_it_is_about(read):
    assert "low_back" in read("lifting my toddler, back went out").facts["region"]


def test_of_two_operations_the_latest_counts(read):
    facts = read("Two surgeries on my low back, 2009 and 2016").facts
    assert facts["prior_surgery_count"] == 2
    assert facts["prior_surgery_months_ago"] < 132


def test_each_item_with_its_own_no_is_denied(read):
    facts = read("Therapy no. Injections no.").facts
    assert (facts["cons_pt"], facts["cons_injections"]) == ("no", "no")


def test_how_long_a_shot_helped_is_no_date_of_it(read):
    assert "injection_days" not in read("one epidural, helped 2 weeks").facts


@pytest.mark.parametrize(
    ("text", "age"), [("he's in his mid fifties", 55), ("Low back. 48, mail carrier", 48)]
)
def test_an_age_in_words_or_alone_in_a_sentence(read, text, age):
    assert read(text).facts["age"] == age
