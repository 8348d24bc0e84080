"""Old troubles with a known cause (clinical.md 2.0, 3.3): quiet when unchanged."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "fact", "explained", "changed"),
    [
        ("BPH for years but can't pee at all since last night", "bladder_retention", "bph", "yes"),
        ("weak stream from my prostate for 6 years, no change", "bladder_retention", "bph", "no"),
        ("MS bladder for ten years, I self cath, nothing new", "bladder_retention", "ms", "no"),
        ("leak when I sneeze for years, same as always", "bladder_incontinence", "stress_incontinence", "no"),
        (
            "leaking pee since my prostate surgery in 2019, no change",
            "bladder_incontinence",
            "prostate_surgery",
            "no",
        ),
    ],
)
def test_a_told_cause_explains_an_old_symptom(read, text, fact, explained, changed):
    facts = read(text).facts
    assert facts[fact] == "yes"
    assert facts[f"{fact}_explained"] == explained
    assert facts[f"{fact}_changed_14d"] == changed


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("peeing all the time, I take a water pill", "medicine"),
        ("pee a lot but i drink a gallon of water a day", "fluids"),
        ("28 weeks pregnant and peeing all the time", "pregnancy"),
    ],
)
def test_an_ordinary_cause_explains_peeing_often(read, text, cause):
    facts = read(text).facts
    assert facts["urgency_frequency_explained"] == cause


def test_an_ordinary_cause_explains_nothing_else(read):
    facts = read("can't pee since last night, I take a water pill").facts
    assert facts["bladder_retention"] == "yes"
    assert "bladder_retention_explained" not in facts


def test_a_denied_cause_explains_nothing(read):
    assert "bladder_retention_explained" not in read("can't pee, and I don't have a big prostate").facts
