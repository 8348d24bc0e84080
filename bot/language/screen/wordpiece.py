"""WordPiece as BERT's uncased vocabulary expects it, with the place of every piece in the text.

Text is lowered, accents are dropped, words end at spaces and punctuation; a word is cut into the longest
pieces the vocabulary knows. Nothing of a message is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CLS, SEP, UNKNOWN, MASK = "[CLS]", "[SEP]", "[UNK]", "[MASK]"
_LONGEST_WORD = 100
"""A longer run of letters is no word: unknown."""
_ASCII_WORD = re.compile(r"[a-z0-9]+|[!-/:-@\[-`{-~]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CJK = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))


@dataclass(frozen=True, kw_only=True)
class Pieces:
    """Vocabulary ids and where each stands: start and end in code points; no special pieces."""

    ids: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


class WordPiece:
    """The vocabulary: a piece's id is its line."""

    def __init__(self, vocabulary: Path) -> None:
        lines = vocabulary.read_text(encoding="utf-8").split("\n")
        self._ids = {piece: number for number, piece in enumerate(lines) if piece}
        self._unknown = self._ids[UNKNOWN]
        self.cls, self.sep, self.mask = (self._ids[name] for name in (CLS, SEP, MASK))

    def pieces(self, text: str) -> Pieces:
        """The pieces of a text, in order; cost is linear in its length."""
        ids: list[int] = []
        starts: list[int] = []
        ends: list[int] = []
        plain = text.isascii() and not _CONTROL.search(text)
        words = _ascii_words(text) if plain else _words(text)
        for word, places in words:
            for piece, start, end in self._cut(word):
                ids.append(piece)
                starts.append(places[start])
                ends.append(places[end - 1] + 1)
        return Pieces(ids=tuple(ids), starts=tuple(starts), ends=tuple(ends))

    def knows_some(self, text: str) -> bool:
        """Whether any word between the spaces of the text is one of the vocabulary, unbroken."""
        return any(word.isalpha() and word in self._ids for word in text.lower().split())

    def _cut(self, word: str) -> list[tuple[int, int, int]]:
        known = self._ids.get(word)
        if known is not None:
            return [(known, 0, len(word))]
        found: list[tuple[int, int, int]] = []
        start = 0
        while start < len(word) <= _LONGEST_WORD:
            end, piece = len(word), None
            while end > start and piece is None:
                piece = self._ids.get(word[start:end] if start == 0 else "##" + word[start:end])
                end -= piece is None
            if piece is None:
                break
            found.append((piece, start, end))
            start = end
        return found if start == len(word) else [(self._unknown, 0, len(word))]


def _ascii_words(text: str) -> Iterator[tuple[str, range]]:
    for match in _ASCII_WORD.finditer(text.lower()):
        yield match.group(), range(match.start(), match.end())


def _words(text: str) -> Iterator[tuple[str, list[int]]]:
    word: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for one in _normal(character):
            alone = _is_punctuation(one) or _is_cjk(one)
            if (alone or one.isspace()) and word:
                yield "".join(word), places
                word, places = [], []
            if alone:
                yield one, [place]
            elif not one.isspace():
                word.append(one)
                places.append(place)
    if word:
        yield "".join(word), places


def _normal(character: str) -> str:
    """Lowered, without accents; control characters vanish, every kind of space is a space."""
    if character.isascii() and character.isalnum():
        return character.lower()
    if character in "\t\n\r" or unicodedata.category(character) == "Zs":
        return " "
    if unicodedata.category(character) in ("Cc", "Cf", "Cn", "Co", "Cs") or character in "\0\ufffd":
        return ""
    plain = unicodedata.normalize("NFD", character)
    return "".join(one for one in plain if unicodedata.category(one) != "Mn").lower()


def _is_punctuation(character: str) -> bool:
    if character.isascii():
        return not character.isalnum() and not character.isspace()
    return unicodedata.category(character).startswith("P")


def _is_cjk(character: str) -> bool:
    return not character.isascii() and any(low <= ord(character) <= high for low, high in _CJK)
