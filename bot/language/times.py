"""When and how long: time expressions over normal words, resolved against the message's date.

Month = 4.345 weeks, year = 12 months (clinical.md 2.0). "8 months" is 34.8 weeks; "since tuesday" counts
days back to the last Tuesday; "years" without a number is vague and stays without one.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.language.segments import Token

WEEKS_PER_MONTH = 4.345
DAYS_PER_MONTH = WEEKS_PER_MONTH * 7
_UNIT_DAYS = {
    "minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "night": 1.0, "week": 7.0, "month": DAYS_PER_MONTH,
    "year": DAYS_PER_MONTH * 12, "decade": DAYS_PER_MONTH * 120,
}  # fmt: skip
_QUANTITY = {"couple": 2.0, "few": 3.0, "several": 5.0, "half": 0.5, "half 1": 0.5, "many": None, "lot": None}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_HOLIDAYS = {
    "christma": (12, 25), "christmas": (12, 25),
    "xmas": (12, 25), "halloween": (10, 31), "thanksgiving": (11, 25),
    "thanksgiv": (11, 25), "easter": (4, 10), "valentine": (2, 14), "summer": (7, 15), "spring": (4, 15),
    "winter": (1, 15), "autumn": (10, 15),
}  # fmt: skip

_N = r"(?P<n>\d+(?:[.,]\d+)?|couple|few|several|half 1|half|many)"
_UNIT = r"(?P<unit>minute|hour|day|night|week|month|year|decade)"
_LEAD = (
    r"(?:(?P<lead>for|since|about|past|last|been|over|like|"
    r"almost|nearly|in|within|after|go on|within last) )*"
)
_SPAN = re.compile(
    rf"(?<!\S){_LEAD}{_N}(?: (?:-+|–|to|or) (?P<n2>\d+(?:[.,]\d+)?))?(?P<half> and (?:1 )?half)? {_UNIT}"
    rf"(?P<half2> and (?:1 )?half)?(?P<ago> ago| back| earlier)?(?! old| - old|\S)"
)
_NEAR = re.compile(
    r"(?<!\S)(?:(?P<lead>since|from|start|begin|on|this) )?"
    r"(?P<word>day before yesterday|yesterday|last night|this am|this morn|this morning|this afternoon"
    r"|this even|tonight|"
    r"today|overnight|last week|this week|past week|last weekend|this weekend|over weekend|weekend|"
    r"last month|past month|this month|last year|past year|this year|all week|all month|all year"
    r"|other day|1 other day)(?!\S)"
)
_WEEKDAY = re.compile(
    r"(?<!\S)(?:(?P<lead>since|on|last|this past|this|start|from|until|til|by|past|next|for) )*"
    r"(?P<day>" + "|".join(_WEEKDAYS) + r"|sat|sun|mon)(?: night| morn| morning)?(?!\S)"
)
_MONTH = re.compile(
    r"(?<!\S)(?P<lead>(?:(?:since|in|last|on|by|around|early|late|mid|start|from|back|this past"
    r"|before|until|end|"
    r"begin|about|done|dated|- ) )*)"
    r"(?P<month>"
    + "|".join(_MONTHS)
    + r")(?: (?P<day>\d{1,2})(?:th|st|nd|rd)?(?= |$|,))?(?:,? ?(?P<year>(?:19|20)\d\d))?(?!\S)"
)
_YEAR = re.compile(
    r"(?<!\S)(?P<lead>since|in|from|around|back in|year|about|dated|of)? ?(?P<year>(?:19[4-9]"
    r"|20[0-4])\d)(?!\S)"
)
_HOLIDAY = re.compile(
    r"(?<!\S)(?P<lead>(?:(?:since|before|last|over|on|around|about|this|after|in|at|this past) )+)"
    r"(?P<name>christmas?|xmas|halloween|thanksgiv|thanksgiving|easter|valentine|summer|spring|winter"
    r"|autumn)(?!\S)"
)
_NUMERIC = re.compile(
    r"(?<!\S)(?P<m>1[0-2]|0?[1-9]) / (?P<d>3[01]|[12]\d|0?[1-9])(?: / (?P<y>(?:20)?\d\d))?(?! ?/|\S| 10)"
)
_VAGUE = re.compile(
    r"(?<!\S)(?:for |been |in )?(?P<word>year|ages|forever|long time|while|entire life|whole life"
    r"|decade|childhood|kid)(?!\S)"
)


@dataclass(frozen=True)
class TimeMention:
    """A time in a text, as days before the message; `days` None = vague. Token positions start..end."""

    days: float | None
    start: int
    end: int
    kind: str
    """span ("3 weeks"), ago, point ("since tuesday"), date ("in March 2020"), vague, old ("for years")."""

    @property
    def weeks(self) -> float | None:
        """Weeks, one decimal."""
        return None if self.days is None else round(self.days / 7, 1)


class _Line:
    """The words as one string, with the way back to token positions."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.starts: list[int] = []
        parts: list[str] = []
        length = 0
        for token in tokens:
            self.starts.append(length)
            shown = "~" if token.norm in ("|", ".") else token.norm
            parts.append(shown)
            length += len(shown) + 1
        self.text = " ".join(parts)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Token positions of a match."""
        return bisect_right(self.starts, start) - 1, bisect_right(self.starts, end - 1)


def find_times(tokens: Sequence[Token], date: dt.date) -> list[TimeMention]:
    """All time expressions, in reading order, none overlapping."""
    line = _Line(tokens)
    found: list[TimeMention] = []
    taken: set[int] = set()
    for mention in _candidates(line, date):
        places = set(range(mention.start, mention.end))
        if not places & taken:
            taken |= places
            found.append(mention)
    return sorted(found, key=lambda mention: mention.start)


def _candidates(line: _Line, date: dt.date) -> Iterator[TimeMention]:
    text = line.text
    for match in _SPAN.finditer(text):
        yield _span(match, line)
    for match in _NEAR.finditer(text):
        days = _near_days(match["word"], date)
        yield TimeMention(days, *line.span(*match.span()), "point")
    for pattern, resolve in (
        (_MONTH, _month_days),
        (_HOLIDAY, _holiday_days),
        (_NUMERIC, _numeric_days),
        (_YEAR, _year_days),
    ):
        for match in pattern.finditer(text):
            resolved = resolve(match, date)
            if resolved is not None:
                yield TimeMention(resolved, *line.span(*match.span()), "date")
    for match in _WEEKDAY.finditer(text):
        if match["lead"] is None and match["day"] in ("sat", "sun", "mon"):
            continue
        if match["lead"] not in ("next", "until", "til", "by", "for"):
            yield TimeMention(_weekday_days(match["day"], date), *line.span(*match.span()), "point")
    for match in _VAGUE.finditer(text):
        kind = (
            "old"
            if match["word"]
            in ("year", "decade", "ages", "forever", "entire life", "whole life", "childhood")
            else "vague"
        )
        yield TimeMention(None, *line.span(*match.span()), kind)


def _span(match: re.Match[str], line: _Line) -> TimeMention:
    number: float | None = _quantity(match["n"])
    unit = _UNIT_DAYS[match["unit"]]
    start, end = line.span(*match.span())
    if number is None:
        return TimeMention(None, start, end, "old" if unit > 300 else "vague")
    if match["n2"]:
        number = (number + float(match["n2"].replace(",", "."))) / 2
    if match["half"] or match["half2"]:
        number += 0.5
    if match["lead"] == "after" and not match["ago"]:
        return TimeMention(number * unit, start, end, "after")
    return TimeMention(number * unit, start, end, "ago" if match["ago"] else "span")


def _quantity(word: str) -> float | None:
    if word in _QUANTITY:
        return _QUANTITY[word]
    return float(word.replace(",", "."))


def _near_days(word: str, date: dt.date) -> float:
    if word in ("yesterday", "last night", "overnight"):
        return 1.0
    if word == "day before yesterday":
        return 2.0
    if word.endswith("week"):
        return 7.0
    if word.endswith("weekend"):
        return float((date.weekday() - 5) % 7 or 7)
    if word.endswith("month"):
        return 30.0
    if word.endswith("year"):
        return 365.0
    return 3.0 if word.endswith("other day") else 0.0


def _weekday_days(day: str, date: dt.date) -> float:
    full = {"sat": "saturday", "sun": "sunday", "mon": "monday"}.get(day, day)
    return float((date.weekday() - _WEEKDAYS.index(full)) % 7 or 7)


def _days_back(year: int, month: int, day: int, date: dt.date) -> float | None:
    try:
        then = dt.date(year, month, day)
    except ValueError:
        return None
    return float((date - then).days)


def _month_days(match: re.Match[str], date: dt.date) -> float | None:
    if match["month"] in ("may", "march") and not match["lead"] and not match["day"] and not match["year"]:
        return None
    month = _MONTHS.index(match["month"]) + 1
    day = int(match["day"]) if match["day"] else 15
    if match["year"]:
        return _days_back(int(match["year"]), month, day, date)
    return _latest(month, day, date, whole_month=not match["day"])


def _latest(month: int, day: int, date: dt.date, *, whole_month: bool) -> float | None:
    this_year = _days_back(date.year, month, day, date)
    if this_year is not None and (this_year >= 0 or (whole_month and month == date.month)):
        return max(this_year, 0.0)
    return _days_back(date.year - 1, month, day, date)


def _holiday_days(match: re.Match[str], date: dt.date) -> float | None:
    month, day = _HOLIDAYS[match["name"]]
    return _latest(month, day, date, whole_month=False)


def _numeric_days(match: re.Match[str], date: dt.date) -> float | None:
    month, day = int(match["m"]), int(match["d"])
    if not match["y"]:
        return _latest(month, day, date, whole_month=False)
    year = int(match["y"])
    return _days_back(year + 2000 if year < 100 else year, month, day, date)


def _year_days(match: re.Match[str], date: dt.date) -> float | None:
    year = int(match["year"])
    if year > date.year:
        return None
    if year == date.year:
        return float((date - dt.date(year, 1, 1)).days // 2)
    return _days_back(year, 7, 1, date)
