"""The inbox and one message as the review pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.dictionary import Value
from bot.gateway.console import words as console_words
from bot.gateway.console.fact_words import FactWords, sentence, show
from bot.gateway.console.highlight import Piece, pieces
from bot.gateway.console.shown import When
from bot.services.ports.teaching import Review, ReviewItem
from bot.services.review.teaching import INTENTS, Opened, read_facts, teaches

SEPARATOR = ","
KAPPA = (
    (0.8, "almost perfect"), (0.6, "substantial"), (0.4, "moderate"), (0.2, "fair"), (-1.0, "slight or none"),
)  # fmt: skip
"""Landis and Koch 1977."""


def kappa_words(kappa: float | None) -> str:
    """`0.72, substantial`; why there is none yet."""
    if kappa is None:
        return "cannot be told yet"
    return f"{kappa:.2f}, {next(word for least, word in KAPPA if kappa >= least)}"


def because(raw: Mapping[str, Any], words: FactWords) -> str:
    """Why a message is worth a look, in one line."""
    if raw["why"] == "doubt":
        return "The bot was not sure what this was."
    if raw["why"] == "sample":
        return "Drawn by chance."
    value = raw["value"]
    other = "not said" if value is None else words.value(raw["variable"], value)
    # Never "Routine": the safety questions may be open still.
    level = (
        "no rule fires" if raw["level"] == "none" else console_words.word(console_words.LEVELS, raw["level"])
    )
    outcome = console_words.word(console_words.OUTCOMES, raw["outcome"])
    return f"If {words.label(raw['variable']).lower()} were {other}: {level}, {outcome.lower()}."


class InboxLine:
    """One message of the list."""

    def __init__(self, row: Mapping[str, Any], *, words: FactWords) -> None:
        self._words = words
        self.item: ReviewItem = row["item"]
        self.text: str = row["text"]
        self.reference: str = row["reference"]
        self.intent = console_words.word(console_words.INTENTS, row["intent"])
        self.confidence = "" if row["confidence"] is None else f"{row['confidence']:.0%}"
        self.at: When = words.when(row["at"])

    @property
    def because(self) -> str:
        return because(self.item.because, self._words)

    @property
    def weighty(self) -> bool:
        """Whether the level would have been another one."""
        return self.item.rank <= 7


@dataclass(frozen=True, kw_only=True)
class FactLine:
    """One fact that was read, and what else it could be."""

    name: str
    label: str
    value: Value
    shown: str
    others: Sequence[tuple[str, str]]
    """(value, words); empty where it is typed."""


class DisputeLine:
    """One message of which people said different things."""

    def __init__(self, said: Sequence[Review], *, words: FactWords, reader: str) -> None:
        self._words = words
        self.message_id, self.text = said[0].message_id, said[0].text
        self.own = reader in {one.reviewer for one in said}
        """Whether the reader is one of them: then somebody else settles it."""
        self.opinions = [(one.reviewer, self._said(one, said), one.reason) for one in said]

    def _said(self, one: Review, said: Sequence[Review]) -> str:
        """The intent, and the facts in which they differ."""
        named = dict.fromkeys(name for other in said for name in other.facts)
        apart = [name for name in named if len({repr(other.facts.get(name)) for other in said}) > 1]
        facts = (f"{self._words.label(name)}: {self._value(one, name)}" for name in apart)
        return "; ".join([console_words.word(console_words.INTENTS, one.intent) or "nothing", *facts])

    def _value(self, one: Review, name: str) -> str:
        return self._words.value(name, one.facts[name]) if name in one.facts else "not said"


class MessageForm:
    """One message to look at."""

    NOT_SAID = "-"
    intents = tuple((name, sentence(console_words.word(console_words.INTENTS, name))) for name in INTENTS)

    def __init__(self, opened: Opened, *, words: FactWords, reader: str) -> None:
        self.opened = opened
        self._words = words
        self.dispute = DisputeLine(opened.disputed, words=words, reader=reader) if opened.disputed else None

    @property
    def pieces(self) -> Sequence[Piece]:
        message = self.opened.message
        return pieces(message.text, list((message.reading or {}).get("findings", ())))

    @property
    def because(self) -> str:
        return because(self.opened.item.because, self._words)

    @property
    def confidence(self) -> str:
        certain = self.opened.message.confidence
        return "" if certain is None else f"{certain:.0%}"

    @property
    def taken_for(self) -> str:
        return console_words.word(console_words.INTENTS, self.opened.message.intent) or "nothing"

    @property
    def facts(self) -> list[FactLine]:
        """What was read."""
        return [
            self._line(name, value)
            for name, value in read_facts(self._words.dictionary, self.opened.message).items()
        ]

    @property
    def variables(self) -> list[tuple[str, str]]:
        """Everything that may have been missed."""
        known = self._words.dictionary
        named = ((name, self._words.label(name)) for name in known if teaches(known, name))
        return sorted(named, key=lambda one: one[1])

    def _line(self, name: str, value: Value) -> FactLine:
        known = self._words.dictionary[name].values if name in self._words.dictionary else ()
        listed = name in self._words.dictionary and self._words.dictionary[name].kind == "list"
        others = [] if listed else [(one, sentence(show(one))) for one in known if one != value]
        label, shown = self._words.label(name), self._words.value(name, value)
        return FactLine(name=name, label=label, value=value, shown=shown, others=others)
