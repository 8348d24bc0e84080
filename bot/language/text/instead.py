"""Where a denial ends, or is none: "no fever, just an ache", "no sorry, it is my arm"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.language.text.words import Word  # words are made with the help of this module

_DENIES = frozenset(("no", "not", "never", "without", "none"))
_REACH = 9
"""So many words before may hold the denial."""
_HOLD_ON = frozenset(
    (
        *("have", "had", "has", "be", "is", "am", "are", "was", "were", "feel", "get", "it", "that", "this"),
        *("not", "i", "he", "she", "they", "we", "you"),
    )
)
"""Behind these a "just" belongs to what comes: "it is not just pain"."""
_QUALIFIES = frozenset(
    (
        *("when", "if", "after", "at", "in", "on", "during", "with", "while", "because", "to", "for", "from"),
        *("before", "since", "by", "until", "as", "about", "now", "yet", "like", "once", "twice", "every"),
    )
)
"""Before these it says when or where: "can not feel it only when I sit"."""


_CORRECTS = re.compile(
    r"\A\W*(?:no\W+){1,2}(?=(?:(?:wait|sorry|actually|oops|hold on(?! (?:my|the|to|it)\b))\W+)+"
    r"(?:it'?s|it was|i mean|i meant|the|my|on|in|both|left|right)\b"
    r"|i meant?\b|(?:it'?s|its) (?:(?:on |in )?(?:the|my) )?(?:left|right|both|other)\b)"
)


def behind_a_correcting_no(clean_text: str) -> int:
    """Where "no sorry, it's my right arm" goes on behind a "no" that denies nothing of it; 0 without one."""
    found = _CORRECTS.match(clean_text)
    return found.end() if found else 0


def ends_denial(before: Sequence[Word], word: Word, following: Word) -> bool:
    """Whether this "just" or "only" names what there is instead of what was denied.

    It does behind what was denied; a "just" also behind a comma, and behind a "no" that is all so far ("no
    just that i leak").
    """
    if not before or before[-1].raw in _HOLD_ON:
        return False
    alone = len(before) == 1 and before[0].norm in ("no", "none")
    if word.raw == "just" and (before[-1].norm == "," or alone):
        return True
    return following.raw not in _QUALIFIES and _denied_last(before)


def _denied_last(before: Sequence[Word]) -> bool:
    """A denial and what it denies stand right before."""
    for place, word in enumerate(reversed(before[-_REACH:])):
        if word.ends_sentence or word.norm in (",", "but"):
            return False
        if word.norm in _DENIES:
            return place > 0
    return False
