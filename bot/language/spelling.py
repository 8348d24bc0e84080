"""Misspelt clinical words: a curated list first, then a fuzzy match with tight limits.

Only long words are corrected, only to words of the curated list, only with the same first letter, and
never a word that is itself in the lexicon or on the list of look-alikes. No word is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA


class Spelling:
    """Corrects one word at a time."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._typos = {str(k): str(v) for k, v in tables.get("typos", {}).items()}
        self._never = frozenset(map(str, tables.get("never_fuzzy", ())))
        self._known: frozenset[str] | None = None
        self._by_first: dict[str, list[str]] = {}
        for word in map(str, tables.get("fuzzy", ())):
            self._by_first.setdefault(word[0], []).append(word)

    def know(self, norms: set[str]) -> None:
        """Words that are right as they stand."""
        self._known = frozenset(norms)

    def knows(self, norm: str) -> bool:
        """The lexicon uses this word."""
        return self._known is not None and norm in self._known

    def fix(self, raw: str, norm: str) -> str | None:
        """The word that was meant, or None when it stands as written."""
        if raw in self._typos:
            return self._typos[raw]
        if self._known is None or norm in self._known or raw in self._known or raw in self._never:
            return None
        targets = self._by_first.get(raw[0])
        if not targets or len(raw) < 6:
            return None
        allowed = 1 if len(raw) < 9 else 2
        best = process.extractOne(raw, targets, scorer=OSA.distance, score_cutoff=allowed)
        return None if best is None else str(best[0])
