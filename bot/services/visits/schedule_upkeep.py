"""Our record and another system's schedule kept in step: what is over here is called off there, and what was
changed there is told to staff. Our record is what counts; nothing is merged silently.

Driven by what the record holds: killed anywhere, the next look finds the same work.
"""

from __future__ import annotations

import logging

from bot.domain.errors import DeliveryFailed
from bot.services.context import Context
from bot.services.ports import ScheduleServer
from bot.services.visits.calendar_publishing import report_conflict

log = logging.getLogger("intake.schedule")

NOT_GIVEN_BACK = "the schedule's system refuses to call off a time that is over here"
CHANGED = "called off or moved in the schedule's system"


async def give_back(ctx: Context, server: ScheduleServer) -> int:
    """Call off there what is not booked here any more; how many times. Those that fail are due again, and
    staff read which the server refuses."""
    async with ctx.unit_of_work(write=False) as uow:
        left = await uow.appointments.to_give_back(ctx.clock.now())
    done = 0
    for one in left:
        try:
            await server.give_back(one)
        except DeliveryFailed as failure:
            log.error("a time was not given back: %s", failure.code, extra={"case_id": one.case_id})
            if failure.permanent:
                await report_conflict(ctx, one.case_id, f"{NOT_GIVEN_BACK} ({failure.code})")
            continue
        async with ctx.unit_of_work() as uow:
            await uow.appointments.given_back(one.id)
            await uow.commit()
        done += 1
    return done


async def watch(ctx: Context, server: ScheduleServer) -> int:
    """Look at every visit to come that was booked there; how many stand there otherwise, told once each."""
    async with ctx.unit_of_work(write=False) as uow:
        booked = await uow.appointments.booked_from(ctx.clock.now())
    found = 0
    for one in booked:
        if not one.outside:
            continue
        try:
            stands = await server.stands(one)
        except DeliveryFailed:
            return found  # a server that is down says nothing about our visits
        if not stands:
            found += await report_conflict(ctx, one.case_id, CHANGED)
    return found
