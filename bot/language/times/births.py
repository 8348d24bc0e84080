"""Dates of birth: "dob 3/14/1961", "March 14, 1961", "14 mar 61", as ISO dates with the age they give."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from bot.language.text.numbers import Figure

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = r"(?P<{0}>" + "|".join(_MONTHS) + r")[a-z]{{0,6}}\.?"
_DATE = re.compile(
    r"(?<!\d)(?:(?P<m>1[0-2]|0?[1-9])[/. -](?P<d>3[01]|[12]\d|0?[1-9])[/. -](?P<y>(?:19|20)?\d\d)"
    r"|" + _NAMED.format("n") + r" (?P<d2>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?,? ?(?P<y2>(?:19|20)?\d\d)"
    r"|(?P<d3>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)? (?:of )?"
    + _NAMED.format("n3")
    + r",? ?(?P<y3>(?:19|20)?\d\d)"
    r"|(?P<y4>(?:19|20)\d\d)-(?P<m4>1[0-2]|0[1-9])-(?P<d4>3[01]|[0-2]\d))(?![\d/])"
)
_ANNOUNCED = re.compile(r"\b(?:born|dob|d\.o\.b\.?|birth ?day|birth ?date|date of birth)\b[^\d\n]{0,16}$")
_OLDEST = 120


def find_births(clean_text: str, *, date: dt.date, asked: bool) -> Iterator[Figure]:
    """`birth_date` and `age` when a birth date was asked or is announced ("born"); impossible ones never."""
    for match in _DATE.finditer(clean_text):
        before = clean_text[max(0, match.start() - 30) : match.start()]
        if not asked and not _ANNOUNCED.search(before):
            continue
        born = _born(match, date)
        if born is not None:
            yield Figure("birth_date", born.isoformat(), *match.span())
            yield Figure("age", _age(born, date), *match.span())
            return


def _born(match: re.Match[str], date: dt.date) -> dt.date | None:
    year = int(match["y"] or match["y2"] or match["y3"] or match["y4"])
    if year < 100:
        year += 2000 if year <= date.year % 100 else 1900
    name = match["n"] or match["n3"]
    month = _MONTHS.index(name) + 1 if name else int(match["m"] or match["m4"])
    day = int(match["d"] or match["d2"] or match["d3"] or match["d4"])
    try:
        born = dt.date(year, month, day)
    except ValueError:
        return None
    return born if born <= date and date.year - year <= _OLDEST else None


def _age(born: dt.date, date: dt.date) -> int:
    return date.year - born.year - ((date.month, date.day) < (born.month, born.day))
