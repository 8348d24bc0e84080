"""Sentences and clauses: how far a word's meaning reaches.

A clause ends at a sentence end, at "but", and at a comma or "and" that is followed by something with a
subject or verb of its own ("no fever, my back hurts"), not inside a list ("no fever, chills or sweats").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.language.words import Word

CLAUSE = "|"
"""A word of our own put into the text at a clause border; ConText ends negation there."""
NAY = "<nay>"
"""A "no" that answers what stands before it: "fever: no", "any numbness? nope"."""
MAX_SEGMENT_WORDS = 60
_LOOKAHEAD = 7
_DENIALS = frozenset(("no", "not", "never", "without", "deny", "denies", "none"))
_POLITE = frozenset(("sir", "ma'am", "maam", "ma", "thanks", "thank", "doctor"))
_SETS_OFF = frozenset((",", ":", "-", "?", "–", "—", "=", ".", "\n", ";", "!"))


@dataclass(frozen=True)
class Token:
    """A word in its place: which clause and sentence it belongs to."""

    norm: str
    start: int
    end: int
    raw: str
    clause: int
    sentence: int
    mine: bool = False


class Segmenter:
    """Splits words into sentences and clauses by the lexicon's word lists."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._finite = frozenset(map(str, tables.get("finite", ())))
        self._not_verbs = frozenset(map(str, tables.get("breaks", {}).get("not_verbs", ())))
        self._always = frozenset(map(str, tables.get("breaks", {}).get("always", ())))
        self._maybe = frozenset(map(str, tables.get("breaks", {}).get("maybe", ())))
        self._short_answers = frozenset(map(str, tables.get("breaks", {}).get("short_answers", ())))

    def of(self, words: Sequence[Word]) -> list[Token]:
        """Tokens with clause and sentence numbers; sentences longer than the cap are cut."""
        out: list[Token] = []
        clause = sentence = length = 0
        for index, word in enumerate(words):
            if word.ends_sentence and not self._answered_here(words, index):
                out.append(Token(".", word.start, word.end, word.raw, clause, sentence))
                clause, sentence, length = clause + 1, sentence + 1, 0
                continue
            length += 1
            if length > MAX_SEGMENT_WORDS:
                clause, sentence, length = clause + 1, sentence + 1, 0
            if self._breaks(words, index):
                clause += 1
                out.append(Token(CLAUSE, word.start, word.start, "", clause, sentence))
            norm = "," if word.ends_sentence else self._nay(words, index)
            out.append(Token(norm, word.start, word.end, word.raw, clause, sentence, word.mine))
        return out

    def _nay(self, words: Sequence[Word], index: int) -> str:
        word = words[index]
        if self._short_answers.isdisjoint((word.norm, word.raw)) or word.norm in ("yes", "sometimes"):
            return word.norm
        after = words[index + 1] if index + 1 < len(words) else None
        alone_after = (
            after is None
            or after.ends_sentence
            or after.norm in (",", "-", "–")
            or after.norm in self._always
            or after.norm in _POLITE
        )
        before = words[index - 1] if index else None
        return NAY if alone_after and (before is None or before.raw in _SETS_OFF) else word.norm

    def _answered_here(self, words: Sequence[Word], index: int) -> bool:
        """A question the writer answers at once ("any fever? nope") is one sentence."""
        if words[index].raw != "?" or index + 1 >= len(words) or index == 0:
            return False
        after = words[index + 1]
        return not self._short_answers.isdisjoint((after.norm, after.raw))

    def _breaks(self, words: Sequence[Word], index: int) -> bool:
        word = words[index]
        if word.norm in self._always:
            return True
        if word.norm not in self._maybe or (word.norm != "," and not self._said_something(words, index)):
            return False
        for ahead in words[index + 1 : index + 1 + _LOOKAHEAD]:
            if ahead.ends_sentence or ahead.norm in self._maybe or ahead.norm in self._always:
                return False
            if ahead.norm in self._finite or self._is_past(ahead):
                return True
        return False

    def _said_something(self, words: Sequence[Word], index: int) -> bool:
        """Since the last border there was a verb or a denial: "thighs and groin are numb" is one clause."""
        for word in reversed(words[max(0, index - 12) : index]):
            if word.ends_sentence or word.norm in self._always or word.norm == ",":
                return False
            if word.norm in self._finite or word.norm in _DENIALS or self._is_past(word):
                return True
        return False

    def _is_past(self, word: Word) -> bool:
        raw = word.raw
        return (
            len(raw) > 4
            and raw.endswith("ed")
            and word.norm not in self._not_verbs
            and raw not in self._not_verbs
        )
