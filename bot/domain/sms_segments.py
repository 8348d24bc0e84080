"""How many SMS segments a text takes, in the alphabet it needs (3GPP TS 23.038).

GSM-7: 160 characters in one segment, 153 in each of several; characters of the extension table
count twice and are never split between segments. One character outside GSM-7 makes the whole text
UCS-2: 70 code units in one segment, 67 in each of several; an emoji is two units and stays whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Alphabet = Literal["GSM-7", "UCS-2"]

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
_LIMITS: dict[Alphabet, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


def alphabet(text: str) -> Alphabet:
    """The alphabet a text needs."""
    return "GSM-7" if all(c in _GSM_BASIC or c in _GSM_EXTENDED for c in text) else "UCS-2"


def segments(text: str) -> int:
    """Number of segments; 1 for an empty text (a provider still sends one)."""
    needed = alphabet(text)
    widths = [_width(c, needed) for c in text]
    alone, joined = _LIMITS[needed]
    return 1 if sum(widths) <= alone else _filled(widths, joined)


def _width(character: str, needed: Alphabet) -> int:
    if needed == "GSM-7":
        return 2 if character in _GSM_EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1


def _filled(widths: Iterable[int], limit: int) -> int:
    """Segments when no character may be split between two."""
    count, used = 1, 0
    for width in widths:
        if used + width > limit:
            count, used = count + 1, 0
        used += width
    return count
