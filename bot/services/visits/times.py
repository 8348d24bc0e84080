"""Free times of a visit: looked for, held for one case, named. What cannot be held is not offered."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator

from bot.domain.levels import Level
from bot.domain.openings import Slot, Wanted
from bot.domain.schedule import Appointment
from bot.domain.time_wish import ANY_TIME, TimeWish
from bot.protocols.visits import VisitType
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork

OFFERED = 3
_URGENT = dt.timedelta(hours=48)
_APART = dt.timedelta(hours=3)


def visit_of(ctx: Context, view: CaseView) -> VisitType:
    """The visit the judgement allows; of the facts now when the clinic has renamed the one on the case."""
    visits = ctx.protocols.visits
    known = visits.get(view.case.visit or "")
    return known or visits[ctx.protocols.judge(view.values).visit]


def minutes_of(ctx: Context, view: CaseView) -> int:
    """How long that visit takes for this case: a claim and an interpreter make it longer."""
    return ctx.protocols.visit_minutes(visit_of(ctx, view).id, view.values)


async def hold_times(
    ctx: Context,
    uow: UnitOfWork,
    view: CaseView,
    *,
    wish: TimeWish = ANY_TIME,
    after: dt.datetime | None = None,
) -> tuple[list[Appointment], bool]:
    """Up to three free times, held for this case, and whether they are as wished and after `after`: when no
    time is, the next free ones are held. The case's earlier holds are given back.

    Empty when there is none. Raises TooManyHolds when this person holds as many as one may elsewhere,
    DeliveryFailed when the schedule is another system's and cannot be asked.
    """
    await uow.appointments.release_holds(view.case.id)
    free = await ctx.schedule.find(ctx, uow, _wanted(ctx, view, wish))
    others: list[Slot] = []
    held = await _hold(ctx, uow, view, _as_wished(ctx, free, wish, after, others))
    if held or wish.is_empty:
        return held, True
    latest = _wanted(ctx, view, ANY_TIME).latest
    return await _hold(ctx, uow, view, [slot for slot in others if slot.end <= latest]), False


def _as_wished(
    ctx: Context, free: Iterable[Slot], wish: TimeWish, after: dt.datetime | None, others: list[Slot]
) -> Iterator[Slot]:
    """Those that fit; the rest is put to the others."""
    zone = ctx.protocols.clinic.zone
    for slot in free:
        if (after is None or after <= slot.start) and wish.fits(slot.start.astimezone(zone)):
            yield slot
        else:
            others.append(slot)


async def _hold(ctx: Context, uow: UnitOfWork, view: CaseView, slots: Iterable[Slot]) -> list[Appointment]:
    now = ctx.clock.now()
    until = now + dt.timedelta(minutes=ctx.protocols.clinic.hold_minutes)
    times = (_to_hold(ctx, view, slot, until) for slot in _spread(ctx, slots))
    if view.case.test:
        return await uow.appointments.only_show([rooms[0] for rooms in itertools.islice(times, OFFERED)])
    return await ctx.schedule.hold(uow, times, count=OFFERED, now=now)


def _wanted(ctx: Context, view: CaseView, wish: TimeWish) -> Wanted:
    now, clinic, visit = ctx.clock.now(), ctx.protocols.clinic, visit_of(ctx, view)
    lead = dt.timedelta(minutes=clinic.lead_minutes if visit.lead_minutes is None else visit.lead_minutes)
    return Wanted(
        visit=visit.id,
        minutes=minutes_of(ctx, view),
        buffer_minutes=clinic.buffer_minutes,
        earliest=now + lead,
        latest=now + _URGENT if view.case.level is Level.URGENT_48H else _latest(ctx, visit, wish),
    )


def _latest(ctx: Context, visit: VisitType, wish: TimeWish) -> dt.datetime:
    """The end of the days that are offered unasked, or of those of the wish when they lie behind these."""
    now, clinic = ctx.clock.now(), ctx.protocols.clinic
    unasked = now + dt.timedelta(days=visit.horizon_days)
    if wish.is_empty:
        return unasked
    furthest = now + dt.timedelta(days=clinic.furthest_days)
    if wish.last is not None:
        over = dt.datetime.combine(wish.last + dt.timedelta(days=1), dt.time(), tzinfo=clinic.zone)
        furthest = min(furthest, over.astimezone(dt.UTC))
    return max(unasked, furthest)


def _spread(ctx: Context, slots: Iterable[Slot]) -> Iterator[Slot]:
    """Times a person can choose between: at most two on a day, hours apart; after these the others."""
    zone = ctx.protocols.clinic.zone
    chosen: list[Slot] = []
    near: list[Slot] = []
    for slot in slots:
        day = slot.start.astimezone(zone).date()
        same_day = [one for one in chosen if one.start.astimezone(zone).date() == day]
        if len(same_day) < 2 and all(slot.start - one.start >= _APART for one in same_day):
            chosen.append(slot)
            yield slot
        else:
            near.append(slot)
    yield from near


def _to_hold(ctx: Context, view: CaseView, slot: Slot, until: dt.datetime) -> list[Appointment]:
    """The time in each of the rooms that are free for it, best first."""
    visit, holder = visit_of(ctx, view).id, _holder(view)
    return [
        Appointment(
            id=ctx.ids.new(), case_id=view.case.id, provider_id=slot.provider_id, visit=visit,
            start=slot.start, end=slot.end, status="held", hold_expires_at=until, room_id=room,
            busy_until=slot.busy_until, holder=holder, outside=slot.outside,
        )
        for room in slot.rooms or (None,)
    ]  # fmt: skip


def _holder(view: CaseView) -> str:
    """One person, whatever the number of chats: the phone number, else the case."""
    digits = re.sub(r"\D", "", str(view.values.get("contact_phone") or view.case.address or ""))
    return digits[-10:] or view.case.id
