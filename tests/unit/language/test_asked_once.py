"""With a question open, the same words never fill two variables of the same kind."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("asked", "text", "wanted"),
    [
        ("cons_weeks", "about 12 weeks in all", {"cons_weeks": 12.0}),
        ("cons_weeks", "did PT for 12 weeks", {"cons_weeks": 12.0, "cons_pt": "yes"}),
        ("prior_surgery_months_ago", "about three years ago", {"prior_surgery_months_ago": 36.0}),
        ("weakness_onset_days", "3 days ago", {"weakness_onset_days": 3}),
        ("saddle_numbness", "yes, since 3 days", {"saddle_numbness": "yes", "saddle_numbness_onset_days": 3}),
        ("walk_minutes", "about 10 minutes", {"walk_minutes": 10}),
        ("opioid_months", "2 years", {"opioid_months": 24.0}),
        ("G2", "yes since 3 days", {}),
    ],
)
def test_an_answer_fills_what_was_asked_only(read, asked, text, wanted):
    assert dict(read(text, asked).facts) == wanted


def test_the_complaints_own_time_stays_its_own(read):
    facts = read("pain for 8 months, PT 6 weeks", "cons_weeks").facts
    assert (facts["duration_weeks"], facts["cons_weeks"]) == (34.8, 6.0)


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        ("weakness", "yes", "mild"),
        ("cancer_status", "Nobody in my family", "none"),
        ("cancer_status", "I worry about cancer but never had it", "none"),
        ("function_limit", "a lot", "moderate"),
        (
            "function_limit",
            "a lot honestly, i cant even pick up my granddaughter and i skip church",
            "moderate",
        ),
        ("relation", "his wife", "spouse"),
        ("relation", "she's my mom", "child"),
        ("birth_date", "3/14/61", "1961-03-14"),
        ("birth_date", "14th of March 1961", "1961-03-14"),
        ("goals", "pick up my grandkids", "pick up my grandkids"),
    ],
)
def test_an_answer_says_more_than_its_value(read, asked, text, value):
    reading = read(text, asked)
    assert reading.facts[asked] == value
    assert reading.answer == "full"


def test_a_birth_date_gives_the_age_and_an_impossible_one_nothing(read):
    assert read("my dob is march 14 1961").facts["age"] == 65
    assert "birth_date" not in read("dob 2/31/1961").facts


def test_dates_of_surgery(read):
    recent = read("surgery 9 days ago").facts
    assert (recent["postop_days"], recent["prior_spine_surgery"]) == (9, "yes")
    assert read("i had surgery three years ago").facts["prior_surgery_months_ago"] == 36.0
    assert not {"postop_days", "prior_spine_surgery"} & set(read("knee surgery 3 weeks ago").facts)
    assert "postop_days" not in read("my surgery is in 2 weeks").facts


def test_curves_that_grow_and_press_on_the_breath(read):
    facts = read("my scoliosis is getting worse and i get short of breath from the curve").facts
    assert (facts["deformity_progressive"], facts["deformity_breathing"]) == ("yes", "yes")
    assert "short_of_breath" not in facts


def test_a_denied_list_denies_what_it_names(read):
    facts = read("denies numbness, weakness, or loss of bladder control").facts
    assert facts == {"weakness": "none", "bladder_incontinence": "no", "limb_numbness": "no"}


def test_unsteady_after_a_knee_replacement_asks_about_the_hands(read):
    reading = read("wobbly since my knee replacement")
    assert reading.facts["gait_imbalance"] == "yes"
    assert "hand_clumsiness" in reading.ask
