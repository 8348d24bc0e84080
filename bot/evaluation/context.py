"""How things are said, and what answers mean: assertions, and answers to what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.dictionary import Dictionary, Value
from bot.domain.findings import Reading
from bot.evaluation.facts import Tally, share, verdicts
from bot.language.corpus import Row

SHORT_WORDS = 6
_DENIALS = ("no", "none", "never")


@dataclass
class ContextScores:
    """Counts of what was right, with the ids of what was not.

    denied   a fact that is denied was read as denied; `turned` lists those read as present
    kept_out something mentioned that makes no fact (a relative's, what if, past) made none
    named    it was found with the very assertion it has
    answers  everything asked for was read rightly and nothing else of it; `short` those of up to six words
    """

    denied: int = 0
    denials: int = 0
    turned: list[str] = field(default_factory=list)
    mentions: int = 0
    kept_out: int = 0
    named: int = 0
    let_in: list[str] = field(default_factory=list)
    by_assertion: dict[str, Tally] = field(default_factory=dict)
    answers: dict[str, list[int]] = field(default_factory=lambda: {"all": [0, 0], "short": [0, 0]})
    wrong_answers: list[str] = field(default_factory=list)

    def add(self, row: Row, reading: Reading, read: Mapping[str, Value], dictionary: Dictionary) -> None:
        """One more message."""
        self._add_denials(row, read)
        self._add_mentions(row, reading, read)
        self._add_answer(row, read, dictionary)

    def _add_denials(self, row: Row, read: Mapping[str, Value]) -> None:
        for name, value in row.facts.items():
            if value in _DENIALS:
                self.denials += 1
                self.denied += read.get(name) == value
                if read.get(name) not in (None, *_DENIALS):
                    self.turned.append(row.id)

    def _add_mentions(self, row: Row, reading: Reading, read: Mapping[str, Value]) -> None:
        for name, value, assertion in row.findings:
            self.mentions += 1
            named = any(f.variable == name and f.assertion == assertion for f in reading.findings)
            kept_out = name in row.facts or name in row.optional or read.get(name) != value
            self.named += named
            self.kept_out += kept_out
            self.by_assertion.setdefault(assertion, Tally()).add("right" if named else "missed")
            if not kept_out:
                self.let_in.append(row.id)

    def _add_answer(self, row: Row, read: Mapping[str, Value], dictionary: Dictionary) -> None:
        gate = dictionary.gates.get(row.asked or "")
        asked = set(gate.clear_no) if gate else {row.asked} & set(dictionary)
        about = [verdict for name, verdict in verdicts(row, read, dictionary) if name in asked]
        if not asked or (not about and not asked & set(row.facts)):
            return
        right = all(verdict == "right" for verdict in about)
        for group in ("all", "short") if len(row.text.split()) <= SHORT_WORDS else ("all",):
            self.answers[group][0] += right
            self.answers[group][1] += 1
        if not right:
            self.wrong_answers.append(row.id)

    def figures(self) -> dict[str, Any]:
        """For the report."""
        return {
            "denials": {
                "count": self.denials,
                "read": share(self.denied, self.denials),
                "turned_into_facts": self.turned,
            },
            "mentions": {
                "count": self.mentions,
                "kept_out": share(self.kept_out, self.mentions),
                "named": share(self.named, self.mentions),
                "let_in": self.let_in,
                "named_by_assertion": {
                    name: tally.figures()["recall"] for name, tally in sorted(self.by_assertion.items())
                },
            },
            "answers": {
                **{
                    name: {"count": count, "right": share(right, count)}
                    for name, (right, count) in self.answers.items()
                },
                "wrong": self.wrong_answers,
            },
        }
