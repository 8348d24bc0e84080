"""A booked visit moved or given up by the patient, in the chat or by text message. No engine is asked.

The birth date comes first: before it fits the record nothing about the visit is shown. Moving keeps the
old time until the new one is booked. Nobody is asked to text a word that a phone company takes for itself.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.cases import AskState, Draft, Message
from bot.domain.findings import Reading
from bot.domain.levels import Level
from bot.domain.schedule import Appointment
from bot.language.times.births import find_births
from bot.services.case import agenda, callback, readings, wording
from bot.services.case.reception import Reception
from bot.services.case.recorded import once
from bot.services.case.steps import Step, Turn
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.visits import booking, visit_mail

INTENTS = frozenset({"reschedule", "cancel_appointment"})
CHECK, CHANGE, BIRTH_DATE = "check_birth_date", "change_visit", "birth_date"
EMAIL = "contact_email"
MOST_TRIES = 3
TRIES = "said:birth_date_tries"
CHECKED = "said:birth_date_fits"
"""The birth date was checked for one message already; `times` is its number in the case."""
_OWN_VISIT = re.compile(
    r"\b(my|the|our) (\w+ )?(visit|appointment|appt|booking)\b"
    r"|\bwh(en|at (time|day)) (is|was|am|do|are|should) (it|i|my|we)\b|\bam i (still )?booked\b",
    re.IGNORECASE,
)
MOVE, DROP, KEEP = "move", "drop", "keep"
REMINDER, COMING = "visit_reminder", "coming"
"""The question under a reminder, and its plain answer (`reminders.py`)."""


async def begin(ctx: Context, turn: Turn) -> Step | None:
    """The way to a changed visit; None when this case has no visit to come."""
    if turn.intent not in INTENTS:
        return None
    async with ctx.unit_of_work(write=False) as uow:
        if await coming(ctx, uow, turn.case_id) is None:
            return None

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        if not _can_check(view):
            flags = tuple(dict.fromkeys((*view.case.flags, agenda.PERSON_WANTED)))
            await uow.cases.save(replace(view.case, flags=flags))  # the hand-off arranges the call
            return _done(wording.say(ctx, view, "change_by_person", kind="handoff"))
        booked = await coming(ctx, uow, turn.case_id)
        message = await uow.messages.get(turn.message_id)
        if booked is not None and view.times_asked(CHECKED) == message.seq:
            return _done(_choices(ctx, view, booked))
        return _done(_ask_birth_date(ctx, view))

    return await once(ctx, turn, "leave_intake", work)


async def before_showing(ctx: Context, view: CaseView, text: str) -> Draft | None:
    """The question for the birth date when somebody asks about the visit they have; else None."""
    waits = view.asked == BIRTH_DATE
    if view.case.phase != "done" or not _OWN_VISIT.search(text) or not (waits or _can_check(view)):
        return None
    async with ctx.unit_of_work(write=False) as uow:
        booked = await coming(ctx, uow, view.case.id)
    if booked is None:
        return None
    return wording.say(ctx, view, "already_booked_whose") if waits else _ask_birth_date(ctx, view)


def _can_check(view: CaseView) -> bool:
    """Whether a birth date can still be compared."""
    return BIRTH_DATE in view.values and view.times_asked(TRIES) < MOST_TRIES


async def coming(ctx: Context, uow: UnitOfWork, case_id: str) -> Appointment | None:
    """The booked visit of a case that is still to come."""
    now, own = ctx.clock.now(), await uow.appointments.of_case(case_id)
    return next((one for one in own if one.status == "booked" and one.start > now), None)


def without_birth_date(view: CaseView, reading: Reading) -> Reading:
    """The date that is only to be compared never replaces the one on record."""
    if view.asked != CHECK:
        return reading
    facts = {name: value for name, value in reading.facts.items() if name not in (BIRTH_DATE, "age")}
    findings = tuple(one for one in reading.findings if one.variable in facts)
    return replace(reading, facts=facts, findings=findings)


async def answer(
    ctx: Context, uow: UnitOfWork, seen: Reception, message: Message
) -> tuple[Draft, ...] | None:
    """The whole reply to an answer about a booked visit; None when the open question is another one."""
    view = seen.view
    if view.case.phase != "done" or view.case.level >= Level.SAME_DAY:
        return None
    if view.asked == BIRTH_DATE and BIRTH_DATE in seen.reading.facts:
        return (wording.say(ctx, view, "noted"), *await _link(ctx, uow, view))
    if EMAIL in seen.reading.facts and view.asked in (None, BIRTH_DATE):
        return await _mail_it(ctx, uow, view)
    if view.asked not in (CHECK, CHANGE, REMINDER):
        return None
    booked = await coming(ctx, uow, view.case.id)
    if booked is None:
        return (wording.say(ctx, view, "no_visit_to_change"),)
    step = await _answered(ctx, uow, seen, message, booked)
    if step is None:
        return None
    fresh = await uow.cases.get(view.case.id)
    await uow.cases.save(replace(fresh, phase=step.phase))
    return step.drafts


async def _mail_it(ctx: Context, uow: UnitOfWork, view: CaseView) -> tuple[Draft, ...] | None:
    """The visit goes to an address that was given after the booking; what was asked stays asked."""
    booked = await coming(ctx, uow, view.case.id)
    if booked is None or not await visit_mail.invite(ctx, uow, view, booked):
        return None
    return (wording.say(ctx, view, "mail_will_come"), *booking.for_the_record(ctx, view))


async def _link(ctx: Context, uow: UnitOfWork, view: CaseView) -> tuple[Draft, ...]:
    """The link works from now on: there is a date to check."""
    booked = await coming(ctx, uow, view.case.id)
    if booked is None or ctx.links is None:
        return ()
    return (wording.say(ctx, view, "visit_link", link=ctx.links.address(booked.id)),)


async def _answered(
    ctx: Context, uow: UnitOfWork, seen: Reception, message: Message, booked: Appointment
) -> Step | None:
    view = seen.view
    if view.asked == CHECK:
        return await _checked(ctx, uow, view, message.text, booked)
    pressed = readings.chosen(view.pending, message)
    if view.asked == REMINDER:
        means = pressed[0].means if pressed else _said_to_reminder(seen.reading)
        return await _reminded(ctx, uow, view, booked, means) if means else None
    if not pressed:
        return _done(replace(_choices(ctx, view, booked), text=wording.text(ctx, view, "change_again")))
    if pressed[0].means == MOVE:
        return await booking.offer(ctx, uow, view, lead=())
    if pressed[0].means == DROP:
        return await give_up(ctx, uow, view, booked)
    return _done(wording.say(ctx, view, "visit_stays"))


def _said_to_reminder(reading: Reading) -> str | None:
    """A plain yes or no in words; None when the text tells something else too."""
    if reading.facts or reading.polarity is None:
        return None
    return {"affirm": COMING, "deny": MOVE}.get(reading.polarity)


async def _reminded(ctx: Context, uow: UnitOfWork, view: CaseView, booked: Appointment, means: str) -> Step:
    """Coming is noted; to change the visit the birth date comes first, as everywhere."""
    if means != COMING:
        return _done(_ask_birth_date(ctx, view)) if _can_check(view) else await _by_a_person(ctx, uow, view)
    await uow.audit.add(
        actor="patient",
        action="appointment.confirmed",
        case_id=view.case.id,
        at=ctx.clock.now(),
        detail={"visit": booked.visit},
    )
    return _done(wording.say(ctx, view, "visit_confirmed", time=wording.moment(ctx, booked.start)))


async def _checked(
    ctx: Context, uow: UnitOfWork, view: CaseView, text: str, booked: Appointment
) -> Step | None:
    if fits_record(ctx, view, text):
        await uow.asks.save(view.case.id, AskState(name=TRIES))
        return _done(_choices(ctx, view, booked))
    if not re.search(r"\d", text):
        return None  # another subject: nothing was tried
    tries = view.times_asked(TRIES) + 1
    await uow.asks.save(view.case.id, AskState(name=TRIES, times=tries))
    if tries >= MOST_TRIES:
        return await _by_a_person(ctx, uow, view)
    again = wording.text(ctx, view, "check_birth_date_again")
    return _done(replace(_ask_birth_date(ctx, view), text=again))


def fits_record(ctx: Context, view: CaseView, text: str) -> bool:
    """Whether a text holds the birth date on record; False when none is on record."""
    today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
    said = (
        one.value for one in find_births(text.lower(), date=today, asked=True) if one.variable == BIRTH_DATE
    )
    return BIRTH_DATE in view.values and next(said, None) == view.values[BIRTH_DATE]


async def give_up(ctx: Context, uow: UnitOfWork, view: CaseView, booked: Appointment) -> Step:
    """The visit is off and its time free. Who was to be seen within two days is called."""
    if not await uow.appointments.cancel(booked.id, case_id=view.case.id):
        return _done(wording.say(ctx, view, "no_visit_to_change"))
    detail = {"visit": booked.visit}
    await uow.audit.add(
        actor="patient",
        action="appointment.given_up",
        case_id=view.case.id,
        at=ctx.clock.now(),
        detail=detail,
    )
    await visit_mail.withdraw(ctx, uow, view, booked)
    told = wording.say(ctx, view, "visit_given_up", time=wording.moment(ctx, booked.start))
    await callback.set_status(uow, view.case, status="closed", handoff="none")
    if view.case.level is not Level.URGENT_48H:
        return _done(told, wording.say(ctx, view, "safety_net"))
    fresh = replace(view, case=await uow.cases.get(view.case.id))
    return await callback.call_back(ctx, uow, fresh, priority="P1", kind="urgent_callback", lead=(told,))


async def _by_a_person(ctx: Context, uow: UnitOfWork, view: CaseView) -> Step:
    """Too many tries: a person calls, the visit stays as it is."""
    lead = (wording.say(ctx, view, "change_by_person"),)
    return await callback.call_back(ctx, uow, view, priority="P2", kind="callback", lead=lead)


# --- what is said -------------------------------------------------------------------------------


def _done(*drafts: Draft) -> Step:
    return Step(drafts=drafts, asking=drafts[-1].asks, phase="done")


def shown(ctx: Context, view: CaseView, booked: Appointment) -> Step:
    """The visit and what can be done with it. Only after the birth date was checked."""
    return _done(_choices(ctx, view, booked))


def _ask_birth_date(ctx: Context, view: CaseView) -> Draft:
    text_id = f"ask_{CHECK}"
    return Draft(kind="question", text=wording.text(ctx, view, text_id), asks=CHECK, text_id=text_id)


def _choices(ctx: Context, view: CaseView, booked: Appointment) -> Draft:
    items = (("choice_move", MOVE), ("choice_give_up", DROP), ("choice_keep", KEEP))
    text = wording.text(
        ctx, view, "change_what", visit=wording.visit_name(ctx, booked),
        time=wording.moment(ctx, booked.start), provider=wording.provider_name(ctx, booked),
    )  # fmt: skip
    return Draft(
        kind="question",
        text=text,
        asks=CHANGE,
        choices=wording.numbered([(wording.text(ctx, view, label), means) for label, means in items]),
        text_id="change_what",
    )
