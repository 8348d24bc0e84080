"""Key slips put right before a message is compared with the examples: "nede an apointment".

Only for the classifier's eyes: what a patient states is read from the text as it was written
(`bot/language`). A word that exists is never touched, so nothing sensible turns into something else.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from bot.language.screen.embeddings import package_folder

_WORD = re.compile(r"[a-z']+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST = 4
"""Letters of a word that is looked at; of shorter ones too many are near each other."""
_SHORTEST_CHANGED = 5
"""Letters from which on a wrong, missing or doubled letter is put right; two swapped ones always are."""
_OFTEN = 2
"""A word counts as known to the examples when it stands in them this often."""


@lru_cache(maxsize=1)
def existing_words() -> frozenset[str]:
    """The whole words of the encoder's vocabulary: thirty thousand common pieces, few slips among them."""
    lines = (package_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line.isalpha())


@dataclass
class Spelling:
    """The words of the examples, and words that exist anyway."""

    existing: frozenset[str] = frozenset()
    known: Counter[str] = field(default_factory=Counter)

    def fit(self, texts: Iterable[str]) -> None:
        """Learn the examples' words; texts as `texts.normal` gives them."""
        self.known = Counter(word for text in texts for word in _WORD.findall(text))

    def mended(self, text: str) -> str:
        """The text with each unknown word replaced by the commonest known word one slip away."""
        return _WORD.sub(lambda match: self._word(match.group()), text)

    def knows_none(self, text: str) -> bool:
        """Whether a text has words, and none that exists or that the examples hold: "flurb znork".

        A single word may be a slip; when every one of several is unknown, mending them is guessing.
        """
        words = [word for word in _WORD.findall(text) if len(word) >= _SHORTEST]
        if len(words) == 1:
            words = [self._word(words[0])]
        return bool(words) and not any(word in self.existing or word in self.known for word in words)

    def _word(self, word: str) -> str:
        if len(word) < _SHORTEST or word in self.existing or word in self.known:
            return word
        slips = [swapped(word)]
        if len(word) >= _SHORTEST_CHANGED:
            slips.append(changed(word))
        for candidates in slips:
            near = [other for other in candidates if self.known[other] >= _OFTEN]
            if near:
                return max(near, key=lambda other: (self.known[other], other))
        return word


def swapped(word: str) -> set[str]:
    """The word with two neighbours exchanged."""
    return {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}


def changed(word: str) -> set[str]:
    """The word with one letter left out, put in, or replaced; people rarely miss the first one."""
    places = range(1, len(word) + 1)
    left_out = {word[:i] + word[i + 1 :] for i in places if i < len(word)}
    put_in = {word[:i] + letter + word[i:] for i in places for letter in _LETTERS}
    replaced = {word[:i] + letter + word[i + 1 :] for i in places if i < len(word) for letter in _LETTERS}
    return left_out | put_in | replaced
