"""Misspelt clinical words: a curated list first, then a fuzzy match with tight limits.

Only long words are corrected, to words of the curated list with the same first letter, or to any word of
the lexicon of which two letters changed places; never a word that is itself in the lexicon or on the list
of look-alikes. No word is remembered.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA

_SHORTEST = 6
"""Letters of a word that is looked at."""


class Spelling:
    """Corrects one word at a time."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._typos = {str(k): str(v) for k, v in tables.get("typos", {}).items()}
        self._never = frozenset(map(str, tables.get("never_fuzzy", ())))
        self._known: frozenset[str] | None = None
        self._written: frozenset[str] = frozenset()
        self._by_first: dict[str, list[str]] = {}
        for word in map(str, tables.get("fuzzy", ())):
            self._by_first.setdefault(word[0], []).append(word)

    def know(self, norms: set[str], *, written: Collection[str] = ()) -> None:
        """Words that are right as they stand: normal ones, and as the phrases of the lexicon have them."""
        self._known = frozenset(norms)
        self._written = frozenset(written)

    def knows(self, norm: str) -> bool:
        """The lexicon uses this word."""
        return self._known is not None and norm in self._known

    def fix(self, raw: str, norm: str) -> str | None:
        """The word that was meant, or None when it stands as written."""
        if raw in self._typos:
            return self._typos[raw]
        if self._known is None or norm in self._known or raw in self._known or raw in self._never:
            return None
        if len(raw) < _SHORTEST:
            return None
        return self._near(raw) or self._swapped(raw)

    def _near(self, raw: str) -> str | None:
        """The word of the curated list that it nearly is."""
        targets = self._by_first.get(raw[0], ())
        allowed = 1 if len(raw) < 9 else 2
        best = process.extractOne(raw, targets, scorer=OSA.distance, score_cutoff=allowed)
        return None if best is None else str(best[0])

    def _swapped(self, raw: str) -> str | None:
        """The one known word it is when two neighbours behind the first letter change places."""
        found = {raw[:at] + raw[at + 1] + raw[at] + raw[at + 2 :] for at in range(1, len(raw) - 1)}
        meant = found & self._written
        return meant.pop() if len(meant) == 1 else None
