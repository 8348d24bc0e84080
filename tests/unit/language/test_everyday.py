"""Errands and figures of speech: words that mean a danger sign elsewhere do not among bills and forms."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.language.grammar.screened import SCREENED, alarms
from bot.language.reader import Reader

TODAY = dt.date(2026, 11, 18)
EVERYDAY = [
    "am i talking to a robot",
    "could the doctor write a letter to my landlord",
    "should i send pics of my scan",
    "my aide brings me on fridays",
    "kids have hives, can i reschedule",
    "i'm drowning in medical bills",
    "my laptop went dark while i filled in the form",
    "i can't go on wednesday, any other day?",
    "the front desk hit me up about my copay",
    "i was thrown off by your last question",
    "tackling the garden wore out my back",
    "what's the due date for the payment",
    "i was totally confused about the portal",
    "my boss threw me under the bus",
    "i feel bad about missing my visit",
]
SIGNS = [
    ("he keeps hitting me, he hit me again when he was drunk", "abuse_unsafe"),
    ("it's like i'm drowning when i lie flat", "short_of_breath"),
    ("everything went black and i slid down the wall", "fainting"),
    ("only a few drops come when i try to pee", "bladder_retention"),
    ("she has been out of it since the fever began", "confusion"),
    ("i was run over by a forklift", "trauma"),
    ("they put a port in my chest for chemo", "dialysis_or_line"),
    ("i have to crawl to the bathroom", "cannot_walk"),
]


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_talk_is_no_danger_sign(reader: Reader, text: str) -> None:
    reading = reader.read(text, date=TODAY)
    assert not {name for name in SCREENED if alarms(reading.facts.get(name))}
    assert not reading.ask


@pytest.mark.parametrize(("text", "name"), SIGNS)
def test_the_same_words_said_of_the_body_are_one(reader: Reader, text: str, name: str) -> None:
    assert alarms(reader.read(text, date=TODAY).facts.get(name))


@pytest.mark.parametrize("text", ["my family gets the life insurance and i get peace", "i'd rather die"])
def test_words_that_may_mean_death_are_asked_about(reader: Reader, text: str) -> None:
    reading = reader.read(text, date=TODAY)
    assert "self_harm" in reading.ask or reading.facts.get("self_harm") == "yes"
