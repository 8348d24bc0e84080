"""Holds and bookings (port: `bot.services.ports.Appointments`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, and_, insert, or_, select, update

from bot.domain.errors import HoldExpired, NotAllowed, TimeTaken
from bot.domain.schedule import Appointment
from bot.store.session import Deadlocked, Session
from bot.store.tables import appointments

Span = tuple[dt.datetime, dt.datetime]


class AppointmentTable:
    """The database refuses overlaps (`guards.py`); nothing here checks first and inserts then."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def hold(self, appointment: Appointment, *, now: dt.datetime) -> None:
        """Raises TimeTaken; what the unit did before stays. Raises Conflict for an id that exists."""
        await self._expire_stale(now)
        try:
            async with self._session.savepoint():
                await self._session.run(insert(appointments).values(_row(appointment)))
        except Deadlocked:
            # Two units each held a time the other one wanted next: losing ours is a taken time.
            raise TimeTaken("somebody else is taking that time") from None

    async def book(self, appointment_id: str, *, case_id: str, now: dt.datetime) -> Appointment:
        """Compare-and-swap; raises HoldExpired when the hold is over or not this case's."""
        live = and_(appointments.c.status == "held", appointments.c.hold_expires_at > now)
        mine = and_(appointments.c.id == appointment_id, appointments.c.case_id == case_id)
        booked = {"status": "booked", "hold_expires_at": None}
        await self._session.run(update(appointments).where(mine, live).values(booked))
        row = await self._session.first(_select().where(mine, appointments.c.status == "booked"))
        if row is None:
            raise HoldExpired("that time is no longer held for this case")
        return _appointment(row)

    async def release_holds(self, case_id: str) -> None:
        """All holds of a case become expired."""
        held = and_(appointments.c.case_id == case_id, appointments.c.status == "held")
        await self._session.run(update(appointments).where(held).values(status="expired"))

    async def cancel(self, appointment_id: str, *, case_id: str) -> None:
        """Cancelling what is cancelled is fine; raises NotAllowed when it is not this case's booking."""
        mine = and_(
            appointments.c.id == appointment_id,
            appointments.c.case_id == case_id,
            appointments.c.status.in_(("booked", "cancelled")),
        )
        if not await self._session.changed(update(appointments).where(mine).values(status="cancelled")):
            raise NotAllowed("no such appointment")

    async def taken(
        self, provider_ids: Collection[str], *, start: dt.datetime, end: dt.datetime, now: dt.datetime
    ) -> dict[str, list[Span]]:
        """Held (unexpired) and booked spans that touch [start, end), by provider, in order."""
        live = or_(
            appointments.c.status == "booked",
            and_(appointments.c.status == "held", appointments.c.hold_expires_at > now),
        )
        rows = await self._session.all(
            _select()
            .where(appointments.c.provider_id.in_(list(provider_ids)), live)
            .where(appointments.c.start_at < end, appointments.c.end_at > start)
            .order_by(appointments.c.start_at)
        )
        spans: dict[str, list[Span]] = {}
        for row in rows:
            spans.setdefault(row.provider_id, []).append((row.start_at, row.end_at))
        return spans

    async def of_case(self, case_id: str) -> list[Appointment]:
        """All of a case, newest (latest start) first."""
        own = _select().where(appointments.c.case_id == case_id)
        rows = await self._session.all(own.order_by(appointments.c.start_at.desc(), appointments.c.id))
        return [_appointment(row) for row in rows]

    async def _expire_stale(self, now: dt.datetime) -> None:
        stale = and_(appointments.c.status == "held", appointments.c.hold_expires_at <= now)
        # Skipping rows another unit is changing right now: it expires or books them itself.
        ids = select(appointments.c.id).where(stale).with_for_update(skip_locked=True)
        rows = await self._session.all(ids)
        if rows:
            stale_ids = appointments.c.id.in_([row.id for row in rows])
            await self._session.run(update(appointments).where(stale_ids, stale).values(status="expired"))


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
        "status": "held",
        "hold_expires_at": appointment.hold_expires_at,
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
    )
