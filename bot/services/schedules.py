"""Whose times count: our own record's, or another system's. Both are a `Schedule` (port).

The record keeps every hold and booking either way: two of our patients never get one time, whoever owns it,
because the database refuses. Giving back is the same everywhere: the record says that a time is over, and
`schedule_upkeep` tells the other system.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.errors import HoldExpired, TimeTaken
from bot.domain.openings import Slot, Wanted, fits_schedule, open_slots
from bot.domain.schedule import Appointment
from bot.services import outside
from bot.services.ports import ScheduleServer, UnitOfWork

if TYPE_CHECKING:
    from bot.services.context import Context


class OwnSchedule:
    """The clinic's file says when somebody is there, the record what is taken."""

    async def find(self, ctx: Context, uow: UnitOfWork, wanted: Wanted) -> Iterable[Slot]:
        """Free times, soonest first."""
        clinic = ctx.protocols.clinic
        taken = await uow.appointments.taken(start=wanted.earliest, end=wanted.latest, now=ctx.clock.now())
        return open_slots(clinic.providers, clinic.rooms, wanted, taken=taken)

    async def hold(
        self, uow: UnitOfWork, times: Iterable[Sequence[Appointment]], *, count: int, now: dt.datetime
    ) -> list[Appointment]:
        """The first `count` that are free."""
        return await uow.appointments.hold_first(times, count=count, now=now)

    async def book(
        self, uow: UnitOfWork, hold: Appointment, *, instead_of: Appointment | None, now: dt.datetime
    ) -> Appointment:
        """Book what is held."""
        return await _book(uow, hold, instead_of, now)


@dataclass(frozen=True, kw_only=True)
class OtherSchedule:
    """Another system says what is free and books; it is asked between transactions (`outside.py`)."""

    server: ScheduleServer

    async def find(self, ctx: Context, uow: UnitOfWork, wanted: Wanted) -> Iterable[Slot]:
        """Its free times that fit the clinic's file and that nobody of ours holds."""
        clinic, now = ctx.protocols.clinic, ctx.clock.now()
        able = tuple(one.id for one in clinic.providers if wanted.visit in one.visits)
        around = _by_the_minute(wanted)
        free = await outside.ask(("find", around), partial(self.server.find, able, around))
        taken = await uow.appointments.taken(start=wanted.earliest, end=wanted.latest, now=now)
        return [
            slot
            for slot in free
            if wanted.earliest <= slot.start
            and slot.end <= wanted.latest
            and fits_schedule(_as_visit(slot, wanted), clinic.providers, ())
            and not any(
                a < slot.busy_until and slot.start < b for a, b in taken.providers.get(slot.provider_id, ())
            )
        ]

    async def hold(
        self, uow: UnitOfWork, times: Iterable[Sequence[Appointment]], *, count: int, now: dt.datetime
    ) -> list[Appointment]:
        """The first `count` that are free in our record and that the other system holds for us."""
        ahead, kept = iter(times), list[Appointment]()
        while len(kept) < count and (
            held := await uow.appointments.hold_first(ahead, count=count - len(kept), now=now)
        ):
            for one in held:
                if await self._holds(one):
                    kept.append(one)
                else:
                    await uow.appointments.let_go(one.id)
        return kept

    async def book(
        self, uow: UnitOfWork, hold: Appointment, *, instead_of: Appointment | None, now: dt.datetime
    ) -> Appointment:
        """Book it there, then here. A hold that ended here is not asked about there."""
        if hold.outside is None or hold.hold_expires_at is None or hold.hold_expires_at <= now:
            raise HoldExpired("that time is no longer held for this case")
        case = await uow.cases.get(hold.case_id)
        await outside.ask(("book", hold.id), partial(self.server.book, hold, reference=case.reference))
        return await _book(uow, hold, instead_of, now)

    async def _holds(self, one: Appointment) -> bool:
        try:
            await outside.ask(("hold", one.outside), partial(self.server.hold, one.outside or ""))
        except TimeTaken:
            return False
        return True


async def _book(
    uow: UnitOfWork, hold: Appointment, instead_of: Appointment | None, now: dt.datetime
) -> Appointment:
    if instead_of is None or instead_of.id == hold.id:
        return await uow.appointments.book(hold.id, case_id=hold.case_id, now=now)
    return await uow.appointments.move(instead_of.id, hold.id, case_id=hold.case_id, now=now)


def _by_the_minute(wanted: Wanted) -> Wanted:
    """The same question when it is asked again a moment later."""
    return replace(
        wanted,
        earliest=wanted.earliest.replace(second=0, microsecond=0),
        latest=wanted.latest.replace(second=0, microsecond=0) + dt.timedelta(minutes=1),
    )


def _as_visit(slot: Slot, wanted: Wanted) -> Appointment:
    return Appointment(
        id="", case_id="", provider_id=slot.provider_id, visit=wanted.visit,
        start=slot.start, end=slot.end, status="held",
    )  # fmt: skip
