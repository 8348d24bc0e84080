"""Which language a message is in: English, Spanish, or another one (clinical.md 6.8)."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

_WORD = re.compile(r"[^\W\d_]+")
_FEW = 3


def language_of(text: str, spanish: frozenset[str]) -> Literal["en", "es", "other"]:
    """`es` when a third of the words are common Spanish ones, `other` for mostly non-Latin letters."""
    words = _WORD.findall(text[:400])
    if not words:
        return "en"
    if not text.isascii() and _is_foreign(text[:400]):
        return "other"
    hits = sum(word in spanish for word in words)
    strong = hits >= _FEW and hits * 3 >= len(words)
    return "es" if strong or (len(words) <= _FEW and hits * 2 > len(words)) else "en"


def _is_foreign(text: str) -> bool:
    """More than half of the letters are not Latin."""
    letters = [c for c in text if c.isalpha()]
    foreign = sum(not c.isascii() and not unicodedata.name(c, "").startswith("LATIN") for c in letters)
    return foreign * 2 > len(letters)
