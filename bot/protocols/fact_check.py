"""Facts from outside, held to the dictionary: unknown names and values are refused, nothing is guessed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.dictionary import Dictionary, Value, Variable

LONGEST_TEXT = 2000
LARGEST_NUMBER = 1e9


@dataclass(frozen=True, kw_only=True)
class BadFact:
    """What was refused. `allowed` is a list of words or names, or one sentence."""

    field: str
    value: Any
    allowed: list[str] | str

    def to_json(self) -> dict[str, Any]:
        """The `error` of the judge contract; what JSON has no number for is shown as a word."""
        odd = isinstance(self.value, float) and not math.isfinite(self.value)
        return {"field": self.field, "value": str(self.value) if odd else self.value, "allowed": self.allowed}


def check_facts(raw: Any, dictionary: Dictionary) -> dict[str, Value] | BadFact:
    """The facts with lists as tuples, or the first that does not fit the dictionary."""
    if not isinstance(raw, Mapping):
        return BadFact(field="facts", value=raw, allowed="a mapping of variables to values")
    facts: dict[str, Value] = {}
    for name, given in raw.items():
        if name not in dictionary:
            return BadFact(field=name, value=given, allowed=sorted(dictionary))
        value = _value(dictionary[name], given)
        if value is None:
            return BadFact(field=name, value=given, allowed=_allowed(dictionary[name]))
        facts[name] = value
    return facts


def _value(variable: Variable, given: Any) -> Value | None:
    if variable.kind == "number":
        return _number(variable, given)
    if variable.kind == "list":
        return _words(variable, given)
    if not isinstance(given, str):
        return None
    if variable.kind == "text":
        return given if len(given) <= LONGEST_TEXT else None
    return given if given in variable.values else None


def _number(variable: Variable, given: Any) -> Value | None:
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        return None
    low = -LARGEST_NUMBER if variable.minimum is None else variable.minimum
    high = LARGEST_NUMBER if variable.maximum is None else variable.maximum
    return given if low <= given <= high else None


def _words(variable: Variable, given: Any) -> Value | None:
    if not isinstance(given, (list, tuple)) or not given:
        return None
    fits = all(isinstance(word, str) and word in variable.values for word in given)
    return tuple(dict.fromkeys(given)) if fits else None


def _allowed(variable: Variable) -> list[str] | str:
    if variable.kind == "number":
        low = "" if variable.minimum is None else f" from {variable.minimum:g}"
        high = "" if variable.maximum is None else f" to {variable.maximum:g}"
        return f"a number{low}{high}{f', {variable.unit}' if variable.unit else ''}"
    if variable.kind == "text":
        return f"text of at most {LONGEST_TEXT} characters"
    return list(variable.values)
