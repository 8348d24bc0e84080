"""Yes, no, not sure, none of those, only: which short answer a message is or begins with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from bot.language.text.lexicon import Lexicon
from bot.language.text.words import Words

Polarity = Literal["affirm", "deny", "unsure"]

_HALF_YES = re.compile(
    r"\W*(?:kinda|sorta|kind of|sort of|kind a|sort a|ish|meh)(?: (?:yes|yeah|i guess))?\W*$"
)
_POLITE = frozenset(
    (
        "please",
        "thank",
        "thanks",
        "sir",
        "ma'am",
        "maam",
        "doctor",
        "hon",
        "dear",
        "sorry",
        "hi",
        "hey",
        "hello",
        "ok",
        "oh",
        "god",
        "lord",
        "and",
        ",",
        "i",
        "would",
        "well",
        "thankfully",
        "luckily",
        "fortunately",
        "goodness",
        "either",
    )
)
_WEAK_LEADS = frozenset(
    (
        "right",
        "great",
        "fine",
        "good",
        "some",
        "little",
        "lot",
        "bit",
        "nothing",
        "wrong",
        "all",
        "hardly",
        "private",
        "next",
        "pass",
        "might",
        "could",
        "sort",
        "kind",
        "i",
        "guess",
        "not",
        "never",
        "sometimes",
        "always",
        "often",
        "n",
        "k",
        "true",
        "is",
        "have",
        "do",
    )
)
POLARITIES: tuple[Polarity, ...] = ("unsure", "deny", "affirm")


class Phrases:
    """The short answers by kind, looked up in normal words."""

    def __init__(self, lexicon: Lexicon, words: Words) -> None:
        self._phrases = {
            kind: frozenset(tuple(words.phrase(p)) for p in phrases if words.phrase(p))
            for kind, phrases in lexicon.answers.items()
        }
        self._firsts = {kind: frozenset(p[0] for p in group) for kind, group in self._phrases.items()}
        self._longest = max((len(p) for group in self._phrases.values() for p in group), default=1)

    def knows(self, kind: str) -> bool:
        """The lexicon has words of this kind."""
        return kind in self._phrases

    def asks(self, norms: Sequence[str]) -> bool:
        """It begins like a question."""
        return tuple(norms[:1]) in self._phrases["question"] or tuple(norms[:2]) in self._phrases["question"]

    def polarity(self, norms: Sequence[str], text: str) -> Polarity | None:
        if _HALF_YES.match(text):
            return "unsure"
        for kind in POLARITIES:
            if self.is_(norms, kind) or (kind == "deny" and self.is_(norms, "none_of")):
                return kind
        lead = self.lead(norms)
        if lead in ("none_of", "deny"):
            return "deny"
        return lead if lead in ("affirm", "unsure") else None  # type: ignore[return-value]

    def is_(self, norms: Sequence[str], kind: str) -> bool:
        """The whole message is of this kind, politeness aside."""
        kept = tuple(n for n in norms if n not in _POLITE) or tuple(norms)
        made = self._made_of(kept, kind) or self._made_of(
            norms, kind
        )  # "that is ok": ok is no politeness here
        return bool(kept) and (kept in self._phrases[kind] or made)

    def _made_of(self, norms: Sequence[str], kind: str) -> bool:
        index = 0
        while index < len(norms):
            step = self.match_at(norms, index, kind)
            if not step:
                return False
            index += step
        return True

    def match_at(self, norms: Sequence[str], index: int, kind: str) -> int:
        """How many words from `index` on are a phrase of this kind; 0 when none is."""
        if index >= len(norms) or norms[index] not in self._firsts[kind]:
            return 0
        for length in range(min(self._longest, len(norms) - index), 0, -1):
            if tuple(norms[index : index + length]) in self._phrases[kind]:
                return length
        return 0

    def lead(self, norms: Sequence[str]) -> str | None:
        kept = [n for n in norms if n not in _POLITE]
        best: tuple[int, str] | None = None
        for kind in ("none_of", "deny", "affirm", "unsure"):
            length = self.match_at(kept, 0, kind)
            if length and (best is None or length > best[0]):
                best = (length, kind)
        if best is None or (best[1] == "deny" and kept[0] in ("not", "do") and len(kept) > best[0]):
            return None
        weak = best[0] == 1 and kept[0] in _WEAK_LEADS and len(kept) > 1
        return None if weak else best[1]

    def contains(self, norms: Sequence[str], kind: str) -> bool:
        return any(self.match_at(norms, index, kind) for index in range(len(norms)))
