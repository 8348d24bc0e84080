"""Reminders of booked visits: so many hours before, by day, by text with digits to answer, else by e-mail.

Driven by what the store holds, not by timers: any process may look, again and again; each reminder is
queued once, in the transaction that notes it. Nothing is queued ahead, so a visit that is moved or given up
leaves nothing to call back, and what is queued already is dropped when it would be sent (`outgoing.py`).
"""

from __future__ import annotations

import datetime as dt

from bot.domain.cases import Draft
from bot.domain.errors import Conflict
from bot.domain.levels import Level
from bot.domain.notices import Reminders
from bot.domain.schedule import Appointment
from bot.failpoints import reach
from bot.services.case import speaking, wording
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.visits import changing, visit_mail


async def look(ctx: Context) -> int:
    """Queue the reminders that are due; how many were."""
    clinic, now = ctx.protocols.clinic, ctx.clock.now()
    plan = clinic.reminders
    if not plan.before or not clinic.patience.may_text(now.astimezone(clinic.zone)):
        return 0
    async with ctx.unit_of_work(write=False) as uow:
        coming = await uow.appointments.booked_from(now)
        waiting = [
            (one, span)
            for one in coming
            if (span := due(plan, one, now)) is not None
            and await uow.effects.result(one.case_id, one.id, _effect(span)) is None
        ]
    return sum([await _remind(ctx, one, span) for one, span in waiting])


def due(plan: Reminders, visit: Appointment, now: dt.datetime) -> dt.timedelta | None:
    """Which reminder of a visit is due now, as the time before it; None: none.

    Of several that came due while nobody looked the latest one counts. One that would follow the booking
    within hours, or come when the patient should be on the way, is left out.
    """
    if visit.start - now < plan.not_within:
        return None
    reached = [span for span in plan.before if visit.start - span <= now]
    latest = min(reached, default=None)
    if latest is None or visit.booked_at is None:
        return latest
    return latest if visit.booked_at + plan.not_within <= visit.start - latest else None


async def _remind(ctx: Context, visit: Appointment, span: dt.timedelta) -> bool:
    """One reminder; False when it was queued before or may not be sent."""
    try:
        async with ctx.unit_of_work() as uow:
            if await uow.effects.result(visit.case_id, visit.id, _effect(span)) is not None:
                return False
            booked = await uow.appointments.get(visit.id)
            view = await load_view(uow, visit.case_id)
            told = booked.status == "booked" and await _tell(ctx, uow, view, booked, span)
            await uow.effects.record(visit.case_id, visit.id, _effect(span), {"told": told})
            reach("reminder.queued")
            await uow.commit()
        reach("reminder.committed")
    except Conflict:
        return False  # another process was first
    return told


async def _tell(
    ctx: Context, uow: UnitOfWork, view: CaseView, booked: Appointment, span: dt.timedelta
) -> bool:
    case = view.case
    if case.level >= Level.SAME_DAY or not visit_mail.may_write_to(case):
        return False
    if not visit_mail.by_text(ctx, case) or await uow.opt_outs.is_out(case.address or ""):
        return await visit_mail.remind(ctx, uow, view, booked, key=_effect(span))
    draft = _reminder(ctx, view, booked)
    await speaking.say(ctx, uow, case, (draft,), reply_to=None, channel="sms", visit=booked)
    return True


def _reminder(ctx: Context, view: CaseView, booked: Appointment) -> Draft:
    """With digits to answer when nothing else is going on; a question that is open stays open."""
    time = wording.moment(ctx, booked.start)
    if view.case.phase != "done":
        return wording.say(ctx, view, "remind_visit_only", time=time)
    means = {
        "choice_coming": changing.COMING,
        "choice_move": changing.MOVE,
        "choice_give_up": changing.DROP,
    }
    return Draft(
        kind="question",
        text=wording.text(ctx, view, "remind_visit", time=time),
        asks=changing.REMINDER,
        choices=wording.numbered([(wording.text(ctx, view, label), one) for label, one in means.items()]),
        text_id="remind_visit",
    )


def _effect(span: dt.timedelta) -> str:
    return f"reminder:{span.total_seconds() / 3600:g}"
