"""Which times could be offered: provider, room, length, buffer. Pure arithmetic on zone-aware times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.domain.schedule import Appointment, Provider, Room

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


def open_slots(
    providers: Sequence[Provider], rooms: Sequence[Room], wanted: Wanted, *, taken: Taken
) -> Iterator[Slot]:
    """Free times for a visit, by day then start then provider.

    Starts lie on the grid of the visit's length and buffer from each period's start. A wall time that a
    clock change repeats is offered once, one that it skips never. With rooms, one must be free.
    """
    able = [provider for provider in providers if wanted.visit in provider.visits]
    for day in sorted({day for provider in able for day in _days(provider, wanted)}):
        found = [slot for provider in able for slot in _free(provider, day, wanted, taken)]
        for slot in sorted(found, key=lambda one: (one.start, one.provider_id)):
            yield from _with_rooms(slot, rooms, wanted, taken)


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


def _free(provider: Provider, day: dt.date, wanted: Wanted, taken: Taken) -> Iterator[Slot]:
    length, buffer = dt.timedelta(minutes=wanted.minutes), dt.timedelta(minutes=wanted.buffer_minutes)
    spans = taken.providers.get(provider.id, ())
    for opening, closing in provider.hours.periods(day):
        start, last = opening.astimezone(dt.timezone.utc), closing.astimezone(dt.timezone.utc)
        while start + length <= last:
            end = start + length
            slot = Slot(provider_id=provider.id, start=start, end=end, busy_until=end + buffer)
            repeated = start.astimezone(provider.hours.zone).fold == 1
            if _within(slot, wanted) and not repeated and not _meets(slot, spans):
                yield slot
            start = end + buffer


def _with_rooms(slot: Slot, rooms: Sequence[Room], wanted: Wanted, taken: Taken) -> Iterator[Slot]:
    if not rooms:
        yield slot
        return
    free = tuple(
        room.id
        for room in rooms
        if room.takes(wanted.visit) and not _meets(slot, taken.rooms.get(room.id, ()))
    )
    if free:
        yield Slot(
            provider_id=slot.provider_id,
            start=slot.start,
            end=slot.end,
            busy_until=slot.busy_until,
            rooms=free,
        )


def _within(slot: Slot, wanted: Wanted) -> bool:
    return wanted.earliest <= slot.start and slot.end <= wanted.latest


def _meets(slot: Slot, spans: Collection[Span]) -> bool:
    return any(begin < slot.busy_until and slot.start < end for begin, end in spans)


def _days(provider: Provider, wanted: Wanted) -> Iterator[dt.date]:
    zone = provider.hours.zone
    day, last = wanted.earliest.astimezone(zone).date(), wanted.latest.astimezone(zone).date()
    while day <= last:
        yield day
        day += dt.timedelta(days=1)
