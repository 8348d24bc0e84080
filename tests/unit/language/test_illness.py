"""Classes of wording for injury, illness and danger signs, and sentences that only sound like them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain.findings import Reading

Read = Callable[..., Reading]

SAID = [
    ("I came off the barn roof on Friday and my back is killing me", "trauma", "major"),
    ("he dropped about 14 feet onto gravel", "trauma", "major"),
    ("slid off a bar stool and now my neck is sore", "trauma", "minor"),
    ("got rear-ended at a red light", "trauma", "minor"),
    ("no fall, no accident, it just started", "trauma", "none"),
    ("i was hoisting a cooler and something popped low down", "trauma", "none"),
    ("my neck hurts and the thermometer reads 102.3", "fever", "yes"),
    ("i have chills at night", "fever", "yes"),
    ("my jeans keep falling off and i am not on a diet", "weight_loss", "yes"),
    ("prostate cancer, done with treatment in 2015", "cancer_status", "history"),
    ("on chemo for lymphoma right now", "cancer_status", "active"),
    ("used heroin with a needle in august", "ivdu", "yes"),
    ("half my face is drooping", "stroke_signs", "yes"),
    ("i woke up on the floor of the garage", "fainting", "yes"),
    ("i can't fill my lungs since last night", "short_of_breath", "yes"),
    ("my family would be better off without me", "self_harm", "yes"),
    ("i keep counting out my pills at night", "self_harm", "yes"),
    ("wrote goodbye letters to the kids", "self_harm", "yes"),
    ("had an ACDF in 2019", "surgery_region", ("neck",)),
    ("my incision popped open and pus comes out", "wound_drainage", "yes"),
]
UNSAID = [
    ("heart rhythm keeps acting up", "chest_pain"),
    ("stiff in the morning then it chills out", "fever"),
    ("PT was a waste of gas", "weight_loss"),
    ("it is sore, as expected", "pregnant"),
    ("i pass out the second i hit the bed", "fainting"),
    ("they took me off the thinner in june", "anticoagulant"),
    ("fell in love with swimming", "trauma"),
    ("every speed bump hurts", "trauma"),
    ("football fever in this town", "fever"),
    ("her 2016 stroke left her slow", "stroke_signs"),
    ("my SI joint is sore", "self_harm"),
]


@pytest.mark.parametrize(("text", "fact", "value"), SAID)
def test_what_is_said(read: Read, text: str, fact: str, value: object) -> None:
    assert read(text).facts.get(fact) == value


@pytest.mark.parametrize(("text", "fact"), UNSAID)
def test_what_only_sounds_like_it(read: Read, text: str, fact: str) -> None:
    assert read(text).facts.get(fact) not in ("yes", "minor", "major", "history", "active")
