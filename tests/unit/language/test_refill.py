"""Asking for more of a medicine."""

from __future__ import annotations

import pytest

from bot.language.answers.refill import asks_refill


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("can yall refill my gabapentin", True),
        ("I ran out of pain pills two days ago", True),
        ("need a new prescription", True),
        ("out of my meds", True),
        ("my leg gives out", False),
        ("how much is a visit", False),
    ],
)
def test_asks_refill(text: str, asks: bool) -> None:
    assert asks_refill(text) is asks
