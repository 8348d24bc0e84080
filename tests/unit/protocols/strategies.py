"""Random patients for hypothesis: any subset of the facts that judge, with values around every threshold."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import strategies as st

from bot.domain.dictionary import Value, Variable
from bot.protocols import Protocols
from bot.protocols.conditions import Condition


def conditions_of(protocols: Protocols) -> Iterator[Condition]:
    """Every condition that judges."""
    for rule in protocols.red_flags.rules:
        yield from (part for part in (rule.condition, rule.closes_group, rule.raised) if part is not None)
    routing = protocols.routing
    for factor in (*routing.need, *routing.complexity):
        yield from (when for _, when in (*factor.points, *factor.plus))
    yield from (note.condition for note in routing.notes)
    for row in routing.decisions:
        yield from (part for part in (row.condition, row.other_visit and row.other_visit[1]) if part)


def thresholds(protocols: Protocols) -> dict[str, tuple[float, ...]]:
    """By number variable: the values just below, at and just above each threshold."""
    found: dict[str, set[float]] = {}
    for condition in conditions_of(protocols):
        for name, limit in condition.numbers:
            found.setdefault(name, set()).update((limit - 1, limit, limit + 1))
    return {name: tuple(sorted(value for value in values if value >= 0)) for name, values in found.items()}


def read_names(protocols: Protocols) -> list[str]:
    """The variables that any condition reads."""
    return sorted({name for condition in conditions_of(protocols) for name in condition.reads})


def values_for(variable: Variable, limits: tuple[float, ...]) -> st.SearchStrategy[Value]:
    """Any value a variable may have, for numbers those around the thresholds."""
    if variable.kind == "number":
        return st.sampled_from(limits or (0.0, 1.0, 30.0))
    if variable.kind == "list":
        return st.lists(st.sampled_from(variable.values), min_size=1, max_size=3, unique=True).map(tuple)
    if variable.kind == "text":
        return st.just("some words")
    return st.sampled_from(variable.values)


def patients(
    protocols: Protocols, *, without: frozenset[str] = frozenset()
) -> st.SearchStrategy[dict[str, Value]]:
    """Facts of a random patient; each variable may be missing."""
    limits = thresholds(protocols)
    names = [name for name in read_names(protocols) if name not in without]
    optional = {name: values_for(protocols.dictionary[name], limits.get(name, ())) for name in names}
    return st.fixed_dictionaries({}, optional=optional)
