"""How an answer's words become a value: units, numbers, yes and no for each kind of variable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.domain.dictionary import Value, Variable
from bot.domain.facts import kinds_of_care
from bot.language.polarity import Polarity
from bot.language.settle import Settled
from bot.language.slots import unit_days
from bot.language.times import TimeMention
from bot.language.words import Word


def yes_no(variable: Variable, polarity: Polarity | None) -> Value | None:
    """What a polarity says of a yes-or-no variable."""
    if polarity == "unsure":
        return "unsure" if "unsure" in variable.values else None
    return {"affirm": "yes", "deny": "no"}.get(polarity or "")


def ends_at(words: Sequence[Word]) -> Iterator[int]:
    """Where the first clause of the message ends."""
    yield from (i for i, w in enumerate(words) if w.ends_sentence or w.norm in (",", "-"))
    yield len(words)


def tens_and_ones(match: re.Match[str]) -> str:
    """ "20 2" is 22."""
    return str(int(match.group(1)) + int(match.group(2)))


def asks_in_unit(variable: Variable) -> bool:
    """The question itself says "how many weeks", so a bare number needs no unit."""
    return bool(
        variable.question and re.search(r"how many (?:weeks|days|months)", variable.question.web.lower())
    )


def assertion_of(value: Value) -> Literal["present", "absent", "unsure", "resolved"]:
    """How a value of an answer is asserted."""
    if value in ("no", "none", "never"):
        return "absent"
    return "unsure" if value == "unsure" else "present"


def counts_care(settled: Settled, polarity: Polarity | None) -> bool:
    """Kinds of care were named, or all of them denied."""
    return bool(kinds_of_care(settled.facts)) or polarity == "deny"


def shaped(value: str, variable: Variable) -> Value:
    """The value as the variable keeps it."""
    return (value,) if variable.kind == "list" else value


def taken(name: str, settled: Settled) -> bool:
    """The time already stands for another variable that counts in the same unit."""
    return any(other != name and unit_days(other) == unit_days(name) for other in settled.facts)


def in_unit(mention: TimeMention, unit: float) -> Value:
    """A time in the unit of the variable it answers."""
    days = mention.days or 0.0
    return round(days / unit, 1) if unit > 1 else int(round(days / unit, 3))


def measured(name: str, number: float) -> Value:
    """The number in the variable's unit: Celsius becomes Fahrenheit, a score above ten is ten."""
    if name == "temp_f" and 35 <= number <= 42:
        return round(number * 9 / 5 + 32, 1)
    if name == "pain_nrs":
        number = min(number, 10)
    return int(number) if number == int(number) else number
