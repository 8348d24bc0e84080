"""Times: offered, held, chosen in words, booked.

Times are held before they are offered and a booking presents its hold, so nobody is promised a time
that somebody else can take. Everything is decided in the transaction that records the step.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace

from bot.domain.cases import AskState, Draft, HandoffKind, Message, MessageChoice
from bot.domain.errors import HoldExpired, TimeTaken
from bot.domain.findings import Reading
from bot.domain.levels import Level
from bot.domain.schedule import Appointment, Slot, open_slots
from bot.services import callback, readings, wording
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.recorded import once
from bot.services.steps import Step, Turn

_OFFERED = 3
_MOST_ROUNDS = 3
_URGENT_HOURS = 48
_LATER = "later"


async def take_booking_turn(ctx: Context, turn: Turn) -> Step:
    """choose_time and confirm_time: book the chosen time, offer others, or arrange a call."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        if view.case.level >= Level.SAME_DAY:  # no visit of one's own choosing any more (3.0)
            return await callback.call_back(ctx, uow, view, priority="P1", kind="urgent_callback", lead=())
        message = await uow.messages.get(turn.message_id)
        reading = Reading.from_json(message.reading or {})
        choice = _picked(view, message.text, readings.chosen(view.pending, message), reading)
        if choice is None:
            return _unclear(ctx, view)
        if choice.means.startswith("slot:") and view.asked == "choose_time" and not _pressed(view, message):
            return _confirm(ctx, view, choice)
        if choice.means.startswith("slot:"):
            return await _book_fitting(ctx, uow, view, choice.means.removeprefix("slot:"))
        if choice.means == _LATER:
            return await _offer_more(ctx, uow, view)
        return await callback.call_back(ctx, uow, view, priority="P3", kind="callback", lead=())

    return await once(ctx, turn, "booking", work)


async def offer(
    ctx: Context,
    uow: UnitOfWork,
    view: CaseView,
    *,
    lead: tuple[Draft, ...],
    after: dt.datetime | None = None,
) -> Step:
    """Hold and offer the next free times of the visit; without any, a callback at the right priority."""
    urgent = view.case.level is Level.URGENT_48H
    held = await _hold_times(ctx, uow, view, urgent=urgent, after=after)
    if not held:
        kind: HandoffKind = "urgent_callback" if urgent else "callback"
        no_time = (wording.say(ctx, view, "urgent_no_time" if urgent else "no_time_free"),)
        return await callback.call_back(
            ctx, uow, view, priority="P1" if urgent else "P3", kind=kind, lead=(*lead, *no_time)
        )
    return Step(
        drafts=(*lead, _times(ctx, view, held, urgent=urgent)),
        asking="choose_time",
        phase="booking",
        handoff="booking",
    )


async def _hold_times(
    ctx: Context, uow: UnitOfWork, view: CaseView, *, urgent: bool, after: dt.datetime | None
) -> list[Appointment]:
    now, clinic = ctx.clock.now(), ctx.protocols.clinic
    visit = ctx.protocols.visits[view.case.visit or ""]
    earliest = max(now + dt.timedelta(minutes=clinic.lead_minutes), after or now)
    latest = now + (dt.timedelta(hours=_URGENT_HOURS) if urgent else dt.timedelta(days=visit.horizon_days))
    ids = [provider.id for provider in clinic.providers]
    await uow.appointments.release_holds(view.case.id)
    taken = await uow.appointments.taken(ids, start=earliest, end=latest, now=now)
    free = open_slots(
        clinic.providers, visit=visit.id, minutes=visit.minutes, earliest=earliest, latest=latest, taken=taken
    )
    held: list[Appointment] = []
    for slot in _spread(free):
        appointment = _held(ctx, view, slot)
        try:
            await uow.appointments.hold(appointment, now=now)
        except TimeTaken:
            continue
        held.append(appointment)
        if len(held) == _OFFERED:
            break
    return held


def _spread(slots: Iterable[Slot]) -> list[Slot]:
    """Times a person can choose between: at most two on one day, the second in the other half of it."""
    chosen: list[Slot] = []
    for slot in slots:
        same_day = [one for one in chosen if one.start.date() == slot.start.date()]
        near = any(abs(one.start - slot.start) < dt.timedelta(hours=3) for one in same_day)
        if len(same_day) < 2 and not near:
            chosen.append(slot)
        if len(chosen) == 4 * _OFFERED:
            break
    return chosen


def _held(ctx: Context, view: CaseView, slot: Slot) -> Appointment:
    return Appointment(
        id=ctx.ids.new(),
        case_id=view.case.id,
        provider_id=slot.provider_id,
        visit=view.case.visit or "",
        start=slot.start,
        end=slot.end,
        status="held",
        hold_expires_at=ctx.clock.now() + dt.timedelta(minutes=ctx.protocols.clinic.hold_minutes),
    )


def _times(ctx: Context, view: CaseView, held: list[Appointment], *, urgent: bool) -> Draft:
    names = {provider.id: provider.name for provider in ctx.protocols.clinic.providers}
    labels = [
        (f"{wording.moment(ctx, one.start)}, {names[one.provider_id]}", f"slot:{one.id}") for one in held
    ]
    more = [
        (wording.text(ctx, view, "choice_other_times"), _LATER),
        (wording.text(ctx, view, "choice_call_me"), "call"),
    ]
    text_id = "urgent_times" if urgent else "offer_times"
    visit = ctx.protocols.visits[view.case.visit or ""]
    return Draft(
        kind="times",
        text=wording.text(ctx, view, text_id, visit=visit.name, minutes=visit.minutes),
        asks="choose_time",
        choices=wording.numbered([*labels, *more]),
        text_id=text_id,
    )


async def _offer_more(ctx: Context, uow: UnitOfWork, view: CaseView) -> Step:
    """The times after those offered; after the third round a person calls."""
    offered = [one for one in await uow.appointments.of_case(view.case.id) if one.status == "held"]
    rounds = view.times_asked("choose_time") + 1
    await uow.asks.save(view.case.id, replace(_state(view), times=rounds))
    if rounds >= _MOST_ROUNDS or not offered:
        return await callback.call_back(ctx, uow, view, priority="P3", kind="callback", lead=())
    return await offer(ctx, uow, view, lead=(), after=max(one.end for one in offered))


def _state(view: CaseView) -> AskState:
    return view.asks.get("choose_time", AskState(name="choose_time"))


_DAYS = {
    day[:3].title(): frozenset({day, day[:3], f"{day}s"})
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}
_NOT = frozenset({"not", "no", "cant", "can", "except", "but", "t", "won", "don"})
"""Words that turn a named day around ("I can't do Tuesday"); then the times are put again."""
_ORDINALS = {
    "first": 0, "1st": 0, "earliest": 0, "soonest": 0, "second": 1, "2nd": 1, "third": 2,
    "3rd": 2, "last": 2, "latest": 2,
}  # fmt: skip


def _picked(
    view: CaseView, text: str, buttons: tuple[MessageChoice, ...], reading: Reading
) -> MessageChoice | None:
    """The offered choice a text means: its button or digit, its place, its day; None when it is not clear."""
    if buttons:
        return buttons[0]
    offered = view.pending.choices if view.pending else ()
    if view.asked == "confirm_time" and reading.polarity == "affirm":
        return next((choice for choice in offered if choice.means.startswith("slot:")), None)
    words = set(re.findall(r"[a-z0-9]+", text.lower()))
    slots = [one for one in offered if one.means.startswith("slot:") and one.label[:3] in _DAYS]
    by_place = [slots[index] for word, index in _ORDINALS.items() if word in words and index < len(slots)]
    by_day = [choice for choice in slots if words & _DAYS[choice.label[:3]] and not words & _NOT]
    for found in (by_place, by_day):
        if len(found) == 1:
            return found[0]
    if reading.polarity == "deny" or words & {"none", "other", "another", "later", "different"}:
        return next((choice for choice in offered if choice.means == _LATER), None)
    return None


def _pressed(view: CaseView, message: Message) -> bool:
    """Whether the time was picked by its button, digit or place; a day alone is asked about once."""
    words = set(re.findall(r"[a-z0-9]+", message.text.lower()))
    return bool(readings.chosen(view.pending, message)) or bool(words & set(_ORDINALS))


def _confirm(ctx: Context, view: CaseView, choice: MessageChoice) -> Step:
    """ "Tuesday works": shall I book that?"""
    items = (
        (wording.text(ctx, view, "choice_yes"), choice.means),
        (wording.text(ctx, view, "choice_other_times"), _LATER),
        (wording.text(ctx, view, "choice_call_me"), "call"),
    )
    draft = Draft(
        kind="question",
        text=wording.text(ctx, view, "ask_confirm_time", time=choice.label),
        asks="confirm_time",
        choices=wording.numbered(items),
        text_id="ask_confirm_time",
    )
    return Step(drafts=(draft,), asking="confirm_time", phase="booking", handoff="booking")


def _unclear(ctx: Context, view: CaseView) -> Step:
    pending = view.pending
    lead = wording.text(ctx, view, "choose_time_again")
    draft = Draft(
        kind="times",
        text=lead,
        asks=view.asked or "choose_time",
        choices=pending.choices if pending else (),
        text_id="choose_time_again",
    )
    return Step(drafts=(draft,), asking=draft.asks, phase="booking", handoff="booking")


async def _book_fitting(ctx: Context, uow: UnitOfWork, view: CaseView, appointment_id: str) -> Step:
    """Book, unless what was told since the offer calls for another visit: then its times are offered."""
    held = {one.id: one for one in await uow.appointments.of_case(view.case.id)}
    chosen = held.get(appointment_id)
    if chosen is not None and chosen.visit != view.case.visit:
        return await offer(ctx, uow, view, lead=())
    return await _book(ctx, uow, view, appointment_id)


async def _book(ctx: Context, uow: UnitOfWork, view: CaseView, appointment_id: str) -> Step:
    try:
        booked = await uow.appointments.book(appointment_id, case_id=view.case.id, now=ctx.clock.now())
    except HoldExpired:
        return await offer(ctx, uow, view, lead=(wording.say(ctx, view, "hold_expired"),))
    await uow.appointments.release_holds(view.case.id)
    await callback.set_status(uow, view.case, status="booked", handoff="booking")
    await uow.audit.add(
        actor="patient",
        action="appointment.booked",
        case_id=view.case.id,
        at=ctx.clock.now(),
        detail={"visit": booked.visit},
    )
    return Step(drafts=_confirmation(ctx, view, booked), asking=None, phase="done", handoff="booking")


def _confirmation(ctx: Context, view: CaseView, booked: Appointment) -> tuple[Draft, ...]:
    visit = ctx.protocols.visits[booked.visit]
    provider = next(one.name for one in ctx.protocols.clinic.providers if one.id == booked.provider_id)
    told = wording.text(
        ctx, view, "booked", visit=visit.name, time=wording.moment(ctx, booked.start), provider=provider,
        reference=view.case.reference,
    )  # fmt: skip
    bring = wording.text(ctx, view, "bring", items="; ".join(visit.bring))
    return (
        Draft(kind="booked", text=told, text_id="booked"),
        Draft(kind="info", text=bring, text_id="bring"),
    )
