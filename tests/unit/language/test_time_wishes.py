"""Times in a patient's words. It is Tuesday, December 1, 2026."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain.time_wish import TimeWish
from bot.language.times.time_wishes import read_wish

TUESDAY = dt.date(2026, 12, 1)


def d(day: int) -> str:
    return f"2026-12-{day:02}"


WISHES: dict[str, dict[str, object]] = {
    "anything thursday after 3": {"days": [3], "begins": "15:00:00"},
    "later next week": {"first": d(9), "last": d(13)},
    "mornings only": {"before": "12:00:00"},
    "no mornings": {"begins": "12:00:00"},
    "i can't do tuesday": {"not_days": [1]},
    "any day but monday": {"not_days": [0]},
    "not monday, wednesday is fine": {"days": [2], "not_days": [0]},
    "Tuesday doesn’t work but Thursday does": {"days": [3], "not_days": [1]},
    "i work mondays and wednesdays": {"not_days": [0, 2]},
    "thursday or friday": {"days": [3, 4]},
    "mon-wed": {"days": [0, 1, 2]},
    "between monday and thursday": {"days": [0, 1, 2, 3]},
    "weekdays after 4pm": {"days": [0, 1, 2, 3, 4], "begins": "16:00:00"},
    "next thursday": {"first": d(10), "last": d(10)},
    "this friday": {"first": d(4), "last": d(4)},
    "tomorrow afternoon": {"first": d(2), "last": d(2), "begins": "12:00:00"},
    "not tomorrow": {"not_dates": [d(2)]},
    "not before thursday": {"first": d(3)},
    "friday or later": {"first": d(4)},
    "after dec 3": {"first": d(4)},
    "by friday": {"last": d(4)},
    "12/4": {"first": d(4), "last": d(4)},
    "the 3rd": {"first": d(3), "last": d(3)},
    "end of next week": {"first": d(9), "last": d(13)},
    "early next week": {"first": d(7), "last": d(9)},
    "in two weeks": {"first": d(14), "last": d(20)},
    "no later than 2pm": {"before": "14:00:00"},
    "can't before 10": {"begins": "10:00:00"},
    "between 1 and 3": {"begins": "13:00:00", "before": "15:00:00"},
    "10 to 12": {"begins": "10:00:00", "before": "12:00:00"},
    "around 2": {"begins": "13:00:00", "before": "15:01:00"},
    "thursday at 9:30": {"days": [3], "begins": "09:15:00", "before": "10:00:00"},
    "after three": {"begins": "15:00:00"},
    "after work": {"begins": "15:00:00"},
    "before noon": {"before": "12:00:00"},
}
NO_WISHES = (
    "none of these", "the second one", "3", "yes", "my friend drives", "how much money will it take",
    "2/29", "feb 30", "sure", "", "my back hurts more since 3 weeks",
)  # fmt: skip


@pytest.mark.parametrize("text", WISHES)
def test_a_wish_is_read(text: str) -> None:
    wish = read_wish(text, today=TUESDAY)
    assert wish is not None
    assert wish.to_json() == WISHES[text]
    assert TimeWish.from_json(wish.to_json()) == wish


@pytest.mark.parametrize("text", NO_WISHES)
def test_other_words_are_no_wish(text: str) -> None:
    assert read_wish(text, today=TUESDAY) is None


def test_a_date_that_is_over_is_next_years() -> None:
    wish = read_wish("november 30", today=TUESDAY)
    assert wish is not None
    assert wish.first == dt.date(2027, 11, 30)


def test_the_leap_day_is_read_where_there_is_one() -> None:
    wish = read_wish("2/29", today=dt.date(2027, 12, 1))
    assert wish is not None
    assert wish.first == dt.date(2028, 2, 29)


@pytest.mark.parametrize(
    ("moment", "fits"),
    [
        ("2026-12-03T14:59", False),
        ("2026-12-03T15:00", True),
        ("2026-12-04T15:00", False),
        ("2026-12-10T16:30", True),
    ],
)
def test_thursday_after_3_fits(moment: str, fits: bool) -> None:
    wish = read_wish("anything thursday after 3", today=TUESDAY)
    assert wish is not None
    assert wish.fits(dt.datetime.fromisoformat(moment)) is fits


def test_a_newer_wish_replaces_days_and_keeps_what_was_refused() -> None:
    older = TimeWish(days=(3,), not_days=(0,), begins=dt.time(15))
    newer = older.joined(TimeWish(days=(4,)))
    assert newer == TimeWish(days=(4,), not_days=(0,), begins=dt.time(15))
    assert newer.joined(TimeWish(days=(0,))).not_days == (), "Monday after all"
