"""From a finished intake to a visit, a callback, or nothing: score, say it, arrange it (clinical.md 4.6b).

Times are held before they are offered and a booking presents its hold, so nobody is promised a time
that somebody else can take. Everything is decided in the transaction that records the step.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import replace

from bot.domain.cases import AskState, Case, CaseStatus, Draft, HandoffKind, MessageChoice
from bot.domain.errors import HoldExpired, TimeTaken
from bot.domain.findings import Reading
from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.domain.schedule import Appointment, Priority, Slot, open_slots
from bot.services import agenda, reception, safety, wording
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.interview import once
from bot.services.ports import UnitOfWork
from bot.services.steps import Step, Turn

_OFFERED = 3
_MOST_ROUNDS = 3
_URGENT_HOURS = 48
_LATER = "later"


async def hand_off(ctx: Context, turn: Turn) -> Step:
    """Score the case and arrange what the clinic's table says for it.

    Times to choose from (phase booking, asking choose_time), a callback, or a plain goodbye.
    """

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        if view.case.consent != "given":
            return await _end(ctx, uow, view, "consent_refused")
        if agenda.MINOR_ALONE in view.case.flags:
            return await _end(ctx, uow, view, "minor_alone")
        judgement = await _final(ctx, uow, view, turn)
        view = await load_view(uow, view.case.id)
        if not agenda.wants_intake(view):
            return await _callback(ctx, uow, view, priority="P2", kind="callback", lead=())
        return await _arrange(ctx, uow, view, judgement)

    return await once(ctx, turn, "hand_off", work)


async def take_booking_turn(ctx: Context, turn: Turn) -> Step:
    """choose_time and confirm_time: book the chosen time, offer others, or arrange a call."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        message = await uow.messages.get(turn.message_id)
        reading = Reading.from_json(message.reading or {})
        choice = _picked(view, message.text, reception.chosen(view.pending, message), reading)
        if choice is None:
            return _unclear(ctx, view)
        if choice.means.startswith("slot:"):
            return await _book(ctx, uow, view, choice.means.removeprefix("slot:"))
        if choice.means == _LATER:
            return await _offer_more(ctx, uow, view)
        return await _callback(ctx, uow, view, priority="P3", kind="callback", lead=())

    return await once(ctx, turn, "booking", work)


async def leave(ctx: Context, uow: UnitOfWork, view: CaseView) -> tuple[Draft, ...]:
    """The patient ends the chat: a call when the gate is open and a number is known, else nothing (4.6b)."""
    await uow.appointments.release_holds(view.case.id)
    reachable = "contact_phone" in view.values or view.case.address is not None
    unfinished = view.case.status == "open" and not ctx.protocols.gate_complete(view.values)
    if unfinished and reachable and view.case.consent == "given":
        await safety.add_task(ctx, uow, view.case, kind="callback", priority="P2")
        await _close(uow, view.case, status="callback", handoff="callback")
    elif view.case.status == "open":
        await _close(uow, view.case, status="closed", handoff="none")
    return (wording.say(ctx, view, "closed"), wording.say(ctx, view, "safety_net"))


async def _close(uow: UnitOfWork, case: Case, *, status: CaseStatus, handoff: HandoffKind) -> None:
    await uow.cases.save(replace(case, phase="done", status=status, handoff=handoff))


# --- what the protocols say ---------------------------------------------------------------------


async def _final(ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn) -> Judgement:
    """The judgement that binds: of the facts now, unless an earlier, more urgent one still stands."""
    judgement = ctx.protocols.judge(view.values)
    if judgement.level >= view.case.level:
        case = reception.judged(view.case, judgement, correction=False)
        await reception.keep_judgement(ctx, uow, case, judgement, message_id=turn.message_id)
        return judgement
    held = await uow.judgements.latest(view.case.id)
    return held if held is not None and held.level == view.case.level else judgement


async def _arrange(ctx: Context, uow: UnitOfWork, view: CaseView, judgement: Judgement) -> Step:
    rule = ctx.protocols.handoff_for(judgement, gate_complete=ctx.protocols.gate_complete(view.values))
    lead = _result(ctx, view, judgement)
    if rule.kind == "booking":
        return await _offer(ctx, uow, view, lead=lead)
    if rule.kind == "none":
        return await _end(ctx, uow, view, "closed_incomplete")
    return await _callback(ctx, uow, view, priority=rule.priority, kind=rule.kind, lead=lead)


def _result(ctx: Context, view: CaseView, judgement: Judgement) -> tuple[Draft, ...]:
    """What the patient hears about the route (4.7), with the safety net. Same-day was said before."""
    if judgement.level >= Level.SAME_DAY:
        return ()
    if judgement.level is Level.URGENT_48H:
        line = safety.first_line(ctx, judgement, judgement.rules, Level.URGENT_48H, channel=view.case.channel)
        told = (Draft(kind="info", text=line, text_id="urgent_line"),)
        return (*told, wording.say(ctx, view, "safety_net")) if view.case.channel == "sms" else told
    outcome = wording.text(ctx, view, f"outcome_{judgement.outcome}")
    net = wording.text(ctx, view, "safety_net")
    if view.case.channel == "sms":
        return (Draft(kind="info", text=outcome), Draft(kind="info", text=net, text_id="safety_net"))
    return (Draft(kind="info", text=f"{outcome}\n{net}"),)


# --- times --------------------------------------------------------------------------------------


async def _offer(
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
        return await _callback(
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
        return await _callback(ctx, uow, view, priority="P3", kind="callback", lead=())
    return await _offer(ctx, uow, view, lead=(), after=max(one.end for one in offered))


def _state(view: CaseView) -> AskState:
    return view.asks.get("choose_time", AskState(name="choose_time"))


_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "last": 2}


def _picked(
    view: CaseView, text: str, buttons: tuple[MessageChoice, ...], reading: Reading
) -> MessageChoice | None:
    """The offered choice a text means: its button or digit, its place, its day; None when it is not clear."""
    if buttons:
        return buttons[0]
    offered = view.pending.choices if view.pending else ()
    words = set(re.findall(r"[a-z0-9]+", text.lower()))
    slots = [choice for choice in offered if choice.means.startswith("slot:")]
    by_place = [slots[index] for word, index in _ORDINALS.items() if word in words and index < len(slots)]
    by_day = [
        choice
        for choice in slots
        if choice.label[:3].lower() in {word[:3] for word in words if word.isalpha()}
    ]
    for found in (by_place, by_day):
        if len(found) == 1:
            return found[0]
    if reading.polarity == "deny" or words & {"none", "other", "another", "later", "different"}:
        return next((choice for choice in offered if choice.means == _LATER), None)
    return None


def _unclear(ctx: Context, view: CaseView) -> Step:
    pending = view.pending
    lead = wording.text(ctx, view, "choose_time_again")
    draft = Draft(
        kind="times",
        text=lead,
        asks="choose_time",
        choices=pending.choices if pending else (),
        text_id="choose_time_again",
    )
    return Step(drafts=(draft,), asking="choose_time", phase="booking", handoff="booking")


async def _book(ctx: Context, uow: UnitOfWork, view: CaseView, appointment_id: str) -> Step:
    try:
        booked = await uow.appointments.book(appointment_id, case_id=view.case.id, now=ctx.clock.now())
    except HoldExpired:
        return await _offer(ctx, uow, view, lead=(wording.say(ctx, view, "hold_expired"),))
    await uow.appointments.release_holds(view.case.id)
    await _set(uow, view.case, status="booked", handoff="booking")
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


# --- a call, or the end -------------------------------------------------------------------------


async def _callback(
    ctx: Context,
    uow: UnitOfWork,
    view: CaseView,
    *,
    priority: Priority,
    kind: HandoffKind,
    lead: tuple[Draft, ...],
) -> Step:
    """Queue a call, due in open hours; without a number there is nothing to promise."""
    await uow.appointments.release_holds(view.case.id)
    if "contact_phone" not in view.values and view.case.address is None:
        return await _end(ctx, uow, view, "no_number", lead=lead)
    task_kind = "urgent_callback" if kind == "urgent_callback" else "callback"
    task = await safety.add_task(ctx, uow, view.case, kind=task_kind, priority=priority)
    if view.case.status != "booked":  # who has a visit and wants a call keeps the visit
        await _set(uow, view.case, status="callback", handoff=kind)
    text_id = "callback_urgent" if kind == "urgent_callback" else "callback"
    told = wording.say(
        ctx, view, text_id, kind="callback", due=_day(ctx, task.due_at), reference=view.case.reference
    )
    return Step(drafts=(*lead, told), asking=None, phase="done", handoff=kind)


async def _end(
    ctx: Context, uow: UnitOfWork, view: CaseView, text_id: str, *, lead: tuple[Draft, ...] = ()
) -> Step:
    await _set(uow, view.case, status="closed", handoff="none")
    drafts = (*lead, wording.say(ctx, view, text_id), wording.say(ctx, view, "safety_net"))
    return Step(drafts=drafts, asking=None, phase="done")


async def _set(uow: UnitOfWork, case: Case, *, status: str, handoff: HandoffKind) -> None:
    fresh = await uow.cases.get(case.id)
    await uow.cases.save(replace(fresh, status=status, handoff=handoff))  # type: ignore[arg-type]


def _day(ctx: Context, when: dt.datetime) -> str:
    """ "today", "Monday", or "Mon, Dec 7", in the clinic's zone."""
    zone = ctx.protocols.clinic.zone
    local, today = when.astimezone(zone).date(), ctx.clock.now().astimezone(zone).date()
    if local == today:
        return "today"
    return f"{local:%A}" if (local - today).days < 6 else f"{local:%a}, {local:%b} {local.day}"
