"""Words that are asked about wherever they stand: the chest, a leak told with a laugh (clinical.md 3.3).

The reader's grammar says what a sentence means; a hint says only that one closed question is due.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.dictionary import Dictionary
from bot.domain.errors import ProtocolError

_KEYS, _OF_NO = {"ask", "words", "with", "no"}, {"words", "without"}


@dataclass(frozen=True, kw_only=True)
class Hint:
    """One danger sign, the words that hint at it, and the answers to its question that deny it."""

    ask: str
    words: re.Pattern[str]
    beside: re.Pattern[str] | None = None
    no: re.Pattern[str] | None = None
    no_unless: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Hints:
    """The hints of the lexicon. Every method takes a patient's text as it was written."""

    hints: tuple[Hint, ...] = ()

    def asked(self, text: str) -> tuple[str, ...]:
        """The danger signs that the text hints at."""
        return tuple(
            hint.ask
            for hint in self.hints
            if _stands(hint.words, text) and (hint.beside is None or _stands(hint.beside, text))
        )

    def told_beside(self, name: str, text: str) -> bool:
        """Whether the text holds what makes a hint of that sign's words: it is told with a laugh."""
        return any(hint.ask == name and _stands(hint.beside, text) for hint in self.hints)

    def denies(self, name: str, text: str) -> bool:
        """Whether an answer about that sign gives a harmless cause for it: "only from laughing"."""
        return any(
            hint.ask == name and _stands(hint.no, text) and not _stands(hint.no_unless, text)
            for hint in self.hints
        )


def read_hints(items: Iterable[Mapping[str, Any]], dictionary: Dictionary) -> Hints:
    """Raises ProtocolError for an unknown key, and for a fact that is no yes-or-no danger sign."""
    return Hints(tuple(_hint(item, dictionary) for item in items))


def _hint(item: Mapping[str, Any], dictionary: Dictionary) -> Hint:
    name, no = str(item.get("ask")), item.get("no", {})
    unknown = sorted((set(item) - _KEYS) | (set(no) - _OF_NO))
    if unknown:
        raise ProtocolError(f"hints: {name}: unknown key {unknown[0]!r}; allowed: {', '.join(sorted(_KEYS))}")
    if name not in dictionary or dictionary[name].kind != "four_valued":
        raise ProtocolError(f"hints: {name!r} is no danger sign that is asked about with yes or no")
    if not item.get("words") or (no and not no.get("words")):
        raise ProtocolError(f"hints: {name}: `words` is missing or empty")
    return Hint(
        ask=name,
        words=_any_of(item["words"]),
        beside=_any_of(item["with"]) if "with" in item else None,
        no=_any_of(no["words"]) if no else None,
        no_unless=_any_of(no["without"]) if no.get("without") else None,
    )


def _stands(words: re.Pattern[str] | None, text: str) -> bool:
    return words is not None and words.search(text.replace("\u2019", "'")) is not None


def _any_of(words: Iterable[Any]) -> re.Pattern[str]:
    """Whole words, capitals or not; `*` at the end for any ending."""
    either = "|".join(re.escape(str(word)).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"\b(?:{either})\b", re.IGNORECASE)
