"""Which fact a time belongs to, by class of wording: what it counts from, what stands beside it, none."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.language import Reader

DAY = dt.date(2026, 11, 18)  # a Wednesday


def times_of(reader: Reader, text: str, asked: str | None = None) -> dict[str, object]:
    endings = ("_days", "_weeks", "_months", "_months_ago", "_years")
    return {n: v for n, v in reader.read(text, asked, None, DAY).facts.items() if n.endswith(endings)}


@pytest.mark.parametrize(
    ("said", "variable", "value"),
    [
        ("Lower back pain since the third of November", "duration_weeks", 2.1),
        ("my operation on the spine was the 2nd of november", "postop_days", 16),
        ("back pain since october first", "duration_weeks", 6.9),
        ("neck hurts since two sundays ago", "duration_weeks", 1.4),
        ("neck hurts since friday before last", "duration_weeks", 1.7),
        ("back hurts since the summer before last", "duration_weeks", 70.1),
        ("my spinal fusion was two weeks ago today", "postop_days", 14),
        ("the MRI is from 3/2026", "imaging_months", 8.2),
        ("my foot went numb a week ago tuesday", "limb_numbness_onset_days", 8),
        ("right foot drop, it came sunday", "weakness_onset_days", 3),
        ("low back pain for a whole year", "duration_weeks", 52.1),
        ("lower back has been sore a month now", "duration_weeks", 4.3),
    ],
)
def test_days_and_lengths_are_read_in_these_forms(
    reader: Reader, said: str, variable: str, value: float
) -> None:
    assert times_of(reader, said).get(variable) == value


@pytest.mark.parametrize(
    "said",
    [
        "Plumber, 24 years. My neck hurts.",
        "I have driven a truck for 20 years, low back pain",
        "My hip hurts. I am 30 years, male.",
        "Sober since 2012. Sore low back.",
        "low back pain, gone on weekends",
        "my back pain comes and goes, it lasts two days",
        "it takes me forever to pee",
        "I stood at the toilet for half an hour trying to pee",
    ],
)
def test_a_life_a_bout_or_a_wait_dates_nothing(reader: Reader, said: str) -> None:
    assert times_of(reader, said) == {}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("three days after my epidural shot my back hurts more", {"injection_days": 3}),
        ("sciatica to the calf, 11 weeks, PT x 8 weeks", {"duration_weeks": 11.0, "cons_pt_weeks": 8.0}),
        ("neck pain since I crashed the truck in june", {"trauma_days": 156, "duration_weeks": 22.3}),
        (
            "Fell off a ladder on november 7. The ER took an x-ray.",
            {"trauma_days": 11, "imaging_months": 0.4},
        ),
        ("low back, across the belt, can't sit for a meal, 5 months", {"duration_weeks": 21.7}),
        ("the incision is red and warm. Day 8.", {"postop_days": 8}),
    ],
)
def test_a_time_belongs_to_what_it_counts_from_or_stands_beside(
    reader: Reader, said: str, expected: dict[str, float]
) -> None:
    assert times_of(reader, said) == expected


@pytest.mark.parametrize(
    ("asked", "said", "variable", "value"),
    [
        (
            "prior_spine_surgery",
            "one in 2008, the last one this past january",
            "prior_surgery_months_ago",
            10.1,
        ),
        ("cons_pt", "yes, in week 4 of it", "cons_pt_weeks", 4.0),
    ],
)
def test_of_several_dates_the_last_answers(
    reader: Reader, asked: str, said: str, variable: str, value: float
) -> None:
    assert times_of(reader, said, asked).get(variable) == value


@pytest.mark.parametrize(
    "text",
    [
        "for me, 52 years. this week I started leaking pee",
        "38 years. I can't pee",
        "I'm 61 years. I wet myself",
    ],
)
def test_years_said_ahead_are_an_age_and_make_no_new_sign_old(reader: Reader, text: str) -> None:
    facts = reader.read(text).facts
    assert [name for name in facts if name.startswith("bladder") and name.endswith("_onset_days")] == []
