"""The figure of an answer: "6, twice weekly", "half a dozen", "since may" in the unit of what was asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.domain.dictionary import Value, Variable
from bot.language.answers.answer_values import (
    asks_in_unit,
    count_in_words,
    height_of,
    in_unit,
    measured,
    score_of,
    slip_of,
    taken,
    tens_and_ones,
)
from bot.language.grammar.settle import Settled
from bot.language.text.heard import Heard
from bot.language.text.numbers import tells_a_span
from bot.language.text.spelled import with_digits
from bot.language.times.slots import unit_days
from bot.language.times.times import find_times
from bot.language.times.timing import OLD_DAYS

_NUMBER = re.compile(r"(?<![\w/])(\d{1,3}(?:\.\d+)?)(?: ?(?:-|to|or) ?(\d{1,3}))?(?![\w%])")
_DECIMAL = re.compile(r"(?<![\w.])(\d{1,3}[.,]\d)(?![\d%])")
_TENS = re.compile(r"(?<!\S)([2-9]0)[ -]+([1-9])(?!\S)")
_VISITS = frozenset(("visit", "session", "appointment"))
_SHORT_WORDS = 6


def number_of(variable: Variable, heard: Heard, settled: Settled, norms: Sequence[str]) -> Value | None:
    """A figure of the answer that no other variable of the same kind has taken already."""
    if variable.name == "age" and tells_a_span(heard.page.source.text):
        return None
    unit = unit_days(variable.name)
    times = [t for t in find_times(heard.tokens, heard.date) if t.days is not None and t.days >= 0]
    if unit and times:
        return None if taken(variable.name, settled) else in_unit(times[0], unit)
    if variable.name.endswith("_onset_days") and any(norm in ("year", "decade", "forever") for norm in norms):
        return OLD_DAYS
    if variable.name == "pain_nrs":
        return score_of(with_digits(heard.page.source).text)
    decimal = _DECIMAL.search(heard.page.source.text)
    if decimal and not unit and len(norms) <= 2 * _SHORT_WORDS:
        return measured(variable.name, float(decimal.group(1).replace(",", ".")))
    digits = with_digits(heard.page.source, pounds=variable.name == "weight_lb").text
    if variable.name == "slip_grade":
        return slip_of(digits)
    if variable.name == "height_in":
        return height_of(digits)
    if variable.name.endswith("_count") and len(norms) <= _SHORT_WORDS:
        counted = count_in_words(norms)
        if counted is not None:
            return counted
    if variable.name == "walk_minutes":
        match = _NUMBER.fullmatch(digits.strip(" .!"))
        return None if match is None else int(float(match.group(1)))
    if unit and not _VISITS.isdisjoint(norms):
        return None
    match = _NUMBER.search(digits) or _NUMBER.search(_TENS.sub(tens_and_ones, " ".join(norms)))
    if match is None or len(norms) > _SHORT_WORDS or (unit and not asks_in_unit(variable)):
        return None
    number = float(match.group(1))
    if match.group(2):
        number = (number + float(match.group(2))) / 2
    return measured(variable.name, number)
