"""What others put into the providers' calendars: such times are not offered, and a visit they meet is told to
staff. Nothing is merged: neither the event nor the visit is touched, and what the event is about stays there.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Protocol

from bot.domain.errors import DeliveryFailed
from bot.domain.openings import Span
from bot.domain.schedule import Appointment
from bot.services.case import wording
from bot.services.context import Context
from bot.services.queues import task_queue
from bot.services.visits.calendar_publishing import CONFLICT, name_of

log = logging.getLogger("intake.publishing")

ANEW = dt.timedelta(hours=6)
"""An unchanged calendar is read again after this long: the days looked at move on."""
_PAST = dt.timedelta(hours=12)


class CalendarReader(Protocol):
    """The line to a calendar server, for reading."""

    async def mark(self, collection: str) -> str | None:
        """Another one after every change of the collection; None: there is none. Raises DeliveryFailed."""

    async def busy(
        self, collection: str, *, start: dt.datetime, end: dt.datetime, zone: dt.tzinfo
    ) -> Sequence[tuple[str, Span]]:
        """(object, when) of what takes time in it, repetitions one by one. Raises DeliveryFailed."""


async def look(ctx: Context, server: CalendarReader) -> int:
    """Read what has changed; how many visits were found to meet something, told once each."""
    found = 0
    for provider in ctx.protocols.clinic.providers:
        try:
            await _read(ctx, server, provider.id)
        except DeliveryFailed as failure:
            log.error("a calendar could not be read: %s", failure.code)  # what was read before still counts
        found += await _report_met(ctx, provider.id)
    return found


async def _read(ctx: Context, server: CalendarReader, provider_id: str) -> None:
    now, clinic = ctx.clock.now(), ctx.protocols.clinic
    mark = await server.mark(provider_id) or ""
    async with ctx.unit_of_work(write=False) as uow:
        known = await uow.busy.mark(provider_id)
        ours = await uow.appointments.booked_of(provider_id, start=now - _PAST, end=_until(ctx))
    if known is not None and known[0] == mark and now - known[1] < ANEW:
        return
    own = {(name_of(one), one.start, one.end) for one, _ in ours}
    events = await server.busy(provider_id, start=now, end=_until(ctx), zone=clinic.zone) if mark else ()
    theirs = [span for name, span in events if (name, *span) not in own]
    async with ctx.unit_of_work() as uow:
        await uow.busy.replace(provider_id, theirs, mark=mark, at=now)
        await uow.commit()


def _until(ctx: Context) -> dt.datetime:
    clinic, visits = ctx.protocols.clinic, ctx.protocols.visits.values()
    furthest = max(clinic.furthest_days, *(visit.horizon_days for visit in visits))
    return ctx.clock.now() + dt.timedelta(days=furthest + 1)


async def _report_met(ctx: Context, provider_id: str) -> int:
    now = ctx.clock.now()
    async with ctx.unit_of_work(write=False) as uow:
        ours = await uow.appointments.booked_of(provider_id, start=now, end=_until(ctx))
        busy = await uow.busy.of(provider_id)
    met = [one for one, _ in ours if any(start < one.end and one.start < end for start, end in busy)]
    return sum([await _report(ctx, one) for one in met])


async def _report(ctx: Context, visit: Appointment) -> bool:
    """Once for each visit: staff may have decided that both can be."""
    async with ctx.unit_of_work() as uow:
        if await uow.effects.result(visit.case_id, visit.id, "calendar_met") is not None:
            return False
        case = await uow.cases.get(visit.case_id)
        when = wording.moment(ctx, visit.start)
        note = f"{when}: the provider's calendar has something else then; the visit stays booked"
        await task_queue.add(ctx, uow, case, kind=CONFLICT, priority="P2", note=note)
        await uow.effects.record(visit.case_id, visit.id, "calendar_met", {})
        await uow.commit()
    return True
