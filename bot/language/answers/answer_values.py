"""How an answer's words become a value: units, numbers, yes and no for each kind of variable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.domain.dictionary import Value, Variable
from bot.domain.facts import kinds_of_care
from bot.language.grammar.polarity import Polarity
from bot.language.grammar.settle import Settled
from bot.language.text.words import Word
from bot.language.times.slots import unit_days
from bot.language.times.times import TimeMention


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


_SCORES = re.compile(
    r"(?<![\w/.-])(?P<a>\d{1,2}(?:[.,]5)?)(?: ?(?:-|to|or) ?(?P<b>10|\d)(?![\w.]))?"
    r"(?:ish| ?(?:/|out of) ?10)?\b"
    r"(?! ?(?:times?|x\b|weeks?|wks?|days?|months?|mos?|years?|yrs?|hours?|hrs?|minutes?|mins?|pills?|mg"
    r"|kids?|am\b|pm\b|%|:))"
)
_CHANGED = re.compile(r"\b(?:change|make|put|not)\b.* (?:to|it|but) (?:a |an )?(\d{1,2})\b")
_USUAL = re.compile(
    r"\b(?:usual(?:ly)?|most days|mostly|average|averages|normally|typical(?:ly)?|generally)"
    r"[^\d,.]{0,20}(\d{1,2})\b"
)


def score_of(digits: str) -> Value | None:
    """The one pain score of an answer, the middle of a range; None of several ("3 sitting, 8 up")."""
    changed = _CHANGED.search(digits) or _USUAL.search(digits)
    if changed:
        return min(int(changed.group(1)), 10)
    found = {match.groups() for match in _SCORES.finditer(digits)}
    if len(found) != 1:
        return None
    low, high = found.pop()
    score = float(low.replace(",", "."))
    score = (score + float(high)) / 2 if high else score
    return min(int(score) if score == int(score) else score, 10)


_GRADE = re.compile(
    r"\b(?P<roman>iv|iii|ii|i|v)\b|(?<![\w.])(?P<digit>[1-5])(?![\w.%])|\b(?P<one>one|first)\b"
)
_PERCENT = re.compile(r"\b(\d{1,3}) ?(?:%|percent|per cent)")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}


def slip_of(digits: str) -> Value | None:
    """Meyerding's grade of "grade ii", "2", "about 30%"; of two named the worse ("1 to 2")."""
    percent = _PERCENT.search(digits)
    if percent:
        return 1 + sum(int(percent.group(1)) > limit for limit in (25, 50, 75, 100))
    text = re.sub(r"\bi (?!or|to|-)", " ", digits)
    grades = [_ROMAN.get(m["roman"] or "", int(m["digit"] or 1)) for m in _GRADE.finditer(text)]
    return max(grades) if grades else None


_FEET = re.compile(r"\b([4-7])(?: ?(?:'|ft|foot|feet),? ?| )(1[01]|\d)?(?:\"|''| inches| in| even)?(?!\d)")
_INCHES = re.compile(r"\b([4-8]\d)(?: ?(?:in|inches|\"))?\b")


def height_of(digits: str) -> Value | None:
    """Inches of "5 4", "6 foot even", "67 inches"."""
    feet = _FEET.search(digits + " ")
    if feet:
        return int(feet.group(1)) * 12 + int(feet.group(2) or 0)
    inches = _INCHES.search(digits)
    return int(inches.group(1)) if inches else None


def asks_in_unit(variable: Variable) -> bool:
    """The question says "how many weeks", or nobody would count otherwise: a bare number needs no unit."""
    return variable.name in ("walk_minutes", "cancer_years", "cons_pt_weeks") or bool(
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


def count_in_words(norms: Sequence[str]) -> int | None:
    """ "A couple", "half a dozen", "once"."""
    said = set(norms)
    if {"half", "dozen"} <= said:
        return 6
    if said & {"couple", "twice", "twic"}:
        return 2
    return 1 if said & {"onc", "once", "1"} else None


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
