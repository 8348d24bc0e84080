"""An answer piece by piece: "first one yes, rest no", "fever? nope", "weight fine, nights are bad".

A piece is what stands between commas, sentence ends, "but" and "and". Each may name an item of the question,
say yes, no, fine or not sure of it, or do both; a bare verdict behind a bare item belongs to that item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.answers.question_parts import PLACE_WORDS, one_by_one, part_named
from bot.language.grammar.polarity import Phrases, Polarity
from bot.language.text.time_line import word_set
from bot.language.text.words import Word

_BORDERS = word_set(", - – — ; : but and plus then ( ) except though = + &")
_YES, _NO, _UNSURE = "yes", "no", "unsure"
_NEGATIVES = frozenset(
    ("no", "none", "not", "never", "negative", "neither", "nor", "zero", "without", "nobody")
)
_NEUTRAL = word_set(
    """
    to it is i am have do on for there here 1 part thing stuff issu issue problem problems trouble
    or that with at all either ever are was be that's would say in by me of these those this now
    still bit little down wise yes no none not never had has question any goes go definit
    definitely big hard one ones whatsoever thank thanks god sir know got get idea sure check so
    far
    """
)
_RESTS = frozenset(("rest", "others", "other", "everything", "nothing", "otherwise", "el", "els"))
""" "First one yes rest no": the rest is a piece of its own."""
_LEFT_OVER = 2
_PREPOSITIONS = frozenset(("at", "to", "from", "in", "after", "during", "before", "for", "my", "of"))
_PICKS = frozenset(("1", "one", "part", "thing", "question", "bit"))
_SHORT = 7


@dataclass(frozen=True)
class Piece:
    """One piece: its normal words, and what ends it: a question mark, or another end of a sentence."""

    norms: tuple[str, ...]
    asks: bool = False
    stops: bool = False


def pieces_of(words: Sequence[Word]) -> list[Piece]:
    """The pieces of an answer in reading order, empty ones left out."""
    out: list[Piece] = []
    held: list[str] = []
    for word in words:
        if word.ends_sentence or word.norm in _BORDERS:
            if held:
                asks = word.raw == "?"
                out.append(Piece(tuple(held), asks, word.ends_sentence and not asks))
            held = []
        elif word.norm[:1].isalnum() or "'" in word.norm:
            if word.norm in _RESTS and held and held[-1] in ("yes", "no"):
                out.append(Piece(tuple(held)))
                held = []
            held.append(word.norm)
    return [*out, Piece(tuple(held))] if held else out


class Items:
    """What an answer to a gate says of each thing the gate asks about."""

    def __init__(self, said: Phrases) -> None:
        self._said = said

    def verdicts(
        self, pieces: Sequence[Piece], order: Sequence[str], text: str, *, gate: str | None
    ) -> dict[str, str]:
        """yes, no or unsure for the items of `order` (the gate's facts) that the pieces judge."""
        found = dict(one_by_one(gate, [norm for piece in pieces for norm in piece.norms]))
        pieces = [part for piece in pieces for part in self.pairs(piece, order)]
        for index, piece in enumerate(pieces):
            items, rest = self._items(piece, order, gate)
            if not items:
                continue
            mark = self._mark(piece, rest)
            if mark is None and not rest - _NEUTRAL:
                named_later = any(self._items(one, order, gate)[0] for one in pieces[index + 2 :])
                mark = self._behind(piece, pieces[index + 1 : index + 2], named_later)
            if mark is None and self._picked(piece, rest, pieces, text):
                mark = _YES
            if mark == _YES and len(items) > 1 and self._by_place(piece, order):
                continue  # "the second part": which of its facts is not said
            if mark is not None and len(rest - _NEUTRAL - self._mark_words(piece)) <= _LEFT_OVER:
                found.update({item: mark for item in items if found.get(item) != _YES})
        return found

    def _behind(self, piece: Piece, following: Sequence[Piece], named_later: bool) -> str | None:
        """The bare verdict behind an item; "I fainted. None": a last "none" of its own is of all the rest."""
        if not following:
            return None
        closes = piece.stops and not named_later and self._said.is_(following[0].norms, "none_of")
        return None if closes else self.bare_mark(following[0])

    def pairs(self, piece: Piece, order: Sequence[str]) -> list[Piece]:
        """ "Arms fine legs fine hands fine": each item with its own verdict is a piece."""
        parts: list[Piece] = []
        start = index = 0
        while index < len(piece.norms):
            length = self._said.match_at(piece.norms, index, "well")
            index += length or 1
            names = any(self._said.match_at(piece.norms, index, f"item {fact}") for fact in order)
            if length and names and index - length > start:
                parts.append(Piece(piece.norms[start:index], piece.asks))
                start = index
        return [*parts, Piece(piece.norms[start:], piece.asks, piece.stops)]

    def _by_place(self, piece: Piece, order: Sequence[str]) -> bool:
        return not any(
            self._said.match_at(piece.norms, index, f"item {fact}")
            for index in range(len(piece.norms))
            for fact in order
        )

    def _items(self, piece: Piece, order: Sequence[str], gate: str | None) -> tuple[list[str], set[str]]:
        """The items a piece names, and its other words; an ordinal names a part of the question."""
        named: list[str] = []
        rest = set(piece.norms)
        for index in range(len(piece.norms)):
            for fact in order:
                length = self._said.match_at(piece.norms, index, f"item {fact}")
                if length:
                    named.append(fact)
                    rest -= set(piece.norms[index : index + length])
        if not named and (rest & _PICKS or _opens_with_place(piece.norms)):
            named += part_named(gate, piece.norms)
            rest -= PLACE_WORDS if named else frozenset()
        return list(dict.fromkeys(named)), rest

    def _mark(self, piece: Piece, rest: set[str]) -> str | None:
        if self._said.contains(piece.norms, "unsure"):
            return _UNSURE
        if "yes" in rest and rest & _NEGATIVES:
            return None
        if piece.norms[0] in _NEGATIVES or piece.norms[-1] in ("no", "none", "never", "negative"):
            return _NO
        if "yes" in rest or piece.norms[-2:] in (("i", "do"), ("i", "have")):
            return _YES
        if rest & _NEGATIVES:
            return None
        return _NO if self._said.contains(_without_places(piece.norms), "well") else None

    def bare_mark(self, piece: Piece) -> str | None:
        """The verdict of a piece that is nothing else: "nope", "yes", "idk", "fine"."""
        for kind, mark in (("unsure", _UNSURE), ("deny", _NO), ("none_of", _NO), ("well", _NO)):
            if self._said.is_(piece.norms, kind):
                return mark
        return _YES if piece.norms == ("yes",) or self._said.is_(piece.norms, "affirm") else None

    def _mark_words(self, piece: Piece) -> set[str]:
        """The words that make the verdict: they are no left-overs."""
        return {
            word
            for index in range(len(piece.norms))
            for kind in ("unsure", "well")
            for word in piece.norms[index : index + self._said.match_at(piece.norms, index, kind)]
        }

    def _picked(self, piece: Piece, rest: set[str], pieces: Sequence[Piece], text: str) -> bool:
        """ "The breathing one", "just the leak": named to be chosen."""
        if piece.asks or rest & _NEGATIVES:
            return False
        only = text.lstrip().startswith(("just ", "only ", "the ", "yes ", "yeah ", "yep ", "um ", "uh "))
        return len(piece.norms) <= _SHORT and (
            bool(rest & _PICKS) or (only and piece is pieces[0] and len(rest) <= 1)
        )


def _without_places(norms: Sequence[str]) -> list[str]:
    """ "At work" is no "it works"."""
    return [
        norm
        for index, norm in enumerate(norms)
        if norm != "work" or index == 0 or norms[index - 1] not in _PREPOSITIONS
    ]


def _opens_with_place(norms: Sequence[str]) -> bool:
    """ "Last is a maybe", "second yes"."""
    return norms[0] in PLACE_WORDS and norms[1:2] in (
        ("is",),
        ("was",),
        ("yes",),
        ("no",),
        ("maybe",),
        ("mayb",),
    )


def polarity_of(pieces: Sequence[Piece], said: Phrases) -> Polarity | None:
    """The verdict of a longer answer: its first piece that is one, else a piece that ends in one."""
    for piece in pieces:
        for kind in ("unsure", "deny", "none_of", "affirm"):
            if not piece.asks and said.is_(piece.norms, kind):
                return "deny" if kind == "none_of" else kind  # type: ignore[return-value]
    for piece in pieces:
        if len(piece.norms) > _SHORT:
            continue
        if piece.norms[-1] == "yes" or piece.norms[0] == "yes":
            return "affirm"
        if piece.norms[-1] == "no" and piece.norms[-2:-1] not in (("say",), ("said",), ("says",)):
            return "deny"
    return None
