"""Where a denial ends because what there is instead is named: "no fever, just an ache"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.language.words import Word  # words are made with the help of this module

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
