"""Named days of a year: fixed and moving holidays of the United States, and the middle of each season."""

from __future__ import annotations

import datetime as dt

_FIXED = {
    "christma": (12, 25), "christmas": (12, 25), "xmas": (12, 25), "christma eve": (12, 24),
    "christmas eve": (12, 24), "halloween": (10, 31), "valentine": (2, 14), "valentine day": (2, 14),
    "new year": (1, 1), "new year day": (1, 1), "new year eve": (12, 31), "4 th july": (7, 4),
    "fourth july": (7, 4), "independence day": (7, 4), "veteran day": (11, 11), "st patrick": (3, 17),
    "st patrick day": (3, 17), "cinco de mayo": (5, 5), "juneteenth": (6, 19), "groundhog day": (2, 2),
    "april fool": (4, 1), "boxing day": (12, 26), "summer": (7, 15), "midsummer": (6, 26), "spring": (4, 15),
    "springtime": (4, 15), "winter": (1, 15), "autumn": (10, 15),
}  # fmt: skip
_NTH_WEEKDAY = {
    "labor day": (9, 0, 1), "labour day": (9, 0, 1), "memorial day": (5, 0, -1), "columbus day": (10, 0, 2),
    "thanksgiv": (11, 3, 4), "thanksgiving": (11, 3, 4), "mlk day": (1, 0, 3), "president day": (2, 0, 3),
    "mom day": (5, 6, 2), "mother day": (5, 6, 2), "dad day": (6, 6, 3), "father day": (6, 6, 3),
    "super bowl": (2, 6, 2), "superbowl": (2, 6, 2), "election day": (11, 1, 1), "election": (11, 1, 1),
}  # fmt: skip
"""Month, weekday (Monday 0), which one (-1 the last)."""
_AFTER_EASTER = {"easter": 0, "good friday": -2, "palm sunday": -7, "ash wednesday": -46, "mardi gra": -47}
NAMES = tuple(sorted((*_FIXED, *_NTH_WEEKDAY, *_AFTER_EASTER), key=len, reverse=True))
FIRST_WORDS = frozenset(name.split()[0] for name in NAMES)
SEASONS = frozenset(("summer", "spring", "springtime", "winter", "autumn"))


def named_day(name: str, year: int) -> dt.date:
    """The date of a day of `NAMES` in a year: named_day("labor day", 2026) is 7 September."""
    if name in _FIXED:
        return dt.date(year, *_FIXED[name])
    if name in _AFTER_EASTER:
        return _easter(year) + dt.timedelta(days=_AFTER_EASTER[name])
    return _nth_weekday(year, *_NTH_WEEKDAY[name])


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> dt.date:
    if nth < 0:
        first_of_next = dt.date(year, month + 1, 1)
        back = (first_of_next.weekday() - weekday - 1) % 7 + 1
        return first_of_next - dt.timedelta(days=back)
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _easter(year: int) -> dt.date:
    """Western Easter (the anonymous Gregorian computation)."""
    century, golden = year // 100, year % 19
    correction = century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15
    epact = correction % 30
    epact -= (epact // 28) * (1 - (epact // 28) * (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    offset = epact - weekday
    month = 3 + (offset + 40) // 44
    return dt.date(year, month, offset + 28 - 31 * (month // 4))
