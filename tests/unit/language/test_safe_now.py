"""Answers to an emergency message."""

from __future__ import annotations

import pytest

from bot.language.answers.safe_now import safe_now
from bot.language.reader import Reader


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ok my wife is taking me", "going"),
        ("calling 911 rn", "going"),
        ("On our way!", "going"),
        ("im already at the er", "going"),
        ("i don't have a car", "cannot"),
        ("nobody here to drive", "cannot"),
        ("ok but i can’t get there", "cannot"),
        ("i'll wait til monday", "cannot"),
        ("sorry that was a typo", "mistake"),
        ("no no i didn't mean that", "mistake"),
        ("no no that was the dog lol", "mistake"),
        ("what does this mean", None),
        ("my back hurts", None),
        ("", None),
    ],
)
def test_what_an_emergency_is_answered_with(reader: Reader, text: str, meant: str | None) -> None:
    assert safe_now(text, reader.sayings) == meant
