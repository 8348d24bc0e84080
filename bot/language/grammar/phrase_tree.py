"""The lexicon's phrases as a tree of words: every phrase that stands in a text, found in one walk.

A hundred thousand phrases load in a fraction of a second, which spaCy's PhraseMatcher (a Doc each) does not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from bot.language.grammar.frames import Mention

_END = ""
"""Key of the concepts that end at a branch; no word is empty."""
_MOST_LIGHT = 2


class PhraseTree:
    """Phrases by their first words; a phrase may belong to several concepts.

    Up to two `light` words may stand inside a phrase: "took me ages to start" holds "took ages to start".
    """

    def __init__(self, light: Collection[str] = ()) -> None:
        self._root: dict[str, Any] = {}
        self._light = frozenset(light)

    def add(self, concept: str, words: Sequence[str]) -> None:
        """One phrase of a concept; the same one twice counts once."""
        branch = self._root
        for word in words:
            branch = branch.setdefault(word, {})
        concepts = branch.setdefault(_END, [])
        if concept not in concepts:
            concepts.append(concept)

    def find(self, words: Sequence[str]) -> list[Mention]:
        """Every concept with the word positions of its phrase."""
        found: list[Mention] = []
        for start, word in enumerate(words):
            branch = self._root.get(word)
            if branch is not None:
                self._walk(branch, words, start, found)
        return found

    def _walk(self, branch: dict[str, Any], words: Sequence[str], start: int, found: list[Mention]) -> None:
        if _END in branch:
            found += [Mention(concept, start, start + 1) for concept in branch[_END]]
        skipped = 0
        for end in range(start + 1, len(words)):
            below = branch.get(words[end])
            if below is None:
                skipped += 1
                if skipped > _MOST_LIGHT or words[end] not in self._light:
                    return
                continue
            branch = below
            if _END in branch:
                found += [Mention(concept, start, end + 1) for concept in branch[_END]]
