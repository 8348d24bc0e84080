"""Half a sign and a screen that is all but sure make a fact together, neither alone."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.language.reader import Reader

DATE = dt.date(2026, 11, 18)


class Sure:
    """A screen that is as sure of some facts, whatever the text."""

    def __init__(self, *names: str, chance: float = 0.95) -> None:
        self._likely = dict.fromkeys(names, chance)

    def likely(self, text):
        return self._likely

    def asks(self, likely, **known):
        return ()


@pytest.fixture
def read(reader):
    def reading(text, *names, asked=None, chance=0.95):
        return Reader(
            nlp=reader.nlp,
            words=reader._words,
            lexicon=reader._lexicon,
            dictionary=reader._dictionary,
            screen=Sure(*names, chance=chance),
        ).read(text, asked, None, DATE)

    return reading


HALF = "toilet time is a new adventure since monday"
"""Speaks of the toilet and says nothing that a grammar could hold on to."""


def test_half_a_sign_and_a_sure_screen_make_a_fact_with_its_words_and_its_time(read):
    reading = read(HALF, "bladder_retention")
    assert reading.facts["bladder_retention"] == "yes"
    assert reading.facts["bladder_retention_onset_days"] == 2
    assert reading.half_read == ("bladder_retention",)
    assert "toilet" in reading.words_for("bladder_retention")


def test_neither_makes_one_alone(read):
    assert not read(HALF).facts.keys() & {"bladder_retention"}
    assert not read(HALF, "bladder_retention", chance=0.65).facts.keys() & {"bladder_retention"}
    assert read("the weather has been a new adventure", "bladder_retention").facts == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [("i can not pee at all", "yes"), ("i can pee, no trouble peeing", "no")],
)
def test_what_is_told_in_full_counts_as_told(read, text, value):
    reading = read(text, "bladder_retention")
    assert reading.facts["bladder_retention"] == value
    assert reading.half_read == ()


@pytest.mark.parametrize(
    "text",
    [
        "my neighbor has a new adventure with the toilet",
        "what if the toilet becomes a new adventure",
        "my uncle had adventures on the toilet",
    ],
)
def test_anothers_story_and_a_supposition_make_no_fact(read, text):
    assert "bladder_retention" not in read(text, "bladder_retention").facts


def test_the_open_questions_own_fact_is_the_dialogues_business(read):
    assert read(HALF, "bladder_retention", asked="bladder_retention").half_read == ()


def test_self_harm_is_asked_gently_and_never_set_by_half(read):
    assert "self_harm" not in read("everything would be easier with pills", "self_harm").facts


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("the mower flung me clear on sunday, back is sore", "trauma", "major"),
        ("misjudged the last step on sunday and went down, back is sore", "trauma", "minor"),
        ("my left knee takes a vacation on stairs and folds", "weakness", "severe"),
        ("my left wrist is somewhat behind the other one lately", "weakness", "mild"),
        ("lung, they zap it every weekday. back hurts", "cancer_status", "active"),
        ("kidney, scraped out in 2011 and clean since", "cancer_status", "history"),
    ],
)
def test_a_half_construction_says_how_bad_it_is(read, text, name, value):
    assert read(text, name, chance=0.6).facts[name] == value


def test_a_half_construction_needs_a_screen_that_holds_the_fact_for_likely(read):
    text = "underneath me feels like somebody else sits there"
    assert read(text, "saddle_numbness", chance=0.6).half_read == ("saddle_numbness",)
    assert "saddle_numbness" not in read(text, "saddle_numbness", chance=0.4).facts
    assert "saddle_numbness" not in read("what if " + text, "saddle_numbness", chance=0.6).facts


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("couldn't get out the bathtub, had to call my neighbor", "cannot_walk"),
        ("never get the message that I'm full", "bladder_sensation_loss"),
        ("words come out as soup", "stroke_signs"),
        ("I took everything on the dot and I am still screaming", "pain_uncontrolled"),
    ],
)
def test_half_constructions_need_a_screen_that_holds_them_for_likely(read, text, name):
    assert read(text, name, chance=0.55).facts.get(name) == "yes"
    assert read(text).facts.get(name) != "yes"
