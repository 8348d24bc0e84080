"""Times: offered, chosen in words, booked.

Times are held before they are offered and a booking presents its hold, so nobody is promised a time
that somebody else can take. Everything is decided in the transaction that records the step.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.cases import AskState, Draft, HandoffKind
from bot.domain.errors import DeliveryFailed, HoldExpired, TimeTaken, TooManyHolds
from bot.domain.findings import Reading
from bot.domain.levels import Level
from bot.domain.openings import fits_schedule
from bot.domain.schedule import Appointment
from bot.domain.tasks import Priority
from bot.domain.time_wish import ANY_TIME, TimeWish
from bot.failpoints import reach
from bot.services.case import callback, wording
from bot.services.case.recorded import once
from bot.services.case.steps import Step, Turn
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.visits import time_choice, times, visit_mail
from bot.services.visits.time_choice import CALL, SLOT, Meant

_MOST_ROUNDS = 3
"""Offers of "other times" without a wish; then a person calls."""
_MOST_WISHES = 8
"""Offers in all."""
_ROUNDS, _WISHES = "choose_time", "said:time_wish"


async def take_booking_turn(ctx: Context, turn: Turn) -> Step:
    """choose_time and confirm_time: book the chosen time, offer others, or arrange a call."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        if view.case.level >= Level.SAME_DAY:  # no visit of one's own choosing any more (3.0)
            return await callback.call_back(ctx, uow, view, priority="P1", kind="urgent_callback", lead=())
        message = await uow.messages.get(turn.message_id)
        reading = Reading.from_json(message.reading or {})
        held = await uow.appointments.of_case(view.case.id)
        meant = time_choice.meant(ctx, view, message, reading, held)
        if meant is None:
            return _unclear(ctx, view)
        return await _follow(ctx, uow, view, meant, held)

    return await once(ctx, turn, "booking", work)


async def _follow(
    ctx: Context, uow: UnitOfWork, view: CaseView, meant: Meant, held: Sequence[Appointment]
) -> Step:
    if meant.calls:
        return await _call(ctx, uow, view)
    if meant.among:
        return _unclear(ctx, view, among=meant.among)
    if meant.wish is not None:
        return await _search(ctx, uow, view, meant.wish, further=meant.further)
    chosen = next((one for one in held if one.id == meant.picked), None)
    if chosen is None or not _still_fits(ctx, view, chosen):
        return await offer(ctx, uow, view, lead=(wording.say(ctx, view, "hold_expired"),))
    if not meant.certain and view.asked == "choose_time":
        return _confirm(ctx, view, chosen)
    return await _book(ctx, uow, view, chosen)


def _still_fits(ctx: Context, view: CaseView, chosen: Appointment) -> bool:
    """What was told since the offer may call for another visit, or the clinic may have closed that day."""
    clinic = ctx.protocols.clinic
    right_visit = chosen.visit == times.visit_of(ctx, view).id
    return right_visit and fits_schedule(chosen, clinic.providers, clinic.rooms)


async def offer(
    ctx: Context,
    uow: UnitOfWork,
    view: CaseView,
    *,
    lead: tuple[Draft, ...],
    wish: TimeWish = ANY_TIME,
    after: dt.datetime | None = None,
) -> Step:
    """Hold and offer the next free times of the visit; without any, a callback at the right priority.

    A wish that no time fits is said, and the next free times are offered.
    """
    if not times.visit_of(ctx, view).by_patients:
        return await _call(ctx, uow, view, lead=lead)
    try:
        held, as_wished = await times.hold_times(ctx, uow, view, wish=wish, after=after)
    except TooManyHolds:
        return await _call(ctx, uow, view, lead=(*lead, wording.say(ctx, view, "too_many_holds")))
    except DeliveryFailed as failure:
        return await _schedule_away(ctx, uow, view, failure, lead=lead)
    if not as_wished:
        lead, wish = (*lead, wording.say(ctx, view, "no_time_like_that")), ANY_TIME
    if not held:
        text_id = "urgent_no_time" if _is_urgent(view) else "no_time_free"
        return await _call(ctx, uow, view, lead=(*lead, wording.say(ctx, view, text_id)))
    return _asking((*lead, _times(ctx, view, held, wish)))


async def _call(
    ctx: Context, uow: UnitOfWork, view: CaseView, *, lead: tuple[Draft, ...] = (), why: str = ""
) -> Step:
    """A call instead of a time; an urgent visit's within an hour of open time (clinical.md 4.6b)."""
    kind: HandoffKind = "urgent_callback" if _is_urgent(view) else "callback"
    priority: Priority = "P1" if _is_urgent(view) else "P3"
    return await callback.call_back(ctx, uow, view, priority=priority, kind=kind, lead=lead, why=why)


async def _schedule_away(
    ctx: Context, uow: UnitOfWork, view: CaseView, failure: DeliveryFailed, *, lead: tuple[Draft, ...] = ()
) -> Step:
    """The schedule is another system's and cannot be asked: a call, and staff read why."""
    said = wording.say(ctx, view, "schedule_away")
    why = f"the schedule's server could not be asked ({failure.code or 'unreachable'}): no time was booked"
    return await _call(ctx, uow, view, lead=(*lead, said), why=why)


def _is_urgent(view: CaseView) -> bool:
    return view.case.level is Level.URGENT_48H


async def _search(ctx: Context, uow: UnitOfWork, view: CaseView, wish: TimeWish, *, further: bool) -> Step:
    """Times that fit the wish, or those behind the ones offered; after enough rounds a person calls."""
    name, most = (_ROUNDS, _MOST_ROUNDS) if further else (_WISHES, _MOST_WISHES)
    rounds = view.times_asked(name) + 1
    await uow.asks.save(view.case.id, replace(view.asks.get(name, AskState(name=name)), times=rounds))
    known = await uow.appointments.of_case(view.case.id)
    offered = [one for one in known if one.status == "held" or view.case.test]
    if rounds >= most or (further and not offered):
        return await _call(ctx, uow, view)
    after = max(one.end for one in offered) if further else None
    return await offer(ctx, uow, view, lead=(), wish=wish, after=after)


# --- what is said -------------------------------------------------------------------------------


def _asking(drafts: tuple[Draft, ...]) -> Step:
    return Step(drafts=drafts, asking=drafts[-1].asks, phase="booking", handoff="booking")


def _times(ctx: Context, view: CaseView, held: Sequence[Appointment], wish: TimeWish) -> Draft:
    labels = [
        (f"{wording.moment(ctx, one.start)}, {wording.provider_name(ctx, one)}", f"{SLOT}{one.id}")
        for one in sorted(held, key=lambda one: one.start)
    ]
    text_id = "urgent_times" if _is_urgent(view) else "offer_times"
    visit, minutes = times.visit_of(ctx, view).name, times.minutes_of(ctx, view)
    return Draft(
        kind="times",
        text=wording.text(ctx, view, text_id, visit=visit, minutes=minutes),
        asks="choose_time",
        choices=wording.numbered([*labels, *_other_ways(ctx, view, wish)]),
        text_id=text_id,
    )


def _other_ways(ctx: Context, view: CaseView, wish: TimeWish) -> list[tuple[str, str]]:
    return [
        (wording.text(ctx, view, "choice_other_times"), time_choice.later(wish)),
        (wording.text(ctx, view, "choice_call_me"), CALL),
    ]


def _confirm(ctx: Context, view: CaseView, chosen: Appointment) -> Step:
    """ "Tuesday works": shall I book that?"""
    time = f"{wording.moment(ctx, chosen.start)}, {wording.provider_name(ctx, chosen)}"
    items = [
        (wording.text(ctx, view, "choice_yes"), f"{SLOT}{chosen.id}"),
        *_other_ways(ctx, view, time_choice.standing_wish(view)),
    ]
    draft = Draft(
        kind="question",
        text=wording.text(ctx, view, "ask_confirm_time", time=time),
        asks="confirm_time",
        choices=wording.numbered(items),
        text_id="ask_confirm_time",
    )
    return _asking((draft,))


def _unclear(ctx: Context, view: CaseView, *, among: Sequence[str] = ()) -> Step:
    """The times again; `among`: only those that fit what was said."""
    choices = view.pending.choices if view.pending else ()
    if among:
        kept = {f"{SLOT}{one}" for one in among}
        choices = tuple(one for one in choices if not one.means.startswith(SLOT) or one.means in kept)
    draft = Draft(
        kind="times",
        text=wording.text(ctx, view, "choose_time_again"),
        asks=view.asked or "choose_time",
        choices=choices,
        text_id="choose_time_again",
    )
    return _asking((draft,))


async def book_held(ctx: Context, uow: UnitOfWork, view: CaseView, appointment_id: str) -> Step:
    """Book one of the times held for this case; other times when it is gone."""
    held = await uow.appointments.of_case(view.case.id)
    return await _follow(ctx, uow, view, Meant(picked=appointment_id, certain=True), held)


async def wants_call(ctx: Context, uow: UnitOfWork, view: CaseView) -> Step:
    """A call instead of a time of one's own choosing."""
    return await _call(ctx, uow, view)


# --- booking ------------------------------------------------------------------------------------


async def _book(ctx: Context, uow: UnitOfWork, view: CaseView, chosen: Appointment) -> Step:
    """A visit that is booked already is moved: its time is given up when the new one is booked."""
    before = next(
        (one for one in await uow.appointments.of_case(view.case.id) if one.status == "booked"), None
    )
    try:
        booked = await _booked(ctx, uow, view, chosen, before)
    except (HoldExpired, TimeTaken):
        return await offer(ctx, uow, view, lead=(wording.say(ctx, view, "hold_expired"),))
    except DeliveryFailed as failure:
        return await _schedule_away(ctx, uow, view, failure)
    moved = before is not None and before.id != booked.id
    await visit_mail.invite(ctx, uow, view, booked, moved=moved)
    reach("booking.booked")
    await uow.appointments.release_holds(view.case.id)
    await callback.set_status(uow, view.case, status="booked", handoff="booking")
    await uow.audit.add(
        actor="patient",
        action="appointment.moved" if before else "appointment.booked",
        case_id=view.case.id,
        at=ctx.clock.now(),
        detail={"visit": booked.visit},
    )
    drafts = (*_confirmation(ctx, view, booked), *for_the_record(ctx, view))
    return Step(drafts=drafts, asking=None, phase="done", handoff="booking")


async def _booked(
    ctx: Context, uow: UnitOfWork, view: CaseView, chosen: Appointment, before: Appointment | None
) -> Appointment:
    if view.case.test:  # said as to a patient; the calendar knows nothing of it
        return replace(chosen, status="booked")
    return await ctx.schedule.book(uow, chosen, instead_of=before, now=ctx.clock.now())


def for_the_record(ctx: Context, view: CaseView) -> tuple[Draft, ...]:
    """The date by which the patient can change the visit later (`changing.py`); asked once, never needed."""
    if "birth_date" in view.values:
        return ()
    text = wording.text(ctx, view, "ask_birth_date")
    return (Draft(kind="question", text=text, asks="birth_date", text_id="ask_birth_date"),)


def _confirmation(ctx: Context, view: CaseView, booked: Appointment) -> tuple[Draft, ...]:
    told = wording.text(
        ctx, view, "booked", visit=wording.visit_name(ctx, booked), time=wording.moment(ctx, booked.start),
        provider=wording.provider_name(ctx, booked), reference=view.case.reference,
    )  # fmt: skip
    visit = times.visit_of(ctx, view)
    bring = wording.text(ctx, view, "bring", items="; ".join(visit.bring))
    said: tuple[Draft, ...] = (
        Draft(kind="booked", text=told, text_id="booked"),
        Draft(kind="info", text=bring, text_id="bring"),
    )
    if not view.reachable:
        said = (*said, wording.say(ctx, view, "no_number_booked"))
    said = (*said, *visit_mail.no_reminder(ctx, view))
    if ctx.links is None or view.case.test or "birth_date" not in view.values:
        return said
    return (*said, wording.say(ctx, view, "visit_link", link=ctx.links.address(booked.id)))
