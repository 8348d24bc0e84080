"""When a value read is the value meant."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.domain.dictionary import Value, Variable
from bot.domain.facts import derive

LONG = 0.06
"""Durations may be off by 6 %: "8 months" is 34.8 weeks to one and 34 to another."""
_CLOSE = 0.01
_DAYS = ("_onset_days", "trauma_days", "postop_days", "injection_days")
_WEEKS = ("_weeks", "_months", "_months_ago", "cancer_years")
_LOOSE = re.compile(r"[\W_]+")


def is_time(name: str) -> bool:
    """Whether a variable is an onset (days, exact) or a duration (weeks, months, years)."""
    return name.endswith((*_DAYS, *_WEEKS))


def is_same(variable: Variable, found: Value, wanted: Value) -> bool:
    """Days exactly, durations within 6 %, other numbers within 1 %; texts without case and punctuation."""
    if isinstance(found, (int, float)) and isinstance(wanted, (int, float)):
        if variable.name.endswith(_DAYS):
            return found == wanted
        share = LONG if is_time(variable.name) else _CLOSE
        return abs(found - wanted) <= max(share * abs(wanted), 0.05)
    if isinstance(found, tuple) or isinstance(wanted, tuple):
        return set(_listed(found)) == set(_listed(wanted))
    if variable.kind == "text":
        return _LOOSE.sub("", str(found)).casefold() == _LOOSE.sub("", str(wanted)).casefold()
    return found == wanted


def _listed(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def widened(facts: Mapping[str, Value]) -> dict[str, Value]:
    """The facts with those that follow from them (clinical.md 3.6)."""
    return {**facts, **{name: value for name, (value, _) in derive(facts).items()}}


def is_at_least(variable: Variable, found: Value | None, wanted: Value) -> bool:
    """Whether a safety fact was read as urgently as it was meant, or more so."""
    if found is None:
        return False
    return is_same(variable, found, wanted) or (
        found != wanted and variable.more_urgent(found, wanted) == found and found in variable.values
    )
