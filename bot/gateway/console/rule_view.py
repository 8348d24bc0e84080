"""The rules of the book in the words of the console."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from bot.domain.dictionary import Value
from bot.gateway.console import words
from bot.gateway.console.fact_words import FactWords, sentence, show
from bot.protocols import Protocols
from bot.protocols.acceptance import AcceptanceCase
from bot.protocols.rule_book import Entry
from bot.services.clinic.rule_reading import Page

PARTS: tuple[tuple[str, str, str], ...] = (
    ("red_flag", "Red flags", "What may need care before any appointment. Every rule that fits counts."),
    ("decision", "Where a case goes", "The first row that fits is taken."),
    ("gate", "Gates of the surgical consults", "Passed or not; a row of the table above asks for one."),
    ("need", "Need score", "More points: sooner with a surgeon. It is never a verdict on surgery."),
    ("complexity", "Complexity", "Points against a small operation; the surgeon decides."),
    ("note", "Notes for the team", "They never change where a case goes."),
)
"""Kind, heading, and how it is read."""
_LINK = re.compile(r" <(https?://[^>]+)>$")
EXPECTED: Mapping[str, str] = {
    "decision": "row of the table",
    "need": "need score",
    "missing": "still missing",
}
"""What a case expects, where the file's word is no word of staff."""
FACT = "f."
"""Before a fact's name in an address: `f.fever=yes`."""


@dataclass(frozen=True, kw_only=True)
class Cited:
    """A source: its key, what it is, and where it can be read (empty when nowhere)."""

    key: str
    title: str
    link: str


@dataclass(frozen=True, kw_only=True)
class ShownCase:
    """An acceptance case: the sentence, what is given, what must come of it, and where to try it."""

    sentence: str
    place: str
    given: list[tuple[str, str]]
    expected: list[tuple[str, str]]
    query: str


class RuleView:
    """One entry for the eye."""

    def __init__(self, entry: Entry, *, protocols: Protocols, cases: int = 0) -> None:
        self.entry = entry
        self.cases = cases
        self._protocols = protocols

    @property
    def title(self) -> str:
        return sentence(self.entry.title) or words.word(words.OUTCOMES, self.entry.outcome)

    @property
    def level_word(self) -> str:
        return words.word(words.LEVELS, self.entry.level) if self.entry.level else ""

    @property
    def mark(self) -> str:
        return words.MARKS.get(self.entry.level, "")

    @property
    def goes_to(self) -> str:
        """`Surgical consult (fusion): Visit with the surgeon`; empty for what is no row of the table."""
        if not self.entry.outcome:
            return ""
        visit = self._protocols.visits.get(self.entry.visit)
        return (
            f"{words.word(words.OUTCOMES, self.entry.outcome)}: {visit.name if visit else self.entry.visit}"
        )

    @property
    def sources(self) -> list[Cited]:
        return [cited(self._protocols, key) for key in self.entry.source]


class RulePage(RuleView):
    """One entry with its acceptance cases."""

    def __init__(self, page: Page, *, protocols: Protocols, facts: FactWords) -> None:
        super().__init__(page.entry, protocols=protocols, cases=len(page.cases))
        self.shown_cases = [shown_case(case, facts, protocols) for case in page.cases]


def cited(protocols: Protocols, key: str) -> Cited:
    """A source as staff read it."""
    text = protocols.sources.shown(key).partition(": ")[2]
    link = _LINK.search(text)
    return Cited(key=key, title=_LINK.sub("", text), link=link.group(1) if link else "")


def shown_case(case: AcceptanceCase, facts: FactWords, protocols: Protocols) -> ShownCase:
    """A case in labels and words."""
    given = [(facts.label(name), facts.value(name, value)) for name, value in case.facts.items()]
    return ShownCase(
        sentence=sentence(case.sentence),
        place=case.place.partition(": ")[0],
        given=given,
        expected=[
            (sentence(EXPECTED.get(name, name)), _expected(name, value, protocols))
            for name, value in case.expect.items()
        ],
        query=query_of(case.facts),
    )


def query_of(values: Mapping[str, Value]) -> str:
    """The address of "what if" with these facts."""
    return urlencode(
        [(f"{FACT}{name}", _plain(one)) for name, value in values.items() for one in _many(value)]
    )


def _many(value: Value) -> Iterable[Value]:
    return value if isinstance(value, tuple) else (value,)


def _plain(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _expected(name: str, value: Any, protocols: Protocols) -> str:
    if name == "level":
        return words.word(words.LEVELS, value)
    if name in ("outcome", "provisional"):
        return words.word(words.OUTCOMES, value) or "none"
    if name == "visit" and value in protocols.visits:
        return protocols.visits[value].name
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {points}" for key, points in value.items())
    if value in ([], None, ()):
        return "none"
    return show(value)
