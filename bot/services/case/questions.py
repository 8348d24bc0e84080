"""What a question of the patient looks like in words, with its mark or without."""

from __future__ import annotations

import re

from bot.language.text.cues import HUH

_FORM = re.compile(
    r"^\W*(?:(?:anyway|btw|by the way|also|and|so|but|ok|okay|hey|hi|well|um|oh|just|wait|sorry|please)\W+)*"
    r"(?:what|whats|why|how|when|where|who|which|can|could|do|does|did|is|are|will|would|should)\b",
    re.IGNORECASE,
)
_COUNTS = re.compile(r"\bcounts? as\b|\b(?:does|do|would|will)\b.*\bcounts?\b", re.IGNORECASE)
_MEANS = re.compile(
    r"\bwhat (?:do|did|does|is|are|exactly)\b.*\bmean\b|\bmean by\b"
    r"|\bhow (?:do|would|can|will) i (?:know|tell)\b",
    re.IGNORECASE,
)
_LONG_WORD = re.compile(r"[a-z]{4,}")
_OF_ASKING = frozenset(
    {"what", "does", "mean", "means", "know", "tell", "have", "your", "with", "this", "that", "would", "will"}
)
_WHY_BESIDE = re.compile(r"\b(?:why|what for|how come)\b[^.!?]*\?", re.IGNORECASE)


def is_worded(text: str) -> bool:
    """Whether a text begins as a question does, perhaps behind "anyway" or "by the way"."""
    return _FORM.search(text) is not None


def asks_again(text: str, *, asked: str | None) -> bool:
    """ "Huh?", "sorry?": the question is to be put in other words; that of consent takes turns of its own."""
    return asked != "consent" and HUH.match(text.lower()) is not None


def about_words(text: str, *, open_question: str) -> bool:
    """Whether a text asks what the open question means: "does a stiff leg count?"."""
    if _COUNTS.search(text):
        return True
    shared = set(_LONG_WORD.findall(text.lower())) & set(_LONG_WORD.findall(open_question.lower()))
    return _MEANS.search(text) is not None and bool(shared - _OF_ASKING)


def why_beside(text: str) -> bool:
    """ "No, why?": an answer with a question behind it."""
    return _WHY_BESIDE.search(text) is not None
