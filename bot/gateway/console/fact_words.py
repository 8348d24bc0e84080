"""Facts in the words of the console: label, value with unit, who said it and when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.facts import Fact
from bot.domain.lengths import plain_length
from bot.gateway.console import times
from bot.gateway.console.shown import ShownFact, When
from bot.protocols import Protocols

CALM_VALUES = frozenset({"no", "none", "absent"})
"""Values a nurse may skip over when she scans the facts."""

CODE_WORDS: Mapping[str, str] = {
    "xray": "X-ray", "xray_flexion": "X-ray while bending", "mri": "MRI", "ct": "CT", "mri_ct": "MRI and CT",
    "ddd": "DDD", "si_joint": "SI joint", "ms": "MS", "bph": "BPH", "prior_ces": "prior CES",
    "prn": "as needed", "nrt": "nicotine replacement", "wc": "workers' comp", "va_tricare": "VA or TRICARE",
}  # fmt: skip
"""Codes that are not words with underscores for blanks."""

_NAME = re.compile(r"\b([a-z]+(?:_[a-z0-9]+)+)\b(?: (\d+(?:\.\d+)?)\b)?")
"""A variable or a code in a protocol's line, and the number that follows it."""
_WHOLE = re.compile(r"(?<=\d)\.0\b(?!\.)")
"""What `12.0` has too much."""


class FactWords:
    """What every view of a case needs; `seqs` is message id -> number."""

    def __init__(
        self, *, protocols: Protocols, zone: ZoneInfo, now: dt.datetime, seqs: Mapping[str, int]
    ) -> None:
        self._protocols = protocols
        self.dictionary = protocols.dictionary
        self._zone = zone
        self._now = now
        self._seq_of = seqs

    def label(self, variable: str) -> str:
        """What the dictionary calls it, else its name, readable."""
        known = variable in self._protocols.dictionary and self._protocols.dictionary[variable].label
        return known or variable.replace("_", " ").capitalize()

    def value(self, variable: str, value: Any) -> str:
        """The value for the eye, numbers with their unit, lengths of time as people say them."""
        unit = self._unit(variable)
        if unit in ("days", "weeks", "months", "years") and isinstance(value, int | float):
            return plain_length(value, unit)
        return self._exact(variable, value)

    def _exact(self, variable: str, value: Any) -> str:
        unit = self._unit(variable)
        if not unit or not isinstance(value, int | float):
            return show(value)
        return f"{show(value)} {unit.removesuffix('s') if value == 1 else unit}"

    def _unit(self, variable: str) -> str:
        known = variable in self._protocols.dictionary
        return (self._protocols.dictionary[variable].unit or "") if known else ""

    def readable(self, text: str) -> str:
        """A protocol's line for staff with labels in place of the names of variables, codes in words, whole
        numbers whole and with their unit."""
        labelled = _NAME.sub(lambda found: self._label_in_line(found.group(), *found.groups()), text)
        return _WHOLE.sub("", labelled)

    def _label_in_line(self, whole: str, name: str, number: str | None) -> str:
        if name not in self._protocols.dictionary:
            return show(whole)
        if not number:
            return in_line(self.label(name))
        return f"{in_line(lasting(self.label(name)))} {self._exact(name, float(number))}"

    def when(self, moment: dt.datetime) -> When:
        return When(
            short=times.clock_time(moment, zone=self._zone, now=self._now),
            day=times.day_time(moment, zone=self._zone),
            full=times.full_time(moment, zone=self._zone),
            machine=times.machine_time(moment),
        )

    def fact(self, fact: Fact, *, history: Sequence[ShownFact] = ()) -> ShownFact:
        """One value for the eye; `history` are the earlier ones."""
        marks = {
            "contradiction": fact.conflict,
            "corrected": fact.corrected,
            "declined": fact.declined,
        }
        return ShownFact(
            variable=fact.variable,
            label=self.label(fact.variable),
            value=self._value_of(fact),
            words=fact.words,
            seq=self._seq_of.get(fact.message_id or ""),
            by=fact.by,
            how=f"answer to {fact.asked}" if fact.asked else "volunteered",
            at=self.when(fact.at),
            marks=[mark for mark, holds in marks.items() if holds],
            reason=fact.reason if fact.by == "staff" else "",
            calm=is_calm(fact.value) and not (fact.conflict or fact.corrected),
            history=history,
        )

    def _value_of(self, fact: Fact) -> str:
        if fact.value is not None:
            return self.value(fact.variable, fact.value)
        return "prefers not to say" if fact.declined else "not known"


def sentence(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def in_line(label: str) -> str:
    """Inside a sentence: a small first letter, but `AS or DISH` and `MRI` stay."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def lasting(label: str) -> str:
    """`Numb between the legs: since` before a number of days: not since 3 days, but for 3 days."""
    return f"{label.removesuffix('since').rstrip(': ')} for" if label.endswith("since") else label


def show(value: Any) -> str:
    """A fact's value for the eye: lists with commas, codes in words, whole numbers whole."""
    if isinstance(value, list | tuple):
        return ", ".join(show(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}"
    return CODE_WORDS.get(str(value)) or str(value).replace("_", " ")


def is_calm(value: Any) -> bool:
    """A plain denial."""
    return isinstance(value, str) and value in CALM_VALUES
