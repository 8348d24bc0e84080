"""How many segments a text takes, and cutting a long one at lines (clinical.md 3.7; 3GPP TS 23.038)."""

from __future__ import annotations

import re
from collections.abc import Iterator

EMERGENCY = 2
"""Most segments of one emergency text."""
ORDINARY = 3
"""Most segments of any other."""

GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_DOUBLE = frozenset("\f^{}\\[~]|€")
"""Letters of the extension table: two places each."""


def segments(text: str) -> int:
    """1 for up to 160 letters (70 outside GSM-7), then one for each 153 (67).

    161 plain letters take 2; 71 letters with one emoji take 2, and the emoji counts as two of them.
    """
    plain = all(letter in GSM_7 or letter in GSM_7_DOUBLE for letter in text)
    if plain:
        length, alone, joined = sum(2 if c in GSM_7_DOUBLE else 1 for c in text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


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
