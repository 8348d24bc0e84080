"""Cutting a long text at lines, so that no part has too many segments (clinical.md 3.7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.sms_segments import segments

EMERGENCY = 2
"""Most segments of one emergency text."""
ORDINARY = 3
"""Most segments of any other."""


def parts(text: str, *, limit: int) -> list[str]:
    """The text as texts of at most `limit` segments, cut at line ends, else between words.

    One text when it fits. Nothing for a text of blanks alone.
    """
    if segments(text) <= limit:
        return [text.strip()] if text.strip() else []
    done: list[str] = []
    for piece in _pieces(text, limit):
        joined = f"{done[-1]}{piece}" if done else piece
        if done and segments(joined.strip()) <= limit:
            done[-1] = joined
        else:
            done.append(piece)
    return [part.strip() for part in done if part.strip()]


def _pieces(text: str, limit: int) -> Iterator[str]:
    """Lines with their ends; a line too long for one text word by word, a word letter by letter."""
    for line in text.splitlines(keepends=True):
        if segments(line) <= limit:
            yield line
            continue
        for word in re.findall(r"\S+\s*|\s+", line):
            yield from [word] if segments(word) <= limit else word
