"""Which times could be offered: provider, room, length, buffer. Pure arithmetic on zone-aware times."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from bot.domain.schedule import Appointment, Hours, Provider, Room

Span = tuple[dt.datetime, dt.datetime]
"""Start and end; the end is not included."""

Misfit = Literal["provider_gone", "visit_not_done", "closed", "room_gone"]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for: a visit of `minutes`, between `earliest` and `latest`.

    `minutes` holds what the case adds (a claim, an interpreter); `buffer_minutes` is kept free after
    the visit, for the provider and for the room.
    """

    visit: str
    minutes: int
    earliest: dt.datetime
    latest: dt.datetime
    buffer_minutes: int = 0


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Held and booked spans, their buffer included, by provider and by room."""

    providers: Mapping[str, Collection[Span]] = field(default_factory=dict)
    rooms: Mapping[str, Collection[Span]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A time that could be offered; UTC, end not included. `busy_until` is the end of the buffer after it.

    `rooms` are those free for it, best first; empty where the clinic names no rooms.
    """

    provider_id: str
    start: dt.datetime
    end: dt.datetime
    busy_until: dt.datetime
    rooms: tuple[str, ...] = ()
    outside: str | None = None
    """What is free in another system's schedule: its addresses there, with blanks between."""


def open_slots(
    providers: Sequence[Provider], rooms: Sequence[Room], wanted: Wanted, *, taken: Taken
) -> Iterator[Slot]:
    """Free times for a visit, by day then start then provider.

    Starts lie on the grid of the visit's length and buffer from each period's start. A wall time that a
    clock change repeats is offered once, one that it skips never. With rooms, one must be free.
    """
    able = [provider for provider in providers if wanted.visit in provider.visits]
    busy = {provider.id: _Busy(taken.providers.get(provider.id, ())) for provider in able}
    full = {room.id: _Busy(taken.rooms.get(room.id, ())) for room in rooms if room.takes(wanted.visit)}
    for day in sorted({day for provider in able for day in _days(provider, wanted)}):
        found = [slot for provider in able for slot in _free(provider, day, wanted, busy[provider.id])]
        for slot in sorted(found, key=lambda one: (one.start, one.provider_id)):
            if not rooms:
                yield slot
            elif free := tuple(
                room for room, spans in full.items() if not spans.meets(slot.start, slot.busy_until)
            ):
                yield replace(slot, rooms=free)


def fits_schedule(appointment: Appointment, providers: Sequence[Provider], rooms: Sequence[Room]) -> bool:
    """Whether the clinic as it is now has this appointment's provider, visit, hours and room."""
    return misfit(appointment, providers, rooms) is None


def misfit(appointment: Appointment, providers: Sequence[Provider], rooms: Sequence[Room]) -> Misfit | None:
    """Why an appointment cannot take place as the clinic is now; None when it can."""
    provider = next((one for one in providers if one.id == appointment.provider_id), None)
    if provider is None:
        return "provider_gone"
    if appointment.visit not in provider.visits:
        return "visit_not_done"
    if not any(
        start <= appointment.start and appointment.end <= end for start, end in _around(provider, appointment)
    ):
        return "closed"
    if appointment.room_id is not None and appointment.room_id not in {room.id for room in rooms}:
        return "room_gone"
    return None


def _around(provider: Provider, appointment: Appointment) -> Iterator[Span]:
    """The provider's periods of that day in UTC: times of one zone are compared by the wall clock."""
    day = appointment.start.astimezone(provider.hours.zone).date()
    for start, end in provider.hours.periods(day):
        yield start.astimezone(dt.timezone.utc), end.astimezone(dt.timezone.utc)


class _Busy:
    """Spans to look up in: a month of them is looked through for each of hundreds of times."""

    def __init__(self, spans: Collection[Span]) -> None:
        self._begins: list[dt.datetime] = []
        self._ends: list[dt.datetime] = []
        for begin, end in sorted(spans):
            if self._ends and begin <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._begins.append(begin)
                self._ends.append(end)

    def meets(self, start: dt.datetime, busy_until: dt.datetime) -> bool:
        """Whether the time or the buffer after it meets one of them."""
        before = bisect_left(self._begins, busy_until)
        return before > 0 and self._ends[before - 1] > start


def _free(provider: Provider, day: dt.date, wanted: Wanted, busy: _Busy) -> Iterator[Slot]:
    for start, end, busy_until in _grid(provider.hours, day, wanted.minutes, wanted.buffer_minutes):
        if start < wanted.earliest or wanted.latest < end:
            continue
        if not busy.meets(start, busy_until):
            yield Slot(provider_id=provider.id, start=start, end=end, busy_until=busy_until)


@lru_cache(maxsize=4096)
def _grid(
    hours: Hours, day: dt.date, minutes: int, buffer_minutes: int
) -> tuple[tuple[dt.datetime, dt.datetime, dt.datetime], ...]:
    """Start, end and end of the buffer of each time of a day, UTC, whether it is free or not.

    The clinic's file alone says which these are, so one reckoning serves everybody who asks.
    """
    length, buffer = dt.timedelta(minutes=minutes), dt.timedelta(minutes=buffer_minutes)
    found = []
    for opening, closing in hours.periods(day):
        start, last = opening.astimezone(dt.timezone.utc), closing.astimezone(dt.timezone.utc)
        while start + length <= last:
            end = start + length
            if start.astimezone(hours.zone).fold == 0:
                found.append((start, end, end + buffer))
            start = end + buffer
    return tuple(found)


def _days(provider: Provider, wanted: Wanted) -> Iterator[dt.date]:
    zone = provider.hours.zone
    day, last = wanted.earliest.astimezone(zone).date(), wanted.latest.astimezone(zone).date()
    while day <= last:
        yield day
        day += dt.timedelta(days=1)
