"""Try facts: which are chosen, their fields, and what would follow, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Value, Variable
from bot.domain.errors import InvalidInput
from bot.gateway.console import words
from bot.gateway.console.fact_words import FactWords, sentence, show
from bot.gateway.console.rule_view import FACT, Cited, cited
from bot.gateway.console.shown import NeedPart
from bot.protocols import Protocols
from bot.protocols.handoff import HandoffRule
from bot.services.clinic.rule_reading import Tried
from bot.services.office import fact_edits

ADD = "add"
"""Names a fact whose field is wanted; it has no value yet."""


@dataclass(frozen=True, kw_only=True)
class FactField:
    """One fact that was chosen: its field, and what was wrong with what stands in it."""

    variable: Variable
    label: str
    given: Sequence[str]
    choices: Sequence[tuple[str, str]]
    limits: str
    problem: str = ""

    @property
    def field(self) -> str:
        return f"{FACT}{self.variable.name}"


@dataclass(frozen=True, kw_only=True)
class FiredRule:
    """A rule that fired or nearly did, and the facts it went by."""

    id: str
    title: str
    level: str
    level_word: str
    staff: str
    facts: Sequence[tuple[str, str]]
    sources: Sequence[Cited]


class Asked:
    """The facts of an address, held to the dictionary."""

    def __init__(self, arguments: Mapping[str, Sequence[str]], facts: FactWords) -> None:
        self._facts = facts
        self.values: dict[str, Value] = {}
        self.fields: list[FactField] = []
        for name in _chosen(arguments, facts):
            self._take(name, arguments.get(f"{FACT}{name}", ()))

    def _take(self, name: str, given: Sequence[str]) -> None:
        problem = ""
        try:
            value = fact_edits.parse(self._facts.dictionary, name, given)
        except InvalidInput as error:
            value, problem = None, f"{error}."
        if value is not None:
            self.values[name] = value
        self.fields.append(_field(self._facts, self._facts.dictionary[name], given, problem))

    @property
    def others(self) -> list[tuple[str, str]]:
        """(name, label) of the facts that may be added, by label."""
        chosen = {one.variable.name for one in self.fields}
        known = [name for name in self._facts.dictionary if self._facts.dictionary[name].kind != "text"]
        labelled = [(name, self._facts.label(name)) for name in known if name not in chosen]
        return sorted(labelled, key=lambda pair: pair[1].lower())


def _chosen(arguments: Mapping[str, Sequence[str]], facts: FactWords) -> list[str]:
    """The names in the order of the dictionary; unknown ones are left out: an old link may name one."""
    named = {name.removeprefix(FACT) for name in arguments if name.startswith(FACT)} | set(
        arguments.get(ADD, ())
    )
    return [name for name in facts.dictionary if name in named and facts.dictionary[name].kind != "text"]


def _field(facts: FactWords, variable: Variable, given: Sequence[str], problem: str) -> FactField:
    low, high = variable.minimum, variable.maximum
    span = f"{low:g} to {high:g}" if low is not None and high is not None else ""
    return FactField(
        variable=variable,
        label=facts.label(variable.name),
        given=tuple(given),
        choices=[(value, sentence(show(value))) for value in variable.values],
        limits=", ".join(part for part in (span, variable.unit or "") if part),
        problem=problem,
    )


class TriedView:
    """What would follow, in words."""

    def __init__(
        self, tried: Tried, values: Mapping[str, Value], protocols: Protocols, facts: FactWords
    ) -> None:
        self._tried, self._values = tried, values
        self._protocols, self._facts = protocols, facts
        self.judgement = tried.judgement
        self.handoff: HandoffRule = tried.handoff

    @property
    def level(self) -> str:
        return self.judgement.level.value

    @property
    def level_word(self) -> str:
        """Never "Routine" while safety questions are open: nobody may read it as "no red flag"."""
        if self.level == "none" and self._tried.open_gates:
            return words.NOT_YET
        return words.word(words.LEVELS, self.level)

    @property
    def fired(self) -> list[FiredRule]:
        """The most urgent first."""
        return [
            self._rule(why.rule, why.level.value, self._facts.readable(why.staff), why.facts, why.source)
            for why in sorted(self.judgement.why, key=lambda one: -one.level.rank)
        ]

    @property
    def nearly(self) -> list[FiredRule]:
        """With the facts that are still missing."""
        return [
            self._rule(
                why.rule,
                why.level.value,
                "",
                {name: value for name, value in why.facts.items() if self._values.get(name) != value},
                why.source,
            )
            for why in self.judgement.nearly
        ]

    def _rule(
        self, rule_id: str, level: str, staff: str, facts: Mapping[str, Value], source: Sequence[str]
    ) -> FiredRule:
        return FiredRule(
            id=rule_id,
            title=sentence(self._protocols.rule(rule_id).title),
            level=level,
            level_word=words.word(words.LEVELS, level),
            staff=staff,
            facts=[
                (self._facts.label(name), self._facts.value(name, value)) for name, value in facts.items()
            ],
            sources=[cited(self._protocols, key) for key in source],
        )

    @property
    def outcome(self) -> str:
        return words.word(words.OUTCOMES, self.judgement.outcome)

    @property
    def provisional(self) -> str:
        """Where it would go without the urgent level; empty when there is none."""
        return words.word(words.OUTCOMES, self.judgement.provisional)

    @property
    def visit(self) -> str:
        """`First visit with the surgeon, 40 minutes`."""
        visit = self._protocols.visits.get(self.judgement.visit)
        if visit is None:
            return self.judgement.visit
        minutes = self._protocols.visit_minutes(visit.id, self._values) if visit.minutes else 0
        return f"{visit.name}, {minutes} minutes" if minutes else visit.name

    @property
    def handed(self) -> str:
        """`Urgent callback, P1, within 1 hour of open time`."""
        rule = self.handoff
        parts = [words.word(words.HANDOFFS, rule.kind), rule.priority]
        if rule.business_hours:
            parts.append(f"due in {rule.business_hours:g} h of open time")
        if rule.business_days:
            parts.append(f"due in {rule.business_days} business day{'s' if rule.business_days > 1 else ''}")
        return ", ".join(parts)

    @property
    def need(self) -> list[NeedPart]:
        """All parts of the need score, those without points too."""
        return [
            NeedPart(id=one.id, title=sentence(one.title), points=self.judgement.need.get(one.id, 0), most=0)
            for one in self._protocols.routing.need
        ]

    @property
    def missing(self) -> list[str]:
        return [self._facts.label(name) for name in self.judgement.missing]

    @property
    def open_gates(self) -> list[str]:
        return [self._facts.label(name) for name in self._tried.open_gates]

    @property
    def notes(self) -> list[tuple[str, str]]:
        titles = {note.id: note.title for note in self._protocols.routing.notes}
        return [(note, titles.get(note, "")) for note in self.judgement.notes]

    @property
    def asked_next(self) -> str:
        """The question the bot would ask; empty when no answer can change the result."""
        plan, dictionary = self._tried.asked_next, self._protocols.dictionary
        if plan is None:
            return ""
        gate = dictionary.gates.get(plan.name)
        question = gate.question if gate else dictionary[plan.name].question
        return question.web if question else self._facts.label(plan.name)
