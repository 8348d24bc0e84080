"""Which input fits a question: a number with its unit, a date, a phone's keys, several boxes.

A fitting input only helps to write the answer; any words are taken all the same, so nothing here
decides what an answer may be. Both pages, with scripts and without, read this one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.dictionary import Dictionary, Variable

Input = Mapping[str, Any]
"""`kind` (number, date, tel, email, several) and, of a number, `min`, `max` and `unit`."""

_DATES = ("birth_date", "check_birth_date", "injury_date")
_LINES: Mapping[str, Input] = {"contact_phone": {"kind": "tel"}, "contact_email": {"kind": "email"}}
_COUNTED_IN_WORDS = ("cons_modalities",)
"""Asked by what was tried; the number is counted from the words."""
_SAID_UNITS = ("minutes", "days", "weeks", "months", "years")
"""Units that are said with the number; an age is told without one."""


def fitting_inputs(dictionary: Dictionary) -> dict[str, Input]:
    """By name of what is asked; a name that is missing takes words and offered choices alone."""
    numbers = [name for name in _named(dictionary, "number") if name not in _COUNTED_IN_WORDS]
    several = (*dictionary.gates, *_named(dictionary, "list"))
    return {
        **{name: {"kind": "several"} for name in several},
        **{name: {"kind": "date"} for name in _DATES},
        **{name: _number(dictionary[name]) for name in numbers},
        **_LINES,
    }


def _named(dictionary: Dictionary, kind: str) -> Iterable[str]:
    return [name for name in dictionary if dictionary[name].kind == kind and dictionary[name].question]


def _number(variable: Variable) -> Input:
    unit = variable.unit if variable.unit in _SAID_UNITS and variable.name != "age" else ""
    limits = {"min": variable.minimum, "max": variable.maximum}
    return {
        "kind": "number",
        "unit": unit,
        **{key: value for key, value in limits.items() if value is not None},
    }
