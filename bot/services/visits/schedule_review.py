"""Booked visits that the clinic as it is now cannot hold: a provider left, a holiday, a visit renamed.

Nothing is moved or cancelled by itself: the booking stays, and a person gets a task that says why.
"""

from __future__ import annotations

import asyncio

from bot.domain.openings import Misfit, misfit
from bot.domain.schedule import Appointment
from bot.services.case import wording
from bot.services.context import Context
from bot.services.queues import task_queue

EVERY_SECONDS = 3600.0
WHY: dict[Misfit, str] = {
    "provider_gone": "this provider sees no patients here any more",
    "visit_not_done": "the provider does not do this kind of visit any more, or it was renamed",
    "closed": "the provider is not there at that time: a holiday or other hours",
    "room_gone": "the room is not in the clinic's file any more",
}


async def review(ctx: Context) -> int:
    """A task for each booked visit to come that does not fit, once for each reason; how many were added."""
    clinic = ctx.protocols.clinic
    async with ctx.unit_of_work(write=False) as uow:
        coming = await uow.appointments.booked_from(ctx.clock.now())
    added = 0
    for one in coming:
        why = misfit(one, clinic.providers, clinic.rooms)
        if why is not None:
            added += await _report(ctx, one, why)
    return added


async def keep_reviewing(ctx: Context) -> None:
    """At the start and every hour, until cancelled: the clinic's file changes only with a start."""
    while True:
        await review(ctx)
        await asyncio.sleep(EVERY_SECONDS)


async def _report(ctx: Context, appointment: Appointment, why: Misfit) -> bool:
    case_id, effect = appointment.case_id, f"visit_at_risk:{why}"
    async with ctx.unit_of_work() as uow:
        if await uow.effects.result(case_id, appointment.id, effect) is not None:
            return False
        note = f"{wording.moment(ctx, appointment.start)}: {WHY[why]}"
        case = await uow.cases.get(case_id)
        await task_queue.add(ctx, uow, case, kind="visit_at_risk", priority="P2", note=note)
        await uow.effects.record(case_id, appointment.id, effect, {"why": why})
        await uow.commit()
    return True
