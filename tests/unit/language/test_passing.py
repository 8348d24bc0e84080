"""Ordinary causes that pass, denials behind an aside, other people's signs, and how old an old sign is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain.findings import Reading

Read = Callable[..., Reading]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("arms are rubber after crossfit", "weakness"),
        ("slurred my words a bit last night, that was the tequila", "stroke_signs"),
        ("bit wobbly walking home, too much wine", "gait_imbalance"),
        ("my rear goes numb on the mower then fine when I get up", "saddle_numbness"),
    ],
)
def test_a_passing_cause_makes_no_fact(read: Read, text: str, fact: str) -> None:
    assert read(text).facts.get(fact) in (None, "no", "none")


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("my rear and privates are numb on the mower and off it", "saddle_numbness", "yes"),
        ("can't pee since I worked out yesterday", "bladder_retention", "yes"),
    ],
)
def test_a_sign_that_goes_on_counts(read: Read, text: str, fact: str, value: str) -> None:
    assert read(text).facts.get(fact) == value


def test_a_dangerous_sign_with_a_passing_cause_is_asked_about(read: Read) -> None:
    assert "saddle_numbness" in read("my privates go numb on the bike then fine when I get up").ask


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("Drop foot, the doctor checked, I don't have it", "foot_drop", "no"),
        ("wetting the bed at 60? nah man", "bladder_incontinence", "no"),
        ("weak legs? I wouldn't say so", "weakness", "none"),
    ],
)
def test_a_denial_behind_an_aside(read: Read, text: str, fact: str, value: str) -> None:
    assert read(text).facts.get(fact) == value


def test_another_creatures_signs_are_not_the_writers(read: Read) -> None:
    facts = read("Our old pony can't feel his hind legs, I prop him up and now my back hurts").facts
    assert "bilateral_leg_symptoms" not in facts
    assert "limb_numbness" not in facts


def test_a_he_without_a_complaint_of_ones_own_may_be_the_patient(read: Read) -> None:
    assert read("he can't pee since last night, what do we do").facts.get("bladder_retention") == "yes"


@pytest.mark.parametrize(
    ("text", "fact", "days"),
    [
        ("I leak when I sneeze, since my twins six years ago", "bladder_incontinence_onset_days", 2190),
        ("Had my prostate out in 2020 and it dribbles ever since", "bladder_incontinence_onset_days", 2331),
        ("I've always leaked when I laugh", "bladder_incontinence_onset_days", 730),
    ],
)
def test_how_old_an_old_sign_is(read: Read, text: str, fact: str, days: int) -> None:
    assert read(text).facts.get(fact) == days


def test_always_dates_nothing_of_the_next_clause(read: Read) -> None:
    facts = read("I've always been healthy, now I can't pee").facts
    assert facts.get("bladder_retention") == "yes"
    assert "bladder_retention_onset_days" not in facts


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("my bank balance is off", "gait_imbalance"),
        ("these sandals slap on the tiles", "foot_drop"),
        ("spilled my coffee in the bed", "bladder_incontinence"),
        ("I have a weakness for donuts", "weakness"),
    ],
)
def test_words_of_danger_in_harmless_company(read: Read, text: str, fact: str) -> None:
    assert read(text).facts.get(fact) in (None, "no", "none")
