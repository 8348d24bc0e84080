"""Times as staff read them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from bot.gateway.console import times

ZONE = ZoneInfo("America/Chicago")
NOW = dt.datetime(2026, 11, 18, 18, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "< 1 min"),
        (59, "< 1 min"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 05 min"),
        (35999, "9 h 59 min"),
        (36060, "10 h"),
        (86399, "23 h"),
        (86400, "1 day"),
        (200000, "2 days"),
    ],
)
def test_span_is_short(seconds: float, words: str) -> None:
    assert times.span(seconds) == words


def test_due_says_how_late() -> None:
    assert times.due(NOW + dt.timedelta(minutes=35), now=NOW) == "in 35 min"
    assert times.due(NOW - dt.timedelta(minutes=12), now=NOW) == "12 min late"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW, "12:00 PM"),
        (NOW - dt.timedelta(hours=11), "1:00 AM"),
        (NOW - dt.timedelta(hours=13), "Tue Nov 17, 11:00 PM"),
        (NOW - dt.timedelta(days=365), "Tue Nov 18 2025, 12:00 PM"),
    ],
)
def test_clock_time_is_in_the_clinics_zone(moment: dt.datetime, words: str) -> None:
    assert times.clock_time(moment, zone=ZONE, now=NOW) == words


def test_appointment_always_has_its_day() -> None:
    assert times.day_time(NOW, zone=ZONE) == "Wed Nov 18 2026, 12:00 PM"
    assert times.full_time(NOW, zone=ZONE) == "Wed Nov 18 2026, 12:00:00 PM CST"
