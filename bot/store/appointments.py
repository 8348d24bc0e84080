"""Holds and bookings (port: `bot.services.ports.Appointments`)."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    CTE,
    CompoundSelect,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from bot.domain.errors import HoldExpired, NotAllowed, TimeTaken, TooManyHolds
from bot.domain.openings import Span, Taken
from bot.domain.schedule import MOST_HOLDS, Appointment
from bot.store.columns import UtcTime
from bot.store.publication_table import busy_times
from bot.store.session import Deadlocked, Session
from bot.store.tables import appointments, cases

_BUSY_UNTIL = func.coalesce(appointments.c.busy_until, appointments.c.end_at, type_=UtcTime())
_MOST_DEADLOCKS = 3
_UNDER_WAY = dt.timedelta(minutes=2)
"""Longer than any booking in another system can take."""


class AppointmentTable:
    """The database refuses overlaps (`guards.py`); nothing here checks first and inserts then."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._holds_nothing: set[str] = set()
        """Cases whose holds this unit has given back, and that got none since."""

    async def hold(self, appointment: Appointment, *, now: dt.datetime, most: int = MOST_HOLDS) -> None:
        """Raises TimeTaken, TooManyHolds; what the unit did before stays."""
        if not await self.hold_first([[appointment]], count=1, now=now, most=most):
            raise TimeTaken("somebody else holds or booked that time")

    async def hold_first(
        self, times: Iterable[Sequence[Appointment]], *, count: int, now: dt.datetime, most: int = MOST_HOLDS
    ) -> list[Appointment]:
        """The first `count` that are free. Raises TooManyHolds when this person may hold none."""
        ahead = iter(times)
        if (first := next(ahead, None)) is None:
            return []
        ahead = itertools.chain([first], ahead)
        await self._expire_stale(now)
        for _ in range(_MOST_DEADLOCKS):
            with contextlib.suppress(Deadlocked):  # its times are given back: the next ones are looked at
                async with self._session.savepoint():
                    return await self._hold(ahead, count, most)
        return []

    async def _hold(self, times: Iterator[Sequence[Appointment]], count: int, most: int) -> list[Appointment]:
        first = next(times, None)
        if first is None:
            return []
        places = await self._free_places(_holder(first[0]), most)
        if not places:
            raise TooManyHolds(f"one person holds at most {most} times")
        held: list[Appointment] = []
        ahead, wanted = itertools.chain([first], times), min(count, len(places))
        while len(held) < wanted and (some := list(itertools.islice(ahead, wanted - len(held)))):
            for one, place in await self._hold_some(some, places):
                held.append(one)
                places.remove(place)
        return held

    async def _hold_some(
        self, times: Sequence[Sequence[Appointment]], places: Sequence[int]
    ) -> list[tuple[Appointment, int]]:
        """Those that are free, each with its place: all at once in the best rooms, the rest in others."""
        rows = [_held_row(rooms[0], place) for rooms, place in zip(times, places, strict=False)]
        keys = [f"time:{rooms[0].provider_id}:{rooms[0].start.isoformat()}" for rooms in times]
        free = await self._session.insert_free(appointments, rows, keys)
        held = []
        for rooms, place, key in zip(times, places, keys, strict=False):
            for one in rooms:
                if one.id in free or (
                    one is not rooms[0]
                    and await self._session.insert_free(appointments, [_held_row(one, place)], [key])
                ):
                    held.append((one, place))
                    self._holds_nothing.discard(one.case_id)
                    break
        return held

    async def only_show(self, times: Sequence[Appointment]) -> list[Appointment]:
        """Stored as expired."""
        shown = [replace(one, status="expired") for one in times]
        if shown:
            await self._session.run(insert(appointments), [_row(one) for one in shown])
        return shown

    async def _free_places(self, holder: str, most: int) -> list[int]:
        await self._session.hold_key(f"holder:{holder}")
        used = {row.place for row in await self._session.all(PLACES, holder=holder)}
        return [place for place in range(1, most + 1) if place not in used]

    async def book(self, appointment_id: str, *, case_id: str, now: dt.datetime) -> Appointment:
        """Compare-and-swap; raises HoldExpired when the hold is over, begun, or not this case's."""
        held = and_(appointments.c.status == "held", appointments.c.hold_expires_at > now)
        live = and_(held, appointments.c.start_at > now)
        mine = and_(appointments.c.id == appointment_id, appointments.c.case_id == case_id)
        booked = {"status": "booked", "hold_expires_at": None, "booked_at": now}
        done = update(appointments).where(mine, live).values(booked).returning(*appointments.c)
        before = _select().where(mine, appointments.c.status == "booked")
        row = await self._session.first(done) or await self._session.first(before)
        if row is None:
            raise HoldExpired("that time is no longer held for this case")
        return _appointment(row)

    async def release_holds(self, case_id: str) -> None:
        """All holds of a case become expired."""
        if case_id not in self._holds_nothing:
            await self._session.run(RELEASE, {"of_case": case_id})
            self._holds_nothing.add(case_id)

    async def let_go(self, appointment_id: str) -> None:
        """One hold becomes expired."""
        held = and_(appointments.c.id == appointment_id, appointments.c.status == "held")
        await self._session.run(update(appointments).where(held).values(status="expired"))

    async def cancel(self, appointment_id: str, *, case_id: str) -> bool:
        """Whether this call did it; raises NotAllowed when it is not this case's booking."""
        mine = and_(appointments.c.id == appointment_id, appointments.c.case_id == case_id)
        booked = and_(mine, appointments.c.status == "booked")
        if await self._session.changed(update(appointments).where(booked).values(status="cancelled")):
            return True
        if await self._session.first(_select().where(mine, appointments.c.status == "cancelled")) is None:
            raise NotAllowed("no such appointment")
        return False

    async def move(self, old_id: str, new_id: str, *, case_id: str, now: dt.datetime) -> Appointment:
        """Both or neither. Raises HoldExpired for the new hold, NotAllowed when the old is not booked."""
        async with self._session.savepoint():
            if not await self.cancel(old_id, case_id=case_id):
                raise NotAllowed("no such appointment")
            return await self.book(new_id, case_id=case_id, now=now)

    async def taken(self, *, start: dt.datetime, end: dt.datetime, now: dt.datetime) -> Taken:
        """Held (unexpired) and booked spans, buffer included, and those of calendars, in order."""
        found = await self._session.all(TAKEN, start=start, end=end, now=now)
        taken: dict[str, dict[str, list[Span]]] = {"provider": {}, "room": {}}
        for row in found:
            taken[row.whose].setdefault(row.id, []).append((row.start_at, row.until))
        return Taken(providers=taken["provider"], rooms=taken["room"])

    async def get(self, appointment_id: str) -> Appointment:
        """One of any status; raises NotAllowed when there is none."""
        row = await self._session.first(_select().where(appointments.c.id == appointment_id))
        if row is None:
            raise NotAllowed("no such appointment")
        return _appointment(row)

    async def booked_from(self, now: dt.datetime, *, limit: int = 1000) -> list[Appointment]:
        """Booked ones that are still to come, soonest first."""
        coming = _select().where(appointments.c.status == "booked", appointments.c.start_at > now)
        rows = await self._session.all(coming.order_by(appointments.c.start_at).limit(limit))
        return [_appointment(row) for row in rows]

    async def to_give_back(self, now: dt.datetime, *, limit: int = 50) -> list[Appointment]:
        """A hold only when no booking of it can be under way any more."""
        over = and_(appointments.c.status == "expired", appointments.c.hold_expires_at <= now - _UNDER_WAY)
        taken = and_(appointments.c.outside != "", appointments.c.start_at > now)
        left = _select().where(taken, or_(over, appointments.c.status == "cancelled"))
        rows = await self._session.all(left.order_by(appointments.c.start_at).limit(limit))
        return [_appointment(row) for row in rows]

    async def given_back(self, appointment_id: str) -> None:
        """Empty, not null: it was there once."""
        mine = appointments.c.id == appointment_id
        await self._session.run(update(appointments).where(mine).values(outside=""))

    async def of_case(self, case_id: str) -> list[Appointment]:
        """All of a case, newest (latest start) first."""
        own = _select().where(appointments.c.case_id == case_id)
        rows = await self._session.all(own.order_by(appointments.c.start_at.desc(), appointments.c.id))
        return [_appointment(row) for row in rows]

    async def bookings_of(self, case_ids: Collection[str]) -> dict[str, list[Appointment]]:
        """The earliest booking first; those of before booking times were noted lead."""
        ever = _select().where(
            appointments.c.case_id.in_(case_ids), appointments.c.status.in_(("booked", "cancelled"))
        )
        found: dict[str, list[Appointment]] = {case_id: [] for case_id in case_ids}
        for row in await self._session.all(
            ever.order_by(appointments.c.booked_at.asc().nulls_first(), appointments.c.id)
        ):
            found[row.case_id].append(_appointment(row))
        return found

    async def booked_of(
        self, provider_id: str, *, start: dt.datetime, end: dt.datetime
    ) -> list[tuple[Appointment, str]]:
        """In order, with the references of their cases."""
        rows = await self._session.all(
            select(appointments, cases.c.reference)
            .join(cases, cases.c.id == appointments.c.case_id)
            .where(appointments.c.provider_id == provider_id, appointments.c.status == "booked")
            .where(appointments.c.start_at >= start, appointments.c.start_at < end)
            .order_by(appointments.c.start_at)
        )
        return [(_appointment(row), row.reference) for row in rows]

    async def _expire_stale(self, now: dt.datetime) -> None:
        rows = await self._session.all(STALE, now=now)
        if rows:
            stale = and_(appointments.c.status == "held", appointments.c.id.in_([row.id for row in rows]))
            await self._session.run(update(appointments).where(stale).values(status="expired"))


def _taken() -> CompoundSelect[Any]:
    start, end, now = (bindparam(name, type_=UtcTime()) for name in ("start", "end", "now"))
    held = and_(appointments.c.status == "held", appointments.c.hold_expires_at > now)
    live = (
        select(appointments.c.provider_id, appointments.c.room_id, appointments.c.start_at)
        .add_columns(_BUSY_UNTIL.label("until"))
        .where(or_(appointments.c.status == "booked", held))
        .where(appointments.c.start_at < end, start < _BUSY_UNTIL)
        .cte("live")
    )
    # A provider's own calendar, for the same span: one trip for all.
    calendars = select(
        literal("provider").label("whose"),
        busy_times.c.provider_id,
        busy_times.c.start_at,
        busy_times.c.end_at,
    ).where(busy_times.c.start_at < end, start < busy_times.c.end_at)
    ours = (_joined(live, "provider"), _joined(live, "room"))
    return union_all(*ours, calendars).order_by("start_at")


def _joined(live: CTE, whose: str) -> Select[Any]:
    """Spans that follow without a gap as one: a full day is one row. Two of one `whose` never overlap."""
    one = live.c[f"{whose}_id"]
    before = func.lag(live.c.until).over(partition_by=one, order_by=live.c.start_at)
    first = case((before == live.c.start_at, 0), else_=1).label("first")
    spans = select(one.label("id"), live.c.start_at, live.c.until, first).where(one.is_not(None)).subquery()
    number = func.sum(spans.c.first).over(partition_by=spans.c.id, order_by=spans.c.start_at).label("number")
    runs = select(spans.c.id, spans.c.start_at, spans.c.until, number).subquery()
    begin = func.min(runs.c.start_at, type_=UtcTime()).label("start_at")
    until = func.max(runs.c.until, type_=UtcTime()).label("until")
    return select(literal(whose).label("whose"), runs.c.id, begin, until).group_by(runs.c.id, runs.c.number)


TAKEN = _taken()
PLACES = select(appointments.c.place).where(
    appointments.c.holder == bindparam("holder"), appointments.c.status == "held"
)
RELEASE = (
    update(appointments)
    .where(appointments.c.case_id == bindparam("of_case"), appointments.c.status == "held")
    .values(status="expired")
)
STALE = (
    select(appointments.c.id)
    .where(
        appointments.c.status == "held",
        appointments.c.hold_expires_at <= bindparam("now", type_=UtcTime()),
    )
    .with_for_update(skip_locked=True)
)
"""Without the rows another unit is changing right now: it expires or books them itself."""


def _holder(appointment: Appointment) -> str:
    return appointment.holder or appointment.case_id


def _held_row(one: Appointment, place: int) -> dict[str, Any]:
    return {**_row(one), "holder": _holder(one), "place": place}


def _select() -> Select[Any]:
    return select(appointments)


def _row(appointment: Appointment) -> dict[str, Any]:
    return {
        "id": appointment.id,
        "case_id": appointment.case_id,
        "provider_id": appointment.provider_id,
        "visit": appointment.visit,
        "start_at": appointment.start,
        "end_at": appointment.end,
        "status": appointment.status,
        "hold_expires_at": appointment.hold_expires_at,
        "room_id": appointment.room_id,
        "busy_until": appointment.busy_until,
        "outside": appointment.outside,
    }


def _appointment(row: Row[Any]) -> Appointment:
    return Appointment(
        id=row.id,
        case_id=row.case_id,
        provider_id=row.provider_id,
        visit=row.visit,
        start=row.start_at,
        end=row.end_at,
        status=row.status,
        hold_expires_at=row.hold_expires_at,
        room_id=row.room_id,
        busy_until=row.busy_until,
        holder="" if row.holder in (None, row.case_id) else row.holder,
        booked_at=row.booked_at,
        outside=row.outside,
    )
