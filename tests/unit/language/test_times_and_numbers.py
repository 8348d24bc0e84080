"""Durations, onsets, dates and figures against a Wednesday, 18 November 2026."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("back pain for 8 months", 34.8),
        ("neck hurts, going on 3 wks", 3.0),
        ("back has ached for half a year", 26.1),
        ("lower back pain about a year and a half", 78.2),
        ("my back has hurt since monday", 0.3),
        ("back pain off and on 10 yrs, bad the last 2 weeks", 2.0),
        ("back pain 2 or 3 weeks", 2.5),
        ("back pain since halloween", 2.6),
        ("low back pain since march 2025", 87.6),
    ],
)
def test_durations_in_weeks(read, text, weeks):
    assert read(text).facts["duration_weeks"] == pytest.approx(weeks, rel=0.02)


def test_years_without_a_number_are_no_duration_but_an_old_symptom(read):
    assert "duration_weeks" not in read("back pain for years").facts
    assert read("I have leaked urine for years").facts["bladder_incontinence_onset_days"] == 730


@pytest.mark.parametrize(
    ("text", "variable", "days"),
    [
        ("can't pee since last nite", "bladder_retention_onset_days", 1),
        ("my crotch is numb, started sunday", "saddle_numbness_onset_days", 3),
        ("foot drags since thurs", "weakness_onset_days", 6),
        ("fell off a ladder two days ago", "trauma_days", 2),
        ("numb between the legs this morning", "saddle_numbness_onset_days", 0),
        ("balance is off for 3 weeks", "myelo_onset_days", 21),
        ("my spine fusion was 10 days ago", "postop_days", 10),
        ("epidural last tuesday", "injection_days", 1),
    ],
)
def test_onsets_in_days(read, text, variable, days):
    assert read(text).facts[variable] == days


@pytest.mark.parametrize(
    ("text", "variable", "value"),
    [
        ("im 54", "age", 54),
        ("62yo m", "age", 62),
        ("in my mid 60s", "age", 65),
        ("pain is 7 out of 10", "pain_nrs", 7),
        ("temp 38.9", "temp_f", 102.0),
        ("fever of 101.5", "temp_f", 101.5),
        ("5'6 and 210 lbs", "bmi", 33.9),
        ("my last a1c was 9.2", "a1c", 9.2),
        ("fused L3-L5", "levels", 2),
        ("fusion L2-S1", "levels", 4),
        ("disc at L4-5", "levels", 1),
        ("slipped 30%", "slip_grade", 2),
        ("a grade III slip", "slip_grade", 3),
        ("a 42 degree curve", "cobb_deg", 42),
        ("3 back surgeries", "prior_surgery_count", 3),
        ("had 2 ESIs", "injection_count", 2),
    ],
)
def test_figures(read, text, variable, value):
    assert read(text).facts[variable] == pytest.approx(value)
