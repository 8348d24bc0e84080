"""Saddle, bladder, bowel and sex in wordings of their own; everyday things beside them stay silent."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.language.reader import Reader

TODAY = dt.date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("numb where my bikini would sit", "saddle_numbness"),
        ("the swimsuit region has no sensibility", "saddle_numbness"),
        ("from my tailbone round to my scrotum it went dead", "saddle_numbness"),
        ("why can't I pee?", "bladder_retention"),
        ("they drained 700 cc out of me", "bladder_retention"),
        ("my waterworks are jammed", "bladder_retention"),
        ("I have lost the ability to urinate", "bladder_retention"),
        ("two weeks of leaking", "bladder_incontinence"),
        ("my bladder emptied itself at the bank", "bladder_incontinence"),
        ("my sphincter is slack", "bowel_incontinence"),
        ("poop everywhere when I got up", "bowel_incontinence"),
        ("the need to pee has vanished", "bladder_sensation_loss"),
        ("the suppository went up and I felt nothing", "rectal_sensation_loss"),
        ("constant bathroom breaks", "urgency_frequency"),
        ("the flag is at half mast", "sexual_dysfunction"),
        ("problems with erections", "sexual_dysfunction"),
    ],
)
def test_other_wordings_fire(reader: Reader, text: str, fact: str) -> None:
    assert dict(reader.read(text, date=TODAY).facts).get(fact) == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "there was a puddle in the hallway",
        "my water bottle leaked in my bag",
        "it takes the wind out of my sails",
        "the potting soil is heavy to lift",
        "pressure in my groin",
        "I went down like a sack of potatoes",
        "I can't get off the couch",
        "not a drop of wine since June",
    ],
)
def test_everyday_things_stay_silent(reader: Reader, text: str) -> None:
    facts = dict(reader.read(text, date=TODAY).facts)
    pelvic = ("saddle_", "bladder_", "bowel_", "rectal_", "sexual_")
    assert not [name for name, value in facts.items() if name.startswith(pelvic) and value != "no"]


def test_no_trouble_is_a_no(reader: Reader) -> None:
    assert dict(reader.read("no trouble peeing", date=TODAY).facts)["bladder_retention"] == "no"
