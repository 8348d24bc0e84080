"""Long texts are cut at lines; nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sms_segments import segments
from bot.services.queues.sms_parts import ORDINARY, parts


def test_a_text_that_fits_stays_whole() -> None:
    assert parts("a\nb", limit=1) == ["a\nb"]
    assert parts("  ", limit=1) == []


def test_a_long_text_is_cut_at_lines() -> None:
    lines = [f"{number}) " + "x" * 60 for number in range(1, 8)]
    cut = parts("\n".join(lines), limit=2)
    assert [segments(part) <= 2 for part in cut] == [True] * len(cut)
    assert "\n".join(cut).split("\n") == lines


def test_a_long_line_is_cut_between_words_and_a_long_word_anywhere() -> None:
    cut = parts("word " * 60 + "y" * 400, limit=1)
    assert all(segments(part) == 1 for part in cut)
    assert "".join(cut).replace(" ", "") == "word" * 60 + "y" * 400


@given(st.text(max_size=900), st.integers(min_value=1, max_value=ORDINARY))
def test_no_letter_is_lost_and_no_part_is_too_long(text: str, limit: int) -> None:
    cut = parts(text, limit=limit)
    assert all(segments(part) <= limit for part in cut)
    assert "".join("".join(cut).split()) == "".join(text.split())
