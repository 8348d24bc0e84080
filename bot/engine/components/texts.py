"""How texts are compared: the same spelling for the same words."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
_STRETCHED = re.compile(r"(.)\1{2,}")


def normal(text: str) -> str:
    """Lower case, one space, any number as 0, "sooooo" as "soo", typographic forms as plain ones."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")
    plain = _STRETCHED.sub(r"\1\1", _DIGITS.sub("0", plain))
    return _SPACES.sub(" ", plain).strip()
