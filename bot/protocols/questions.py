"""How many questions a patient is asked, played through with patients who answer plainly.

Counted from the opening ("what brings you in?") to the summary: gates, contact and summary too, facts asked
together once. After a full opening story the opening itself is told, not counted. Consent and who it is for
come before and are two more.
"""

from __future__ import annotations

import statistics
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from bot.domain.dictionary import Value, Variable
from bot.domain.levels import Level
from bot.protocols.planner import AskPlan
from bot.protocols.protocols import Protocols

OPENING, CONTACT, SUMMARY = "opening", "contact_name", "confirm_summary"
MOST = 80
"""More would be a planner that does not stop."""
PLAIN: Mapping[str, Value] = {
    "age": 50,
    "region": ("low_back",),
    "radiates": "none",
    "dominant": "back",
    "duration_weeks": 8,
    "course": "same",
    "function_limit": "mild",
    "pain_nrs": 5,
    "cons_modalities": 1,
    "cons_weeks": 3,
    "cons_relief": "partial",
    "imaging": "none",
    "dx": ("none",),
    "surgery_preference": "unsure",
    "existing_patient": "new",
}
"""What a patient says who was told nothing in particular: ordinary back pain for two months."""


@dataclass(frozen=True, kw_only=True)
class Length:
    """How many questions a set of patients was asked."""

    counts: tuple[int, ...]

    @property
    def median(self) -> float:
        """Half of the patients are asked no more."""
        return statistics.median(self.counts)

    @property
    def worst(self) -> int:
        """The most that one patient is asked."""
        return max(self.counts)

    def __str__(self) -> str:
        return f"median {self.median:g}, worst {self.worst}, {len(self.counts)} patients"


def length(protocols: Protocols, patients: Iterable[Mapping[str, Value]], *, told: bool) -> Length:
    """The questions of each patient; `told`: the opening story gives all of a patient's facts at once."""
    return Length(counts=tuple(len(interview(protocols, facts, told=told)) for facts in patients))


def interview(protocols: Protocols, facts: Mapping[str, Value], *, told: bool) -> list[str]:
    """The names of all questions to a patient with these facts, in order.

    An emergency ends it at once; at same_day only the safety questions are finished, then comes the contact.
    """
    values = _said_at_once(protocols, facts, told=told)
    asked = _planned(protocols, facts, values) if told else [OPENING, *_planned(protocols, facts, values)]
    level = protocols.judge(values).level
    if level is Level.EMERGENCY_NOW:
        return asked
    return [*asked, CONTACT] if level is Level.SAME_DAY else [*asked, CONTACT, SUMMARY]


def _said_at_once(protocols: Protocols, facts: Mapping[str, Value], *, told: bool) -> dict[str, Value]:
    """What is known after the opening: who and how old, and what nobody would ever ask."""
    volunteered = {name for name in facts if protocols.dictionary[name].ask == "volunteered"}
    return {
        "age": plain_answer(protocols, facts, "age") or 0,
        **{name: value for name, value in facts.items() if told or name in volunteered},
    }


def _planned(protocols: Protocols, facts: Mapping[str, Value], values: dict[str, Value]) -> list[str]:
    """Ask until nothing more is to be asked; `values` grows with the answers."""
    closed: set[str] = set()
    asked: list[str] = []
    while (plan := _next(protocols, values, closed)) is not None:
        asked.append(plan.name)
        if len(asked) > MOST:
            raise RuntimeError("the planner does not stop")
        for name in plan.variables:
            value = plain_answer(protocols, facts, name)
            if value is None:
                closed.add(name)
            else:
                values[name] = value
    return asked


def _next(protocols: Protocols, values: Mapping[str, Value], closed: Collection[str]) -> AskPlan | None:
    level = protocols.judge(values).level
    plan = None if level is Level.EMERGENCY_NOW else protocols.next_question(values, closed=closed)
    if plan is None or level is not Level.SAME_DAY:
        return plan
    asked = (protocols.dictionary[name] for name in plan.variables)
    return plan if any(one.safety and one.ask in ("gate", "when") for one in asked) else None


def plain_answer(protocols: Protocols, facts: Mapping[str, Value], name: str) -> Value | None:
    """What this patient answers: the fact, else the plain "no"; None is "I don't know"."""
    clear = {
        key: value for gate in protocols.dictionary.gates.values() for key, value in gate.clear_no.items()
    }
    for known in (facts, clear, PLAIN):
        if name in known:
            return known[name]
    return _plain_no(protocols.dictionary[name])


def _plain_no(variable: Variable) -> Value | None:
    return next((word for word in ("no", "none") if word in variable.values), None)
