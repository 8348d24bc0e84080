"""Safety facts and levels: what fired, what would be asked at once, what was missed, what cried wolf.

Of one safety fact (bot/language/grammar/screened.py) that a message states with a value that alarms:
    fired   it was read with that value or a more urgent one
    asked   it is in the reading's `ask`, or was read as unsure, which is asked again
Of one message, by the level it is meant to have (`red_flags`: same_day and emergency_now together):
    right level   a rule that is meant (of the facts, or of the facts with the optional ones) fires on what
                  was read, at the level meant or above
    asked         a safety fact that such a rule rests on, and that the message states, is asked
Of one trap (`trap` is set):
    wrong flag    a rule that is not meant fires on what was read, at urgent_48h or above and above the level
                  meant
    needless      a fact is in `ask` that the message neither states nor leaves open by its label `ask`
`quiet` is the same of all other messages without a safety fact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.dictionary import Dictionary, Value
from bot.domain.findings import Reading
from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.evaluation.facts import share
from bot.evaluation.same import is_at_least
from bot.language.corpus import Row
from bot.language.grammar.screened import SCREENED, alarms
from bot.protocols import Protocols

_SCREENED = frozenset(SCREENED)


@dataclass
class Recall:
    """How many there were, fired, fired or asked; ids of what was silent and of what was only asked."""

    count: int = 0
    fired: int = 0
    only_asked: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    by_half: int = 0
    """Of those fired: on half a construction, with the screen."""

    def add(self, row_id: str, *, fired: bool, asked: bool, half: bool) -> None:
        """One more."""
        self.count += 1
        self.fired += fired
        self.by_half += fired and half
        if not fired:
            (self.only_asked if asked else self.missed).append(row_id)

    def figures(self) -> dict[str, Any]:
        """For the report."""
        return {
            "count": self.count,
            "fired": share(self.fired, self.count),
            "fired_or_asked": share(self.count - len(self.missed), self.count),
            "fired_by_half": self.by_half,
            "only_asked": self.only_asked,
            "missed": self.missed,
        }


@dataclass
class Cries:
    """Messages that should not alarm: how many, which raised a wrong flag, which are asked needlessly."""

    count: int = 0
    wrong_flag: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """For the report."""
        return {
            "count": self.count,
            "wrong_flag_rate": share(len(self.wrong_flag), self.count),
            "needless_ask_rate": share(len(self.needless), self.count),
            "wrong_flag": self.wrong_flag,
            "needless_ask": self.needless,
        }


@dataclass
class SafetyScores:
    """All of it."""

    facts: dict[str, Recall] = field(default_factory=lambda: defaultdict(Recall))
    all_facts: Recall = field(default_factory=Recall)
    wrong_facts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    levels: dict[str, Recall] = field(default_factory=lambda: defaultdict(Recall))
    traps: Cries = field(default_factory=Cries)
    quiet: Cries = field(default_factory=Cries)

    def add(self, row: Row, reading: Reading, read: Mapping[str, Value], protocols: Protocols) -> None:
        """One more message."""
        asked = _asked(reading, read)
        self._add_facts(row, read, asked, reading.half_read, protocols.dictionary)
        meant = protocols.judge(row.facts)
        either = protocols.judge({**row.optional, **row.facts})
        found = protocols.judge(read)
        if meant.level >= Level.URGENT_48H:
            self._add_level(row, (meant, either), found, asked, reading.half_read)
        states = any(name in _SCREENED and alarms(value) for name, value in row.facts.items())
        if row.trap or not states:
            cries = self.traps if row.trap else self.quiet
            cries.count += 1
            if _wrong_flags((meant, either), found):
                cries.wrong_flag.append(row.id)
            if needless_asks(row, reading.ask):
                cries.needless.append(row.id)

    def _add_facts(
        self,
        row: Row,
        read: Mapping[str, Value],
        asked: Collection[str],
        half: Collection[str],
        dictionary: Dictionary,
    ) -> None:
        for name, value in row.facts.items():
            if name in _SCREENED and alarms(value):
                fired = is_at_least(dictionary[name], read.get(name), value)
                for recall in (self.facts[name], self.all_facts):
                    recall.add(row.id, fired=fired, asked=name in asked, half=name in half)
        for name, value in read.items():
            stated = row.facts.get(name, row.optional.get(name))
            if name in _SCREENED and alarms(value) and not alarms(stated):
                self.wrong_facts[name].append(row.id)

    def _add_level(
        self,
        row: Row,
        meant: tuple[Judgement, Judgement],
        found: Judgement,
        asked: Collection[str],
        half: Collection[str],
    ) -> None:
        rules = {rule for judgement in meant for rule in judgement.rules}
        fired = any(why.rule in rules and why.level >= meant[0].level for why in found.why)
        rests_on = {name for why in meant[0].why if why.level >= meant[0].level for name in why.facts}
        stated = {name for name in rests_on & _SCREENED if alarms(row.facts.get(name))}
        groups = [meant[0].level.value, *(["red_flags"] if meant[0].level >= Level.SAME_DAY else [])]
        for group in groups:
            self.levels[group].add(
                row.id, fired=fired, asked=not stated.isdisjoint(asked), half=not stated.isdisjoint(half)
            )

    def figures(self) -> dict[str, Any]:
        """For the report."""
        return {
            "levels": {name: self.levels[name].figures() for name in sorted(self.levels)},
            "all_facts": {
                name: value
                for name, value in self.all_facts.figures().items()
                if name not in ("missed", "only_asked")
            },
            "facts": {name: self.facts[name].figures() for name in sorted(self.facts)},
            "wrong_facts": dict(sorted(self.wrong_facts.items())),
            "traps": self.traps.figures(),
            "quiet": self.quiet.figures(),
        }


def _asked(reading: Reading, read: Mapping[str, Value]) -> set[str]:
    return {*reading.ask, *(name for name, value in read.items() if value == "unsure")}


def needless_asks(row: Row, ask: Collection[str]) -> set[str]:
    """What is asked that the message neither states, nor may state, nor leaves open."""
    open_ones = {
        name for source in (row.facts, row.optional) for name, value in source.items() if alarms(value)
    }
    return set(ask) - open_ones - set(row.ask)


def _wrong_flags(meant: tuple[Judgement, Judgement], found: Judgement) -> set[str]:
    rules = {rule for judgement in meant for rule in judgement.rules}
    floor = max(Level.NOTE, meant[0].level)
    return {why.rule for why in found.why if why.level > floor and why.rule not in rules}
