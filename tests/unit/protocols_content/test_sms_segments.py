"""Segments by the tables of 3GPP TS 23.038."""

from __future__ import annotations

import pytest

from bot.domain.sms_segments import alphabet, segments


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("a" * 459, 3),
        ("a" * 460, 4),
        ("€" * 80, 1), ("€" * 81, 2), ("ñ" * 160, 1),
        ("á" * 70, 1), ("á" * 71, 2), ("á" * 134, 2), ("á" * 135, 3),
        ("😀" * 35, 1), ("😀" * 36, 2), ("a" * 159 + "’", 3),
    ],
)  # fmt: skip
def test_segments_at_the_limits(text: str, count: int) -> None:
    assert segments(text) == count


def test_double_characters_are_never_split_between_segments() -> None:
    assert segments("a" * 152 + "€" + "a" * 151) == 2
    assert segments("a" * 152 + "€" + "a" * 152) == 3
    assert segments("a" * 66 + "😀" + "á" * 66) == 3


@pytest.mark.parametrize(
    ("text", "name"), [("plain @£è\n", "GSM-7"), ("[x]", "GSM-7"), ("’", "UCS-2"), ("automático", "UCS-2")]
)
def test_alphabet_is_the_narrowest_that_fits(text: str, name: str) -> None:
    assert alphabet(text) == name
