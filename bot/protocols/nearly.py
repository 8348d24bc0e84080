"""Rules that did not fire but nearly did: one open fact, or one step over a threshold, is missing.

A rule counts as near only when something else the patient said already speaks for it; else every
rule about one symptom would be near for everybody.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.domain.dictionary import Dictionary, Value
from bot.protocols.conditions import Condition, Values
from bot.protocols.red_flags import RedFlags, Rule

STEP = 1.0
"""One day, week, year or point; the same for all so that staff can say what "near" means."""


def nearly_fired(red_flags: RedFlags, values: Values, fired: Collection[str]) -> list[tuple[Rule, Values]]:
    """Each near rule with the facts as they would be one step further, in table order."""
    closed = {rule.group for rule in red_flags.rules if rule.id in fired and rule.group}
    found = []
    for rule in red_flags.rules:
        if rule.id in fired or rule.group in closed:
            continue
        changed = next(_steps_that_fire(rule.condition, values, red_flags.dictionary), None)
        if changed is not None:
            found.append((rule, changed))
    return found


def _steps_that_fire(condition: Condition, values: Values, dictionary: Dictionary) -> Iterator[Values]:
    for name in sorted(condition.reads):
        for value in _next_values(name, values.get(name), condition, dictionary):
            changed = {**values, name: value}
            if condition.test(changed) is True and _spoken_for(condition, changed, name):
                yield changed


def _spoken_for(condition: Condition, changed: Values, name: str) -> bool:
    return any(other in changed for other in condition.support(changed) - {name, "region", "duration_weeks"})


def _next_values(
    name: str, value: Value | None, condition: Condition, dictionary: Dictionary
) -> Iterator[Value]:
    variable = dictionary[name]
    limits = sorted(limit for owner, limit in condition.numbers if owner == name)
    if variable.kind == "number":
        known = isinstance(value, (int, float))
        for limit in limits:
            for near in (limit - STEP, limit, limit + STEP):
                if not known or (isinstance(value, (int, float)) and abs(near - value) <= STEP):
                    yield near
    elif value in (None, "unsure"):
        words = variable.values
        yield from ((word,) for word in words) if variable.kind == "list" else words
