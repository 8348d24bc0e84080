"""The answer to a gate: no to all, yes to some, an exception, item by item."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.domain.dictionary import Dictionary, Value
from bot.domain.findings import Answer, Finding
from bot.language.answers.answer_values import assertion_of
from bot.language.answers.pieces import Items, Piece, pieces_of
from bot.language.grammar.polarity import Phrases, Polarity
from bot.language.grammar.settle import Settled, allowed
from bot.language.text.cues import (
    AFTER_A_CLEAR_NO,
    ALL_BUT,
    BENIGN,
    EXCEPTION,
    FIRST_NO,
    NAMES_NOTHING,
    REST_NO,
    TAKES_BACK,
)
from bot.language.text.heard import Heard
from bot.language.text.words import Words

_ONLY = re.compile(r"\s*(?:(?:yes|yeah|yep|ya|no|nope|well|um)[,. ]+)?(?:i )?(?:just|only)\b")
_GATE_YES: Mapping[str, Value | None] = {"weakness": "mild", "trauma": "minor", "cancer_status": None}
"""What "yes" says of an item that is no yes-or-no fact; None: which it is must be asked."""
_NAME_WORDS = 2
_LONGEST_LISTED = 5
_SUBJECTS = frozenset(("i", "it", "we", "that", "this", "everything", "all", "he", "she", "they"))
_DENIED = frozenset(("no", "none", "negative", "fine", "good", "ok"))
_NONE_VALUES = ("no", "none", "never", "other", "self", "same")


class GateAnswers:
    """Settles the answer to one of the six safety questions."""

    def __init__(self, *, said: Phrases, words: Words, dictionary: Dictionary) -> None:
        self._said = said
        self._items = Items(said)
        self._words = words
        self._dictionary = dictionary

    def settle(
        self,
        clear: Mapping[str, Value],
        heard: Heard,
        settled: Settled,
        norms: Sequence[str],
        polarity: Polarity | None,
    ) -> Answer:
        """Adds the gate's facts to `settled`; `clear` is what a clear no to all of it sets."""
        pieces = pieces_of(heard.words)
        self._judge_items(clear, pieces, heard, settled)
        told = [n for n in clear if n in settled.facts]
        yes = [n for n in told if settled.facts[n] != clear[n]]
        rest_no = (
            REST_NO.search(heard.page.source.text) is not None
            or bool(_ONLY.match(heard.page.source.text))
            or self._said.contains(norms, "only")
            or (self._said.lead(norms) in ("none_of", "deny") and not self._denies_another(heard, norms))
            or self._none_inside(norms)
        )
        if not yes and self._unread_exception(heard, settled):
            return "partial"
        if not yes and self._rest_of_something(clear, pieces, heard, settled):
            return "full" if all(n in settled.facts for n in clear) else "partial"
        if (
            not yes
            and (polarity == "deny" or self._said.is_(norms, "none_of") or self._closes_with_none(pieces))
            and not self._negated_part(
                [*told, *_denied_besides(settled, clear)],
                norms,
                first_no=FIRST_NO.match(heard.page.source.text) is not None,
            )
            and not self._denies_another(heard, norms)
        ):
            self._set_all(clear, heard, settled)
            return "full"
        if (yes and rest_no) or (told and REST_NO.search(heard.page.source.text)):
            self._set_all({n: v for n, v in clear.items() if n not in settled.facts}, heard, settled)
            unclear = any(settled.facts.get(n) == "unsure" for n in clear)
            return "partial" if unclear else "full"
        if told and all(n in settled.facts for n in clear):
            return "full"
        if yes or told:
            return "partial"
        if polarity == "affirm":
            return "partial" if self._plain_yes(norms) or not settled.facts else "none"
        return "unclear" if polarity == "unsure" else "none"

    def _judge_items(
        self, clear: Mapping[str, Value], pieces: Sequence[Piece], heard: Heard, settled: Settled
    ) -> None:
        """Each item the answer judges by name: "fever yes, infection no"."""
        text = heard.page.source.text
        verdicts = self._items.verdicts(pieces, tuple(clear), text, gate=heard.asked)
        verdicts |= self._excepted(clear, text)
        if TAKES_BACK.match(text):
            verdicts = {fact: mark for fact, mark in verdicts.items() if mark != "no"}
        parts = [part for piece in pieces for part in self._items.pairs(piece, tuple(clear))]
        for fact, mark in verdicts.items():
            value = clear[fact] if mark == "no" else _GATE_YES.get(fact, mark) if mark == "yes" else mark
            read = settled.facts.get(fact, clear[fact])
            fired = read not in (clear[fact], "unsure", "resolved")
            if mark == "no" and fired and (_more_than_named(settled, fact) or not self._listed(fact, parts)):
                value = "unsure"  # the words say yes, the list says no: never resolved downward
            if value is None or (fired and mark == "yes") or not allowed(value, self._dictionary[fact]):
                continue
            settled.replace(heard.page.whole(fact, value, assertion_of(value)), value)

    def _listed(self, fact: str, pieces: Sequence[Piece]) -> bool:
        """Named as in a list, not told: "fever no", "fainting? nope", "had that years ago so no"."""
        return any(
            piece.norms[-1] == "no" or (len(piece.norms) <= _LONGEST_LISTED and piece.norms[0] != "i")
            for piece in pieces
            if self._said.contains(piece.norms, f"item {fact}")
        )

    def _excepted(self, clear: Mapping[str, Value], text: str) -> dict[str, str]:
        """ "Everything but the headache one is no": the one item named behind it is a yes."""
        match = ALL_BUT.search(text)
        if match is None:
            return {}
        named = self._named(clear, self._words.phrase(match["rest"]))
        if len(named) != 1 or _DENIED.isdisjoint(self._words.phrase(text)):
            return {}
        return {fact: "yes" if fact in named else "no" for fact in clear}

    def _closes_with_none(self, pieces: Sequence[Piece]) -> bool:
        """ "The kettle whistled, one moment. none": talk first, then the answer."""
        return len(pieces) > 1 and self._said.is_(pieces[-1].norms, "none_of")

    def _unread_exception(self, heard: Heard, settled: Settled) -> bool:
        """ "No... just that" something nobody understood: not a clear no."""
        match = EXCEPTION.search(heard.page.source.text)
        if match is None or any(value not in _NONE_VALUES for value in settled.facts.values()):
            return False
        rest = self._words.phrase(match["rest"])
        return any(norm.isalpha() and norm not in BENIGN for norm in rest)

    def _rest_of_something(
        self, clear: Mapping[str, Value], pieces: Sequence[Piece], heard: Heard, settled: Settled
    ) -> bool:
        """ "Had the shot last week, others no", "all no, wait, the pills. so yes": something is not denied.

        What is named before the rest stays open; when nothing is named, nothing is denied.
        """
        text = heard.page.source.text
        rest = REST_NO.search(text)
        if rest is None or NAMES_NOTHING.fullmatch(text[: rest.start()]):
            return "yes" in [norm for piece in pieces[1:] for norm in piece.norms[:2]]
        named = self._named(clear, self._words.phrase(text[: rest.start()]))
        for fact in named:
            if settled.facts.get(fact) == clear[fact] and not self._denied_by_name(fact, pieces):
                settled.facts.pop(fact)
        if named:
            others = {n: v for n, v in clear.items() if n not in named and n not in settled.facts}
            self._set_all(others, heard, settled)
        return True

    def _named(self, clear: Mapping[str, Value], norms: Sequence[str]) -> list[str]:
        """The gate's facts that these words name."""
        return [
            fact
            for fact in clear
            if any(self._said.match_at(norms, index, f"item {fact}") for index in range(len(norms)))
        ]

    def _denied_by_name(self, fact: str, pieces: Sequence[Piece]) -> bool:
        """ "No fever": the item and a denial in one piece."""
        return any(
            self._said.contains(piece.norms, f"item {fact}") and not _DENIED.isdisjoint(piece.norms)
            for piece in pieces
        )

    def _plain_yes(self, norms: Sequence[str]) -> bool:
        """ "yes", "yes and ..."; not "it is the right leg", which speaks of something else."""
        return norms[:1] == ["yes"] or self._said.is_(norms, "affirm")

    def _none_inside(self, norms: Sequence[str]) -> bool:
        return any(self._said.match_at(norms, i, "none_of") >= 2 for i in range(len(norms)))

    def _negated_part(self, told: Sequence[str], norms: Sequence[str], *, first_no: bool) -> bool:
        """ "no fever" to a group denies the fever, not the group: unless it says "no" first or "none"."""
        if not told or len(norms) <= 1:
            return False
        pure = (
            self._said.lead(norms) == "none_of" or self._said.is_(norms, "none_of") or norms[0] in ("nope",)
        )
        pure = pure or self._none_inside(norms) or first_no
        return not pure and not self._no_alone(norms)

    def _denies_another(self, heard: Heard, norms: Sequence[str]) -> bool:
        """ "No diabetes", "no fever, but ...": the "no" belongs to one thing; of the rest nothing is said."""
        first, second = (*heard.words[:2], None, None)[:2]
        if first is None or second is None or first.raw != "no" or not second.raw.isalpha():
            return False
        if not AFTER_A_CLEAR_NO.isdisjoint((second.norm, second.raw)):
            return False
        return not self._none_inside(norms) and not self._said.contains(norms, "only")

    def _no_alone(self, norms: Sequence[str]) -> bool:
        """A "no" of its own: "no no", "no I walk fine", "nope my hands are fine"."""
        own = norms[0] == "no" and norms[1] in _SUBJECTS
        return norms[:2] == ["no", "no"] or own or self._said.contains(norms, "only")

    def _set_all(self, clear: Mapping[str, Value], heard: Heard, settled: Settled) -> None:
        for name, value in clear.items():
            if name in self._dictionary and name not in settled.facts:
                settled.add(heard.page.whole(name, value, "absent"), value)


def _denied_besides(settled: Settled, clear: Mapping[str, Value]) -> list[str]:
    """What the message denies that was not asked: "no fever" to the question about cancer."""
    return [f.variable for f in settled.findings if f.variable not in clear and _denies(f)]


def _denies(finding: Finding) -> bool:
    return finding.assertion == "absent" or (
        finding.value in ("no", "none", "never") and finding.words.lower().startswith("no ")
    )


def _more_than_named(settled: Settled, fact: str) -> bool:
    """The message describes it ("can't get my pee out"), not merely names it ("fever no")."""
    stated = [f.words for f in settled.findings if f.variable == fact and f.assertion == "present"]
    return any(len(words.split()) > _NAME_WORDS for words in stated)
