"""Whether somebody asks for more of a medicine: a person must answer, with a word on feeling unsafe (6.7)."""

from __future__ import annotations

import re

_REFILL = re.compile(
    r"\b(refills?|re-?fill(ed|ing)?|renew\w*|prescriptions?|scripts?|withdrawals?"
    r"|out of (my |the )?(pain )?(pills|meds|medicines?|medication|percs|norcos?))\b"
)


def asks_refill(text: str) -> bool:
    """True for "need my norco refilled", "i ran out of pills"."""
    return _REFILL.search(text.lower()) is not None
