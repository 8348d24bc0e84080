"""The next question: the safety gate first, then only what can still change the result.

The result is level, outcome and visit. A fact is *open* when it is unknown and may still be asked. For
every rule and every row of the decision table the planner works out which answers are still
possible (`possible.py`); what can no longer change is not asked, and when nothing can, it stops. The
sets are never too small, so a question left out cannot have mattered; when few questions are left,
every combination of their answers is tried, so that none is asked for nothing.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Dictionary, Value, Variable
from bot.domain.levels import Level
from bot.protocols.conditions import Compiler, Condition
from bot.protocols.judging import Judge, Result, with_derived
from bot.protocols.possible import FALSE, NOT_TRUE, TRUE, UNKNOWN, Answers, Open
from bot.protocols.routing import Decision

Values = Mapping[str, Value]

SECTIONS = "CDEFBIHGJA"
"""Order of the questions after the gate (clinical.md 2.1): what a gate's yes needs, the complaint, care,
pictures, earlier surgery, health, wishes."""
MOST_COMBINATIONS = 600
"""Up to so many combinations of answers are all tried; about 60 ms on one core."""
_DERIVED_FROM = {
    "bilateral_leg_symptoms": ("side",),
    "region": ("radiates",),
    "postop_days": ("prior_surgery_months_ago",),
}
_LIMBS = ("leg", "arm")


@dataclass(frozen=True, kw_only=True)
class AskPlan:
    """One question: its name (a gate or a variable) and the variables it asks for together."""

    name: str
    variables: tuple[str, ...]


class Planner:
    """Plans over one set of protocols. Pure; share one per process."""

    def __init__(self, judge: Judge, dictionary: Dictionary, groups: Mapping[str, Sequence[str]]) -> None:
        """`groups`: facts asked in one message, by the first of them. Raises ProtocolError (bad `when`)."""
        self._judge = judge
        self._dictionary = dictionary
        self._groups = groups
        compiler = Compiler(dictionary, judge.red_flags.scope)
        self._when = {
            name: compiler.compile(dictionary[name].when, where=f"variables.yaml, {name}, when")
            for name in dictionary
            if dictionary[name].ask == "when" and dictionary[name].when
        }
        self._standing = _standing_values(judge, dictionary, self._when.values())
        self._order = {name: place for place, name in enumerate(_in_order(dictionary))}

    def next_question(self, values: Values, *, closed: Collection[str] = ()) -> AskPlan | None:
        """The next question, or None when no answer can change the result any more.

        `closed` names gates and variables that must not be asked again.
        """
        gate = self._open_gate(values, closed)
        if gate is not None:
            return gate
        relevant = list(self._relevant(values, closed))
        return self._grouped(relevant[0], values, closed, relevant) if relevant else None

    def remaining(self, values: Values, *, closed: Collection[str] = ()) -> int:
        """About how many questions are left: each open gate, each group of facts that matter behind them.

        Open gates are supposed to be answered with "none of these", as nearly everybody does: what only
        a danger sign would make worth asking is not counted before there is one.
        """
        gates = [
            gate for name, gate in self._dictionary.gates.items() if self._gate_is_open(name, values, closed)
        ]
        supposed = {**{fact: no for gate in gates for fact, no in gate.clear_no.items()}, **values}
        relevant = self._candidates(supposed, *self._mattering(supposed, closed))
        groups = {self._grouped(name, supposed, closed, relevant).name for name in relevant}
        return len(gates) + len(groups)

    def group(self, name: str) -> tuple[str, ...]:
        """The facts asked in one message that begins with this one."""
        return tuple(self._groups.get(name, (name,)))

    def askable(self) -> tuple[str, ...]:
        """Every fact that is ever asked, by a gate or by plan."""
        return tuple(name for name in self._dictionary if self._is_askable_kind(name))

    def standing(self, name: str) -> tuple[Value, ...]:
        """The values that stand for all a fact may have: every word, both sides of every threshold."""
        return self._standing[name]

    # --- the gate ---------------------------------------------------------------------------------

    def _open_gate(self, values: Values, closed: Collection[str]) -> AskPlan | None:
        for name, gate in self._dictionary.gates.items():
            if self._gate_is_open(name, values, closed):
                missing = tuple(variable for variable in gate.clear_no if variable not in values)
                return AskPlan(name=name, variables=missing)
        return None

    def _gate_is_open(self, name: str, values: Values, closed: Collection[str]) -> bool:
        gate = self._dictionary.gates[name]
        return name not in closed and any(v not in values and v not in closed for v in gate.clear_no)

    # --- what matters -----------------------------------------------------------------------------

    def _relevant(self, values: Values, closed: Collection[str]) -> Iterator[str]:
        """Askable facts whose answer can change the result, in the order of asking."""
        open_facts, matter = self._mattering(values, closed)
        candidates = self._candidates(values, open_facts, matter)
        if candidates and not self._can_change(values, open_facts, candidates, matter):
            return
        yield from candidates

    def _mattering(
        self, values: Values, closed: Collection[str]
    ) -> tuple[dict[str, tuple[Value, ...]], frozenset[str]]:
        """What is open, and what of it the conditions that are not settled wait for."""
        open_facts = self._open(values, closed)
        conditions = self._open_conditions(values, open_facts)
        return open_facts, frozenset(name for names in conditions for name in names)

    def _candidates(self, values: Values, open_facts: Open, matter: frozenset[str]) -> list[str]:
        waiting = set(matter)
        asked: set[str] = set()
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            seen.add(name)
            if self._is_askable_kind(name) and self.may_be_asked(name, values):
                asked.add(name)
            waiting |= {source for source in self._sources(name, values) if source in open_facts} - seen
        return sorted(asked, key=self._order.__getitem__)

    def _sources(self, name: str, values: Values) -> Collection[str]:
        """Facts that must be asked first: what it is derived from, and what its own condition reads."""
        when = self._when.get(name)
        before = when.reads if when is not None and not self.may_be_asked(name, values) else frozenset()
        return {*_DERIVED_FROM.get(name, ()), *before}

    def _is_askable_kind(self, name: str) -> bool:
        return self._dictionary[name].ask != "volunteered"

    def may_be_asked(self, name: str, values: Values) -> bool:
        """Whether a fact is unknown and its own condition, if it has one, holds now."""
        when = self._when.get(name)
        return name not in values and (when is None or when.test(with_derived(values)) is True)

    def _open(self, values: Values, closed: Collection[str]) -> dict[str, tuple[Value, ...]]:
        """Facts that may still get a value by asking, with the values that stand for all of them."""
        shut = {
            v
            for name in closed
            if name in self._dictionary.gates
            for v in self._dictionary.gates[name].clear_no
        }
        askable = [
            name
            for name in self._dictionary
            if self._is_askable_kind(name) and name not in values and name not in closed and name not in shut
        ]
        facts = {name: self._standing[name] for name in askable if name not in self._when}
        later = [name for name in askable if name in self._when]
        self._open_what_follows(values, facts, later)
        return facts

    def _open_what_follows(
        self, values: Values, facts: dict[str, tuple[Value, ...]], later: list[str]
    ) -> None:
        """Facts asked only under a condition are open while the condition may still come true."""
        known = with_derived(values)
        self._open_derived(known, facts)
        opened = True
        while opened:
            opened = False
            for name in [one for one in later if one not in facts]:
                if self._when[name].outlook(known, facts) & TRUE:
                    facts[name] = self._standing[name]
                    opened = True
            self._open_derived(known, facts)

    def _open_derived(self, known: Values, facts: dict[str, tuple[Value, ...]]) -> None:
        if "side" in facts and "bilateral_leg_symptoms" not in known:
            facts.setdefault("bilateral_leg_symptoms", ("yes",))
        region = known.get("region")
        if "radiates" in facts and isinstance(region, tuple):
            facts.setdefault("region", (region, *((*region, limb) for limb in _LIMBS if limb not in region)))

    # --- conditions that are not settled ----------------------------------------------------------

    def _open_conditions(self, values: Values, open_facts: Open) -> Iterator[frozenset[str]]:
        """What each unsettled condition that bears on the result reads and is narrowed by."""
        known = with_derived(values)
        level = self._level(known)
        for condition in (
            *self._level_conditions(known, open_facts, level),
            *self._rows(known, open_facts, level),
        ):
            yield self._narrowing(condition, known, open_facts)

    def _level(self, known: Values) -> Level:
        fired = self._judge.red_flags.fired(known)
        return max((rule.level_for(known) for rule in fired), default=Level.NONE)

    def _level_conditions(self, known: Values, open_facts: Open, level: Level) -> Iterator[Condition]:
        """Conditions that could raise the level, or lower it when no rule holds it for certain."""
        held = False
        for rule in self._judge.red_flags.rules:
            answers = rule.condition.outlook(known, open_facts)
            highest = rule.raised_level if rule.raised_level is not None else rule.level
            if highest > level and answers & TRUE:
                yield rule.condition
                if rule.raised is not None and answers & TRUE:
                    yield rule.raised
            elif rule.level is level and answers == TRUE and not rule.group:
                held = True
        if not held and level > Level.NOTE:
            yield from self._holding(known, open_facts, level)

    def _holding(self, known: Values, open_facts: Open, level: Level) -> Iterator[Condition]:
        """The conditions that hold the level now and may fall, with their groups' earlier ones."""
        fired = [rule for rule in self._judge.red_flags.fired(known) if rule.level_for(known) is level]
        groups = {rule.group for rule in fired if rule.group}
        for rule in self._judge.red_flags.rules:
            if rule in fired or rule.group in groups:
                answers = rule.condition.outlook(known, open_facts)
                if answers & TRUE and answers & NOT_TRUE:
                    yield rule.condition

    def _rows(self, known: Values, open_facts: Open, level: Level) -> Iterator[Condition]:
        """Rows of the decision table that could still match, when they do not all end in the same visit."""
        if level >= Level.SAME_DAY:
            return
        possible = list(self._possible_rows(known, open_facts))
        ends = {(row.outcome, row.visit, row.other_visit is None) for row, _ in possible}
        if len(ends) == 1 and all(row.other_visit is None for row, _ in possible):
            return
        for row, answers in possible:
            if row.condition is not None and answers & NOT_TRUE:
                yield row.condition
            if row.other_visit is not None:
                yield row.other_visit[1]

    def _possible_rows(self, known: Values, open_facts: Open) -> Iterator[tuple[Decision, Answers]]:
        for row in self._judge.routing.decisions:
            if row.rule or row.level is not None:
                continue
            answers = TRUE if row.condition is None else row.condition.outlook(known, open_facts)
            if answers & TRUE:
                yield row, answers
            if answers == TRUE:
                return

    def _narrowing(self, condition: Condition, known: Values, open_facts: Open) -> frozenset[str]:
        """The open facts whose answer alone narrows the condition; all it reads when none does."""
        reads = [name for name in condition.reads if name in open_facts]
        before = _seen(condition.outlook(known, open_facts))
        narrowing = [name for name in reads if self._narrows(condition, name, known, open_facts, before)]
        return frozenset(narrowing or (reads if before == (True, True) else ()))

    def _narrows(
        self, condition: Condition, name: str, known: Values, open_facts: Open, before: tuple[bool, bool]
    ) -> bool:
        rest = {other: values for other, values in open_facts.items() if other != name}
        return any(
            _seen(condition.outlook({**known, name: value}, rest)) != before for value in open_facts[name]
        )

    # --- the last questions: try every combination --------------------------------------------------

    def _can_change(
        self, values: Values, open_facts: Open, candidates: Sequence[str], matter: frozenset[str]
    ) -> bool:
        """Whether any combination of answers changes the result; True when there are too many to try."""
        names = self._reachable(values, open_facts, candidates, matter)
        if any(self._dictionary[name].kind == "list" for name in names):
            return True  # a list may hold any combination of its words
        if math.prod(len(open_facts[name]) + 1 for name in names) > MOST_COMBINATIONS:
            return True
        now = self.result(values)
        choices = [(None, *open_facts[name]) for name in names]
        return any(
            self.result(_given(values, names, chosen)) != now for chosen in itertools.product(*choices)
        )

    def _reachable(
        self, values: Values, open_facts: Open, candidates: Sequence[str], matter: frozenset[str]
    ) -> list[str]:
        """The open facts that can matter now or after an answer to one of the candidates."""
        reads = {
            name
            for condition in self._all_open(values, open_facts)
            for name in condition.reads
            if name in open_facts and self._is_askable_kind(name)
        }
        return sorted({*candidates, *(matter & reads), *reads})

    def _all_open(self, values: Values, open_facts: Open) -> list[Condition]:
        known = with_derived(values)
        level = self._level(known)
        return [*self._level_conditions(known, open_facts, level), *self._rows(known, open_facts, level)]

    def result(self, values: Values) -> Result:
        """Level, outcome and visit of these facts: what `judge` says, without the explanation."""
        return self._judge.result(values)

    # --- groups -------------------------------------------------------------------------------------

    def _grouped(
        self, name: str, values: Values, closed: Collection[str], relevant: Collection[str]
    ) -> AskPlan:
        """The question with what belongs to it, is not known and matters, or may once it is answered."""
        head = next(
            (first for first, group in self._groups.items() if name in group and first in relevant), name
        )
        wanted = [
            one
            for one in self.group(head)
            if one not in values and one not in closed and (one in relevant or not self._is_planned(one))
        ]
        return AskPlan(name=head, variables=tuple(wanted))

    def _is_planned(self, name: str) -> bool:
        """Asked for its own sake: neither a follow-up of another answer nor only volunteered."""
        return self._dictionary[name].ask == "plan"


def _seen(answers: int) -> tuple[bool, bool]:
    """What counts of a set: can it be true, can it be anything else."""
    return bool(answers & TRUE), bool(answers & (FALSE | UNKNOWN))


def _given(values: Values, names: Sequence[str], chosen: Sequence[Value | None]) -> Values:
    return {**values, **{name: value for name, value in zip(names, chosen, strict=True) if value is not None}}


def _in_order(dictionary: Dictionary) -> list[str]:
    return sorted(dictionary, key=lambda name: SECTIONS.index(dictionary[name].section))


def _standing_values(
    judge: Judge, dictionary: Dictionary, whens: Iterable[Condition]
) -> dict[str, tuple[Value, ...]]:
    """By variable the values that stand for all it may have: every word, both sides of each threshold."""
    limits: dict[str, set[float]] = {}
    for condition in (*_conditions(judge), *whens):
        for name, limit in condition.numbers:
            limits.setdefault(name, set()).add(limit)
    return {name: _standing(dictionary[name], limits.get(name, set())) for name in dictionary}


def _conditions(judge: Judge) -> Iterator[Condition]:
    for rule in judge.red_flags.rules:
        yield rule.condition
        if rule.raised is not None:
            yield rule.raised
    for row in judge.routing.decisions:
        if row.condition is not None:
            yield row.condition
        if row.other_visit is not None:
            yield row.other_visit[1]


def _standing(variable: Variable, limits: set[float]) -> tuple[Value, ...]:
    if variable.kind == "number":
        sides = {side for limit in limits for side in (limit - 0.01, limit, limit + 0.01)}
        return tuple(sorted(sides)) or (1.0,)
    if variable.kind == "list":
        return tuple((word,) for word in variable.values)
    return variable.values or ("said",)
