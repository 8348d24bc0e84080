"""Which finding a time belongs to when a story is told in pieces, against Wednesday, 18 November 2026."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("Upper back. Both sides of it. Five weeks. No insurance.", 5.0),
        ("That's my whole story. Four years of low back pain.", 208.6),
        ("pain between my hip and my low back, right side, two months or so", 8.7),
        ("My neck seized during a golf swing on sunday", 0.4),
        ("low back pain, 24/7, three years and two months", 165.1),
        ("rear-ended in may, neck has hurt ever since", 26.6),
        ("lower back pain, slow onset around labor day, no falls", 10.3),
        ("this backache crept in 6 weeks ago", 6.0),
        ("L5 bulge, pain to my ankle on the left, 7 months.", 30.4),
        ("no cramps, no chills, just an ache in my low back for two weeks", 2.0),
        ("low back pain, right now a bad spell of ten days, 4 yrs all told", 1.4),
    ],
)
def test_the_length_of_a_complaint_told_in_pieces(read, text, weeks):
    assert read(text).facts["duration_weeks"] == pytest.approx(weeks, rel=0.03)


@pytest.mark.parametrize(
    ("text", "variable", "days"),
    [
        ("I wet the bed. I am so embarrassed. Three nights.", "bladder_incontinence_onset_days", 3),
        ("My foot drags. The left. I noticed monday", "weakness_onset_days", 2),
        ("can't hold my poop. this is not a joke. since friday", "bowel_incontinence_onset_days", 5),
    ],
)
def test_a_time_of_its_own_speaks_of_what_was_told_before(read, text, variable, days):
    assert read(text).facts[variable] == days


def test_a_time_taken_back_is_no_time(read):
    assert read("no wait, it started in august not september").facts["duration_weeks"] == pytest.approx(
        13.6, 0.03
    )
    assert read("correction, 5 weeks not 5 months").facts["duration_weeks"] == 5.0


@pytest.mark.parametrize(
    "text",
    [
        "I drove a truck for 20 years. My low back is sore.",
        "had a cold two weeks ago. neck pain is old news",
        "my low back hurts and I quit smoking 3 years ago",
    ],
)
def test_the_time_of_something_else_is_no_duration(read, text):
    assert "duration_weeks" not in read(text).facts


def test_a_course_told_after_its_symptom_is_the_symptoms(read):
    facts = read("my balance is so poor i hold the rail, and it is slowly getting worse").facts
    assert facts["myelo_course"] == "worsening"
