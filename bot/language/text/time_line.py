"""A message's words as one string, for patterns of time, with the way back to token positions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence

from bot.language.text.segments import CLAUSE, Token

BORDER = "¦"
"""Stands for the end of a sentence or clause; the "~" of "~3 weeks" is the writer's own "about"."""
_DIGIT = re.compile(r"\d")
_UNITS_WRITTEN = frozenset(("w", "d", "y"))


def word_set(text: str) -> frozenset[str]:
    """The words of a text, for tables that would be long lists of literals."""
    return frozenset(text.split())


_PIECE_ENDS = frozenset((",", ".", CLAUSE, ";", "-", "–", "—", "(", ")", ":"))


def piece_of(start: int, end: int, tokens: Sequence[Token]) -> tuple[int, int]:
    """The words between two marks around a place: token positions from and to."""
    while start > 0 and tokens[start - 1].norm not in _PIECE_ENDS:
        start -= 1
    while end < len(tokens) and tokens[end].norm not in _PIECE_ENDS:
        end += 1
    return start, end


class Line:
    """The words as one string, with the way back to token positions."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.starts: list[int] = []
        parts: list[str] = []
        length = 0
        for index, token in enumerate(tokens):
            self.starts.append(length)
            shown = self._shown(tokens, index, token)
            parts.append(shown)
            length += len(shown) + 1
        self.text = " ".join(parts)
        self.words = frozenset(parts)
        self.has_digits = _DIGIT.search(self.text) is not None

    def find(self, pattern: re.Pattern[str], *, naming: Collection[str]) -> Iterator[re.Match[str]]:
        """The matches of a pattern that cannot match without one of these words."""
        return iter(()) if self.words.isdisjoint(naming) else pattern.finditer(self.text)

    @staticmethod
    def _shown(tokens: Sequence[Token], index: int, token: Token) -> str:
        """Borders as BORDER, except the point of "2.5" and of "Nov. 3"; "3w" and "10 d" keep their letter.

        The ordinal of a date is shown in digits: "the fourth of november", "the 2nd".
        """
        before = tokens[index - 1] if index else None
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.norm in ("|", "."):
            return "·" if _inside_number(before, token, after) else BORDER
        if token.raw in _ENDINGS and before is not None and before.norm.isdigit():
            return token.raw
        if token.norm in _ORDINALS and _names_a_day(token.norm, before, after):
            return f"{_ORDINALS[token.norm]} th"
        if token.raw in _UNITS_WRITTEN and before is not None and before.norm[-1:].isdigit():
            return token.raw
        if token.norm[:1] == "x" and token.norm[1:].isdigit():
            return token.norm[1:]
        return token.norm

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Token positions of a match."""
        return bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1)


def _inside_number(before: Token | None, point: Token, after: Token | None) -> bool:
    if before is None or after is None or not after.norm[:1].isdigit():
        return False
    decimal = before.norm.isdigit() and before.end == point.start == after.start - 1
    return decimal or (point.raw == "." and before.norm in _DOTTED and before.raw != before.norm)


def _names_a_day(norm: str, before: Token | None, after: Token | None) -> bool:
    """ "The second of May", "november first"; "the second one" and "the first week" are no dates."""
    following = after.norm if after is not None else "."
    if following in _MONTH_NAMES or (before is not None and before.norm in _MONTH_NAMES):
        return following not in _COUNTED_PARTS
    early = _ORDINALS[norm] <= _OFTEN_NO_DATE
    return following == "this" or (following in ("day", "week", "month") and not early)


_ENDINGS = frozenset(("st", "nd", "rd", "th"))
_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_ORDINALS = {word: number for number, word in enumerate(_ORDINAL_WORDS.split(), start=1)}
_OFTEN_NO_DATE = 3
""" "The second week", "the third day": often of something else than what is told."""
_COUNTED_PARTS = frozenset(("week", "half", "part", "day", "weekend", "time", "one"))
_DOTTED = word_set(
    """
    january february march april june july august september october november december
    """
)
_MONTH_NAMES = _DOTTED | {"may"}
