"""Opening hours, providers' times, and when open time has passed. Pure arithmetic on zone-aware times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

Period = tuple[dt.time, dt.time]
"""Start and end on one day, clinic time; the end is not included."""

_FURTHEST_DAYS = 370
MOST_HOLDS = 6
"""Times one person may hold at once: those of two offers."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """The clinic's week. `weekly[0]` is Monday; a holiday has no periods."""

    zone: ZoneInfo
    weekly: tuple[tuple[Period, ...], ...]
    holidays: frozenset[dt.date] = frozenset()

    def periods(self, day: dt.date) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Open periods of one day as zone-aware times; what a clock change skips is no part of them."""
        if day in self.holidays:
            return
        for first, last in self.weekly[day.weekday()]:
            start, end = _existing(day, first, self.zone), _existing(day, last, self.zone)
            if start < end:
                yield start, end

    def is_open(self, moment: dt.datetime) -> bool:
        """Whether somebody is there at this moment."""
        local = _aware(moment).astimezone(self.zone)
        return any(start <= local < end for start, end in self.periods(local.date()))

    def due(self, since: dt.datetime, *, business_hours: float = 0, business_days: int = 0) -> dt.datetime:
        """When so much open time after `since` has passed.

        `business_days` counts whole open days: due at the end of the n-th open day after `since`.
        `business_hours` counts open hours: 1 business hour asked at 16:45 with closing time 17:00
        is due 45 minutes after the next opening.
        """
        if business_days:
            return self._end_of_open_day(_aware(since), business_days)
        return self._after_open_time(_aware(since), dt.timedelta(hours=business_hours))

    def _end_of_open_day(self, since: dt.datetime, count: int) -> dt.datetime:
        first = since.astimezone(self.zone).date()
        for offset in range(1, _FURTHEST_DAYS):
            ends = [end for _, end in self.periods(first + dt.timedelta(days=offset))]
            count -= bool(ends)
            if not count:
                return max(ends).astimezone(dt.timezone.utc)
        raise ValueError("the clinic's hours hold no open period within a year: check the clinic file")

    def _after_open_time(self, since: dt.datetime, left: dt.timedelta) -> dt.datetime:
        for start, end in self._open_from(since):
            if left <= _elapsed(start, end):
                return start.astimezone(dt.timezone.utc) + left
            left -= _elapsed(start, end)
        raise ValueError("the clinic's hours hold no open period within a year: check the clinic file")

    def _open_from(self, since: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        first = since.astimezone(self.zone).date()
        for offset in range(_FURTHEST_DAYS):
            for start, end in self.periods(first + dt.timedelta(days=offset)):
                if end > since:
                    yield max(start, since), end


@dataclass(frozen=True, kw_only=True)
class Provider:
    """Somebody who sees patients: which visits, at which hours."""

    id: str
    name: str
    visits: frozenset[str]
    hours: Hours


@dataclass(frozen=True, kw_only=True)
class Room:
    """Where visits take place, one at a time."""

    id: str
    name: str
    visits: frozenset[str] = frozenset()
    """Which visits; empty for every one."""

    def takes(self, visit: str) -> bool:
        """Whether this visit can be here."""
        return not self.visits or visit in self.visits


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A held, booked, cancelled or expired time."""

    id: str
    case_id: str
    provider_id: str
    visit: str
    start: dt.datetime
    end: dt.datetime
    status: Literal["held", "booked", "cancelled", "expired"]
    hold_expires_at: dt.datetime | None = None
    room_id: str | None = None
    """None where the clinic names no rooms."""
    busy_until: dt.datetime | None = None
    """Provider and room are free again from here; None: from the end."""
    holder: str = ""
    """Who holds it, for the limit on holds a person: a phone number's digits, else the case's id."""
    booked_at: dt.datetime | None = None
    outside: str | None = None
    """What it takes in another system's schedule, with blanks between; empty: given back; None: nothing."""


def _existing(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """That wall time on that day; the first minute that exists when a clock change skips it."""
    moment = dt.datetime.combine(day, time, zone)
    while not _exists(moment):
        moment += dt.timedelta(minutes=1)
    return moment


def _exists(moment: dt.datetime) -> bool:
    back = moment.astimezone(dt.timezone.utc).astimezone(moment.tzinfo)
    return back.replace(tzinfo=None) == moment.replace(tzinfo=None)


def _elapsed(start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    # Wall-clock subtraction inside one zone ignores a DST change; real time does not.
    return end.astimezone(dt.timezone.utc) - start.astimezone(dt.timezone.utc)


def _aware(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone was given: attach one")
    return moment
