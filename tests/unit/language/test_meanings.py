"""Answers in the patient's own words, by class: choices, places in a list, counts, the rest, one of two."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.domain.dictionary import Dictionary
from bot.language import Reader
from bot.language.text.lexicon import load_lexicon

DAY = dt.date(2026, 11, 18)
LEXICON = Path(__file__).parents[3] / "data/lexicon"


def answered(reader: Reader, asked: str, said: str) -> object:
    return reader.read(said, asked, None, DAY).facts.get(asked)


@pytest.mark.parametrize(
    ("asked", "said", "value"),
    [
        ("sudden_onset", "right out of nowhere on the stairs", "yes"),
        ("sudden_onset", "crept in over the course of a season", "no"),
        ("sudden_onset", "the second one", "no"),
        ("pain_constant", "in waves mostly", "no"),
        ("pain_constant", "off and on", "no"),
        ("pain_constant", "day and night, it never quits", "yes"),
        ("cons_relief", "not a dent", "none"),
        ("cons_relief", "the shot helped for a week", "partial"),
        ("cons_relief", "night and day", "good"),
        ("weakness_where", "my wrist and fingers", "arm"),
        ("weakness_where", "both thighs", "both_legs"),
        ("weakness_where", "arm and leg, the left ones", "one_side"),
        ("weakness_pattern", "all the time", "constant"),
        ("function_limit", "somewhere in between", "moderate"),
        ("function_limit", "my daughter has to dress me", "severe"),
        ("diabetes", "yes", "unknown"),
        ("diabetes", "my numbers are through the roof", "uncontrolled"),
        ("prior_surgery_type", "they put in rods", "fusion"),
        ("prior_surgery_type", "trimmed a bit of the bone", "decompression"),
        ("symptoms_same_region", "higher up", "no"),
        ("imaging_matches", "he said it explains everything", "yes"),
        ("falls", "caught myself on the counter", "no"),
        ("bilateral_leg_symptoms", "only the left", "no"),
        ("bilateral_leg_symptoms", "the pair of them", "yes"),
        ("bilateral_hand_numbness", "both", "yes"),
        ("course", "more good days lately", "improving"),
        ("weakness_course", "going downhill", "worsening"),
        ("saddle_numbness_explained", "nobody explained it to me", "none"),
        ("side", "r", "right"),
        ("dominant", "first one", "back"),
        ("injection_count", "half a dozen", 6),
        ("injection_count", "a couple", 2),
        ("cancer_years", "fourteen", 14),
    ],
)
def test_a_choice_in_own_words(reader: Reader, asked: str, said: str, value: object) -> None:
    assert answered(reader, asked, said) == value


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("prior_spine_surgery", "no, my brother had three"),
        ("bilateral_leg_symptoms", "it was both, gone now"),
        ("falls", "not two, I never fall"),
    ],
)
def test_own_words_never_speak_against_a_no_or_an_end(reader: Reader, asked: str, said: str) -> None:
    assert answered(reader, asked, said) != "yes"


@pytest.mark.parametrize(
    ("gate", "said", "open_fact", "denied"),
    [
        ("G6", "I had an epidural on thursday, the others no", "recent_spine_procedure", "trauma"),
        ("G4", "lost my spleen in the army, otherwise no", "immunosuppressed", "fever"),
    ],
)
def test_what_stands_before_the_rest_is_not_denied(
    reader: Reader, gate: str, said: str, open_fact: str, denied: str
) -> None:
    facts = reader.read(said, gate, None, DAY).facts
    assert facts.get(open_fact) not in ("no", "none")
    assert facts[denied] in ("no", "none")


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ("G3", "No. Grip okay, feet okay."),
        ("G3", "nuh uh"),
        ("G6", "nope, it just came on by itself"),
        ("G1", "nope and the rest no"),
    ],
)
def test_a_clear_no_is_a_no_to_all(reader: Reader, dictionary: Dictionary, gate: str, said: str) -> None:
    facts = reader.read(said, gate, None, DAY).facts
    assert {name: facts.get(name) for name in dictionary.gates[gate].clear_no} == dict(
        dictionary.gates[gate].clear_no
    )


def test_things_listed_with_their_own_none_are_denied(reader: Reader) -> None:
    facts = reader.read("low back pain, therapy none, shots none, fever none", None, None, DAY).facts
    assert (facts["cons_pt"], facts["cons_injections"], facts["fever"]) == ("no", "no", "no")


def test_every_meaning_names_a_fact_and_a_value_that_exist(dictionary: Dictionary) -> None:
    kinds = [kind.split() for kind in load_lexicon(LEXICON).answers if kind.startswith("means ")]
    endings = {"course": "weakness_course", "explained": "bladder_retention_explained"}
    wrong = [
        kind
        for _, name, value in kinds
        if (variable := dictionary[endings.get(name, name)])
        and value not in (*variable.values, *(("yes", "no") if variable.kind == "yes_no" else ()))
        for kind in [f"{name} {value}"]
    ]
    assert wrong == []
