"""E-mails to a patient about a booked visit: a calendar invitation, its withdrawal, a reminder.

Only to an address that the patient gave after they agreed that we keep their answers, and never while it
may not be safe to write to them. They say when and where, not what for (iTIP: RFC 5546).
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.cases import Case, Draft
from bot.domain.schedule import Appointment
from bot.services.case import agenda, safety, wording
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import post
from bot.services.visits import calendars, ics

SUBJECT = "mail_visit_subject"


def may_write_to(case: Case) -> bool:
    """Whether we may write of our own accord: after consent, not where somebody else may read it (6.6),
    and never because of a test."""
    in_danger = agenda.NOT_SAFE_HERE in case.flags or safety.ABUSE in case.rules
    return case.consent == "given" and not in_danger and not case.test


def by_text(ctx: Context, case: Case) -> bool:
    """Whether the patient writes to us by text message, so that we can too."""
    return "sms" in ctx.reach and case.channel == "sms" and case.address is not None


def no_reminder(ctx: Context, view: CaseView) -> tuple[Draft, ...]:
    """What is said after a booking when no reminder can reach this patient; nothing when one can."""
    if not ctx.protocols.clinic.reminders.before or by_text(ctx, view.case) or address_of(ctx, view):
        return ()
    may_get_one = "email" in ctx.reach and may_write_to(view.case)
    return (wording.say(ctx, view, "no_reminder_yet" if may_get_one else "no_reminder"),)


def address_of(ctx: Context, view: CaseView) -> str | None:
    """Where e-mails about the visit may go; None: nowhere."""
    given = view.values.get("contact_email")
    if "email" not in ctx.reach or not isinstance(given, str) or not may_write_to(view.case):
        return None
    try:
        return ics.Mailbox(address=given).address
    except ValueError:
        return None


async def invite(
    ctx: Context, uow: UnitOfWork, view: CaseView, booked: Appointment, *, moved: bool = False
) -> bool:
    """Confirm a booked visit with an invitation, in the transaction that books it; whether one was queued.

    The invitation of a visit that was moved replaces the earlier one in the patient's calendar.
    """
    text_id = "mail_visit_moved" if moved else "mail_visit"
    return await _queue(ctx, uow, view, booked, text_id=text_id, key="invitation")


async def withdraw(ctx: Context, uow: UnitOfWork, view: CaseView, booked: Appointment) -> bool:
    """Take the invitation back, in the transaction that gives the visit up."""
    off = replace(booked, status="cancelled")
    return await _queue(ctx, uow, view, off, text_id="mail_visit_off", key="withdrawal")


async def remind(ctx: Context, uow: UnitOfWork, view: CaseView, booked: Appointment, *, key: str) -> bool:
    """Remind of a visit by e-mail; whether one was queued."""
    address = address_of(ctx, view)
    if address is None:
        return False
    return await post.queue(
        ctx, uow, to=address, channel="email", case_id=view.case.id, dedupe_key=f"{key}:{booked.id}",
        subject=ctx.protocols.texts.say(SUBJECT, channel="web"),
        body=_body(ctx, view, booked, "mail_visit"),
        appointment_id=booked.id, until=booked.start, by_day=True,
    )  # fmt: skip


async def _queue(
    ctx: Context, uow: UnitOfWork, view: CaseView, visit: Appointment, *, text_id: str, key: str
) -> bool:
    address = address_of(ctx, view)
    if address is None:
        return False
    still_on = visit.status == "booked"
    bookings = (await uow.appointments.bookings_of([view.case.id]))[view.case.id]
    return await post.queue(
        ctx, uow, to=address, channel="email", case_id=view.case.id, dedupe_key=f"{key}:{visit.id}",
        subject=ctx.protocols.texts.say(SUBJECT, channel="web"),
        body=_body(ctx, view, visit, text_id),
        invitation=_invitation(ctx, view, visit, address, bookings),
        appointment_id=visit.id if still_on else None, until=visit.start,
    )  # fmt: skip


def _invitation(
    ctx: Context, view: CaseView, visit: Appointment, address: str, bookings: calendars.Bookings
) -> str | None:
    if ctx.mail_from is None:
        return None
    event = calendars.patient_event(
        ctx.protocols, visit, reference=view.case.reference, stamp=ctx.clock.now(), bookings=bookings
    )
    organizer = ics.Mailbox(address=ctx.mail_from, name=ctx.protocols.clinic.name)
    return ics.invitation(event, organizer=organizer, attendee=ics.Mailbox(address=address))


def _body(ctx: Context, view: CaseView, visit: Appointment, text_id: str) -> str:
    return ctx.protocols.texts.say(
        text_id, channel="web", time=wording.moment(ctx, visit.start), reference=view.case.reference
    )
