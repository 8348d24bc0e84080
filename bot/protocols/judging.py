"""Facts in, judgement out: pure, and no missing key ever raises (clinical.md 3.0, 4.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Value
from bot.domain.facts import derive
from bot.domain.judgement import Judgement, ProtocolStamp, Why
from bot.domain.levels import Level
from bot.protocols.certificate import certificate, is_unknown
from bot.protocols.conditions import Values
from bot.protocols.nearly import nearly_fired
from bot.protocols.red_flags import RedFlags, Rule
from bot.protocols.routing import Decision, Routing

Result = tuple[Level, str, str]
"""Level, outcome, visit: what the patient meets; a question must be able to change it to be asked."""
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True)
class Judge:
    """The red flags and the routing of one set of protocol files."""

    red_flags: RedFlags
    routing: Routing
    stamps: tuple[ProtocolStamp, ...]

    def judge(self, values: Mapping[str, Value], *, nearly: bool = False) -> Judgement:
        """Level, route and reasons of these facts; derived facts are added first (clinical.md 3.6)."""
        facts = with_derived(values)
        certified = certificate(self.red_flags.dictionary, facts)
        fired = self.red_flags.fired(facts)
        level = max((rule.level_for(facts) for rule in fired), default=Level.NONE)
        ids = tuple(sorted(rule.id for rule in fired))
        elective = self.routing.elective_row(facts)
        row = self.routing.urgent_row(ids, level) or elective
        need = {factor.id: factor.score(facts) for factor in self.routing.need}
        score = sum(need.values())
        tier = self.routing.tier(score)
        return Judgement(
            level=level,
            rules=ids,
            outcome=row.outcome,
            decision=row.id,
            visit=self.visit(row, facts, level),
            need={"score": score, **need},
            complexity=sum(factor.score(facts) for factor in self.routing.complexity),
            notes=self.notes(facts),
            missing=tuple(name for name in self.routing.core if is_unknown(facts.get(name))),
            provisional=elective.outcome if row.level is not None else None,
            tier=tier,
            flags=_flags(row, tier, gate_complete=certified.complete),
            why=tuple(_why(rule, facts) for rule in fired),
            protocols=self.stamps,
            certificate=certified,
            nearly=self._nearly(facts, fired) if nearly else (),
        )

    def result(self, values: Mapping[str, Value]) -> Result:
        """Level, outcome and visit alone: what `judge` says, without the reasons; several times as fast."""
        facts = with_derived(values)
        fired = self.red_flags.fired(facts)
        level = max((rule.level_for(facts) for rule in fired), default=Level.NONE)
        row = self.routing.urgent_row([rule.id for rule in fired], level) or self.routing.elective_row(facts)
        return level, row.outcome, self.visit(row, facts, level)

    def notes(self, facts: Values) -> tuple[str, ...]:
        """Ids of the routing notes that hold; `facts` with the derived ones."""
        return tuple(note.id for note in self.routing.notes if note.condition.test(facts) is True)

    def visit(self, row: Decision, facts: Values, level: Level) -> str:
        """The visit of a row; urgent_48h lifts most of them."""
        if level is Level.URGENT_48H and row.lifted_by_urgent:
            return self.routing.urgent_visit
        return row.visit_for(facts)

    def _nearly(self, facts: Values, fired: Sequence[Rule]) -> tuple[Why, ...]:
        found = nearly_fired(self.red_flags, facts, {rule.id for rule in fired})
        return tuple(_why(rule, changed) for rule, changed in found)


def with_derived(values: Mapping[str, Value]) -> Values:
    """The facts with those that follow from them."""
    derived = derive(values)
    return {**values, **{name: value for name, (value, _) in derived.items()}} if derived else values


def _flags(row: Decision, tier: str, *, gate_complete: bool) -> tuple[str, ...]:
    flags = {
        "gate_by_exception": row.surgical and tier == "low",
        "gate_incomplete": not gate_complete,
    }
    return tuple(name for name, holds in flags.items() if holds)


def _why(rule: Rule, facts: Values) -> Why:
    reads = sorted(rule.condition.support(facts))
    named = {name: facts[name] for name in reads if name in facts}
    return Why(
        rule=rule.id,
        facts=named,
        source=rule.source,
        patient=rule.patient,
        staff=_filled(rule.staff, named, facts),
        level=rule.level_for(facts),
    )


def _filled(text: str, named: Values, facts: Values) -> str:
    if "{" not in text:
        return text

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        return _listed(named) if name == "facts" else _shown(facts.get(name))

    return _FIELD.sub(fill, text)


def _listed(facts: Values) -> str:
    return ", ".join(f"{name} {_shown(value)}" for name, value in facts.items())


def _shown(value: Value | None) -> str:
    if value is None:
        return "unknown"
    return "/".join(value) if isinstance(value, (tuple, list)) else str(value)
