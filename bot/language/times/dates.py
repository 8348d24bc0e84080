"""Calendar days said by name or number, as days before the message: weekdays, months, holidays, dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from functools import cache

from bot.language.text.time_line import Line
from bot.language.times.holidays import FIRST_WORDS, NAMES, SEASONS, named_day

WEEKS_PER_MONTH = 4.345
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_DAYS = {"sat": "saturday", "sun": "sunday", "mon": "monday"}
WEEKDAY_WORDS = frozenset((*WEEKDAYS, *_SHORT_DAYS))
WEEKDAYS_AND_ENDS = frozenset((*WEEKDAYS, "weekend"))
SEASON_WORDS = frozenset(("summer", "winter", "spring", "autumn", "fall", "easter", "christma"))
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
_MIDDLE, _EARLY, _LATE, _END = 15, 5, 25, 30
_ORDINAL = r"(?: (?:th|st|nd|rd))?"
_YEAR_WORD = r"(?P<year>(?:19|20)\d\d)|(?P<ago>last year|1 year ago)|(?P<ago2>\d year ago)"
YEAR = re.compile(
    r"(?<!\S)(?:(?:since|in|from|around|back in|year|about|dated) )?(?P<year>(?:19[4-9]|20[0-4])\d)(?!\S)"
)
NUMERIC = re.compile(
    r"(?<!\S)(?:(?P<lead>since|on|from|around|about|dated|dos|start|until) )?(?P<m>1[0-2]|0?[1-9]) "
    r"(?P<sep>[/-]) (?P<d>3[01]|[12]\d|0?[1-9])(?: (?P=sep) (?P<y>(?:20)?\d\d))?(?! ?[/-] ?\d|\S"
    r"| out 10| pain)"
)
DAY_OF_MONTH = re.compile(
    r"(?<!\S)(?:(?:(?P<lead>since|on|from|around|about|as|by|until|of|it was|was|surgery|operation|op"
    r"|fusion|so|~|¦|,) |^)(?:about |around )?"
    r"(?P<d>3[01]|[12]\d|[1-9]) (?:th|st|nd|rd)(?P<rest> this month)?(?! (?:day|week|month|year|time"
    r"|shot|surgery|op|baby|kid|leg|pregnancy|fall|wreck|flare|fusion|mri|part|child"
    r"|epidural|injection|floor|grade|visit|opinion|try|round|street|st|ave|birthday|one|session"
    r"|degree|trimester))"
    r"|(?P<first>(?:since |on |around |about )*(?:1 st|first) (?:this )?month))(?!\S)"
)
MONTH_YEAR = re.compile(
    r"(?<!\S)(?:(?:since|in|from|around) )?(?P<m>1[0-2]|0?[1-9]) [/-] (?P<y>20[0-4]\d)(?!\S)"
)
WEEKDAYS_BACK = re.compile(
    r"(?<!\S)(?:(?:since|on|like|about|~) )*(?:(?P<n>\d|couple|few) (?P<counted>"
    + "|".join((*WEEKDAYS, "weekend"))
    + r") (?:ago|back)|(?P<named>"
    + "|".join((*WEEKDAYS, "weekend"))
    + r") (?:before last|week)(?= |$)(?! (?:before|last|ago)))(?!\S)"
)
""" "Three saturdays back", "friday before last", "since sunday week"."""
WEEKS_TO_DAY = re.compile(
    r"(?<!\S)(?P<n>\d{1,2}|couple) week (?:ago )?(?:come|this|this come|on) (?P<day>"
    + "|".join(WEEKDAYS)
    + r")(?!\S)"
)
""" "Two weeks this friday": so many weeks before the day that comes."""
SEASONS_BACK = re.compile(
    r"(?<!\S)(?:since |over )?(?:(?P<n>\d|couple|few) (?P<counted>summer|winter|spring|autumn|fall|easter"
    r"|christma) (?:ago|back|past)|(?P<before>summer|winter|spring|autumn|fall) before last"
    r"|(?:in|since|from|back in) (?P<dated>fall|summer|winter|spring|autumn) (?P<year>20\d\d|[012]\d))(?!\S)"
)
""" "Two summers ago", "the winter before last", "since fall of 24"."""
START_OF_YEAR = re.compile(
    r"(?<!\S)(?:since |around |about |at )*(?P<part>start|begin|first|turn|end)(?: this)? year(?! ago|\S)"
)
_FRACTIONS = frozenset((("1", "2"), ("1", "4"), ("3", "4"), ("1", "3"), ("2", "3"), ("1", "5")))


@cache
def weekday_pattern() -> re.Pattern[str]:
    """A weekday with what stands before it (`lead`) and after it (`part` of day, `of` last week)."""
    return re.compile(
        r"(?<!\S)(?:(?P<lead>since|on|last|this past|this come|this|start|from|until|til|by|past|next"
        r"|for|every|each"
        r"|come|before|see you) )*(?P<day>" + "|".join((*WEEKDAYS, *_SHORT_DAYS)) + r")"
        r"(?P<part> night| morn| morning| even| evening| afternoon| am| pm)?"
        r"(?P<of> last week| week before)?(?: last)?(?!\S)"
    )


@cache
def month_pattern() -> re.Pattern[str]:
    """A month, its day before or after it, and its year: "early march", "4 th nov", "sept 21 st 2025"."""
    names = "|".join(MONTHS)
    return re.compile(
        r"(?<!\S)(?P<lead>(?:(?:since|in|last|on|by|around|early|lat|late|mid|middle|start|from|back"
        r"|this past|first"
        r"|before|until|end|begin|about|done|dated|next|- |first part|first week|last week) )*)"
        rf"(?:(?P<day0>3[01]|[12]\d|[1-9]){_ORDINAL} )?(?P<month>{names})"
        rf"(?:(?: ·| ,)? (?P<day>3[01]|[12]\d|[1-9]){_ORDINAL}(?= |$)(?! (?:week|month|year|day|hour"
        rf"|time|/)))?"
        rf"(?:(?: ,)? (?:{_YEAR_WORD}))?(?!\S)"
    )


@cache
def holiday_pattern() -> re.Pattern[str]:
    """A holiday or season after a word of time; a season needs one ("since summer", "last spring")."""
    return re.compile(
        r"(?<!\S)(?P<lead>(?:(?:since|before|last|over|on|around|about|this|after|in|at|this past"
        r"|back in|right after"
        r"|right before|day after|day before|from) )*)"
        r"(?P<name>" + "|".join(NAMES) + r")(?: time| day| weekend)?"
        rf"(?:(?: ,)? (?:{_YEAR_WORD}))?(?!\S)"
    )


def days_back(year: int, month: int, day: int, date: dt.date) -> float | None:
    """Days from that date to the message; negative in the future; None for an impossible date."""
    try:
        then = dt.date(year, month, day)
    except ValueError:
        return None
    return float((date - then).days)


def weekday_days(day: str, date: dt.date) -> float:
    """Days since the last such weekday, 1 to 7."""
    return float((date.weekday() - WEEKDAYS.index(_SHORT_DAYS.get(day, day))) % 7 or 7)


def near_days(word: str, date: dt.date) -> float:
    """Days of "yesterday", "last week", "this morning" and their like."""
    if word.startswith("day before"):
        return 2.0
    if word in ("yesterday", "last night", "overnight"):
        return 1.0
    if word.endswith("weekend") or word == "weekend before last":
        saturday = float((date.weekday() - 5) % 7 or 7)
        return saturday + 7 if word.endswith("before last") else saturday
    lengths = {"week before last": 11.0, "month before last": 45.0, "year before last": 730.0}
    if word in lengths:
        return lengths[word]
    return next(
        (days for unit, days in (("week", 7.0), ("month", 30.0), ("year", 365.0)) if word.endswith(unit)), 0.0
    )


def month_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since the month or its day; 15th when no day is said."""
    lead, said = match["lead"].split(), match["day"] or match["day0"]
    bare = not lead and not said and _year_said(match, date) is None
    if bare and match["month"] in ("may", "march") and match.string.strip() != match.group().strip():
        return None  # "I may", "march on"; alone it answers a question
    month = MONTHS.index(match["month"]) + 1
    day = int(said) if said else _part_of_month(lead)
    if {"next", "until", "by"} & set(lead):
        return None
    year = _year_said(match, date)
    if year is not None:
        return days_back(year, month, day, date)
    return _latest(month, day, date, whole_month=not said)


def _part_of_month(lead: list[str]) -> int:
    if {"early", "begin", "first"} & set(lead):
        return _EARLY
    if "end" in lead:
        return _END
    return _LATE if {"lat", "late"} & set(lead) else _MIDDLE


def _year_said(match: re.Match[str], date: dt.date) -> int | None:
    if match["year"]:
        return int(match["year"])
    if match["ago"]:
        return date.year - 1
    return date.year - int(match["ago2"][0]) if match["ago2"] else None


def _latest(month: int, day: int, date: dt.date, *, whole_month: bool) -> float | None:
    this_year = days_back(date.year, month, day, date)
    if this_year is not None and (this_year >= 0 or (whole_month and month == date.month)):
        return max(this_year, 0.0)
    return days_back(date.year - 1, month, day, date)


def holiday_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since the holiday or the middle of the season."""
    name = match["name"]
    if name in SEASONS and not match["lead"] and not match["ago"] and not match["year"]:
        return None
    said = _year_said(match, date)
    years = [said] if said is not None else [date.year, date.year - 1]
    return next((float(days) for year in years if (days := (date - named_day(name, year)).days) >= 0), None)


def numeric_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since "11/7" or "10-19-26"; fractions, scores and grades of strength are no dates."""
    month, day, year = int(match["m"]), int(match["d"]), match["y"]
    if not year:
        bare = match["lead"] is None or match["lead"] in ("about", "around")
        if match["sep"] == "-" or (
            bare and ((match["m"], match["d"]) in _FRACTIONS or (day in (5, 10) and month <= day + 2))
        ):
            return None
        return _latest(month, day, date, whole_month=False)
    number = int(year)
    return days_back(number + 2000 if number < 100 else number, month, day, date)


def year_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since the first of July of a year; half of what has gone of this one."""
    year = int(match["year"])
    if year > date.year:
        return None
    if year == date.year:
        return float((date - dt.date(year, 1, 1)).days // 2)
    return days_back(year, 7, 1, date)


def month_year_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since the middle of "3/2026"."""
    return _latest_of_month(days_back(int(match["y"]), int(match["m"]), _MIDDLE, date))


def _latest_of_month(days: float | None) -> float | None:
    """A month that is not half over has begun all the same."""
    return 0.0 if days is not None and -_MIDDLE < days < 0 else days


def weekdays_back_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since "three saturdays back": the last such day is the first of them."""
    day = match["counted"] or match["named"]
    last = near_days(day, date) if day == "weekend" else weekday_days(day, date)
    return last + 7 * (_few(match["n"]) - 1 if match["n"] else 1)


def weeks_to_day_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since "two weeks this friday"."""
    ahead = (WEEKDAYS.index(match["day"]) - date.weekday()) % 7
    return 7.0 * _few(match["n"]) - ahead


def seasons_back_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since the middle of "two summers ago": this year's is the first of them once it has begun."""
    name = (match["counted"] or match["before"] or match["dated"]).replace("fall", "autumn")
    if match["year"]:
        return days_back(2000 + int(match["year"]) % 100, named_day(name, date.year).month, _MIDDLE, date)
    last = next((date - named_day(name, year)).days for year in (date.year, date.year - 1)
                if named_day(name, year) <= date)  # fmt: skip
    return last + 365.0 * (_few(match["n"]) - 1 if match["n"] else 1)


def start_of_year_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since the first of January: "since the start of the year"."""
    return None if match["part"] == "end" else days_back(date.year, 1, 1, date)


def _few(word: str) -> int:
    return {"couple": 2, "few": 3}.get(word) or int(word)


def day_of_month_days(match: re.Match[str], date: dt.date) -> float | None:
    """Days since "the 12th": of this month when it has been, else of the month before."""
    day = 1 if match["first"] else int(match["d"])
    if match["lead"] in ("by", "until"):
        return None
    if day <= date.day:
        return float(date.day - day)
    last_of_before = date.replace(day=1) - dt.timedelta(days=1)
    return days_back(last_of_before.year, last_of_before.month, day, date)


def find_dates(line: Line, date: dt.date) -> Iterator[tuple[float, tuple[int, int]]]:
    """Days since each date said, and its token positions; what cannot be a date is left out."""
    for resolve, matches in _dated(line):
        for match in matches:
            resolved = resolve(match, date)
            if resolved is not None:
                yield resolved, line.span(*match.span())


def _dated(
    line: Line,
) -> Iterator[tuple[Callable[[re.Match[str], dt.date], float | None], Iterator[re.Match[str]]]]:
    """The matches of each kind of date, with what turns them into days."""
    yield weeks_to_day_days, line.find(WEEKS_TO_DAY, naming=WEEKDAY_WORDS)
    yield weekdays_back_days, line.find(WEEKDAYS_BACK, naming=WEEKDAYS_AND_ENDS)
    yield seasons_back_days, line.find(SEASONS_BACK, naming=SEASON_WORDS)
    yield start_of_year_days, line.find(START_OF_YEAR, naming=("year",))
    yield holiday_days, line.find(holiday_pattern(), naming=FIRST_WORDS)
    yield month_days, line.find(month_pattern(), naming=MONTHS)
    if line.has_digits:
        yield month_year_days, MONTH_YEAR.finditer(line.text)
        yield numeric_days, NUMERIC.finditer(line.text)
        yield year_days, YEAR.finditer(line.text)
    yield day_of_month_days, DAY_OF_MONTH.finditer(line.text)
