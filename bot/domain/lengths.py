"""A length of time as people say it: "3 days", "about 1 month", "about 2 years"; never "0.14 weeks"."""

from __future__ import annotations

_DAYS_A_WEEK, _DAYS_A_MONTH = 7, 30.4
_IN_DAYS = {"days": 1.0, "weeks": 7.0}
_FEW_DAYS, _LONG_DAYS, _LONG_WEEKS, _LONG_MONTHS = 14, 21, 8, 24
"""From here on a time is told in the next larger unit."""
_NEARLY = 0.1
"""So near to a whole number nobody says "about"."""


def plain_length(value: float, unit: str) -> str:
    """`value` in `unit` (days, weeks, months or years) in the unit people would use, rounded plainly."""
    if unit in _IN_DAYS:
        return _of_days(value * _IN_DAYS[unit], long_from=_LONG_DAYS if unit == "days" else _FEW_DAYS)
    if unit == "years" and value < 1:
        return _counted(max(1, round(value * 12)), "month", about=True)
    whole = max(1, round(value)) if unit == "months" else round(value)
    return _counted(whole, unit.removesuffix("s"), about=unit == "years" and whole != value)


def _of_days(days: float, *, long_from: int) -> str:
    whole = round(days)
    if whole == 0:
        return "less than a day"
    if whole < long_from:
        a_week = whole == _DAYS_A_WEEK and long_from == _FEW_DAYS
        return "1 week" if a_week else _counted(whole, "day", about=False)
    weeks, months = days / _DAYS_A_WEEK, round(days / _DAYS_A_MONTH)
    if weeks >= _LONG_WEEKS - _NEARLY:
        years = months >= _LONG_MONTHS
        return _counted(round(months / 12) if years else months, "year" if years else "month", about=True)
    uneven = abs(weeks - round(weeks)) > _NEARLY
    if uneven and months and abs(days - months * _DAYS_A_MONTH) < 1:
        return _counted(months, "month", about=True)
    return _counted(round(weeks), "week", about=uneven or long_from == _LONG_DAYS)


def _counted(number: float, unit: str, *, about: bool) -> str:
    return f"{'about ' if about else ''}{number:g} {unit}{'' if number == 1 else 's'}"
