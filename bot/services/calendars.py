"""A provider's appointments for calendar programs, behind an address that only the provider's people know.

The address is made from a secret of the installation: nothing is stored, and a new secret closes all
old addresses. A feed names visit and reference, never a patient.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac

from bot.domain.errors import NotAllowed
from bot.domain.schedule import Appointment
from bot.protocols import Protocols
from bot.services import ics
from bot.services.context import Context

PAST = dt.timedelta(days=31)
AHEAD = dt.timedelta(days=370)


def feed_token(secret: str, provider_id: str) -> str:
    """The part of the address that is secret: 160 bits, lower-case letters and digits."""
    made = hmac.new(secret.encode(), f"calendar feed of {provider_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made[:20]).decode().lower()


async def provider_feed(ctx: Context, provider_id: str, token: str, *, secret: str) -> str:
    """The feed as iCalendar text. Raises NotAllowed for an unknown provider and a wrong token alike."""
    names = {provider.id: provider.name for provider in ctx.protocols.clinic.providers}
    right = hmac.compare_digest(feed_token(secret, provider_id).encode(), token.encode(errors="replace"))
    if not right or provider_id not in names:
        raise NotAllowed("no such calendar")
    now = ctx.clock.now()
    async with ctx.unit_of_work(write=False) as uow:
        booked = await uow.appointments.booked_of(provider_id, start=now - PAST, end=now + AHEAD)
    events = (event_of(ctx.protocols, item, reference=reference, stamp=now) for item, reference in booked)
    return ics.calendar(events, name=f"{names[provider_id]} · {ctx.protocols.clinic.name}")


def event_of(
    protocols: Protocols, item: Appointment, *, reference: str, stamp: dt.datetime, sequence: int = 0
) -> ics.Event:
    """An appointment as staff see it in a calendar."""
    visit = protocols.visits.get(item.visit)
    name = visit.name if visit else item.visit
    return ics.Event(
        uid=uid_of(item), start=item.start, end=item.end, stamp=stamp, sequence=sequence,
        summary=f"{name[:1].upper()}{name[1:]} · {reference}",
        description=f"Reference {reference}. Details are in the staff console.",
        location=protocols.clinic.address,
        status="CANCELLED" if item.status == "cancelled" else "CONFIRMED",
    )  # fmt: skip


def patient_event(
    protocols: Protocols, item: Appointment, *, reference: str, stamp: dt.datetime, sequence: int = 0
) -> ics.Event:
    """The same appointment for the patient's own calendar: where and when, not what for."""
    clinic = protocols.clinic
    return ics.Event(
        uid=uid_of(item), start=item.start, end=item.end, stamp=stamp, sequence=sequence,
        summary=f"Appointment at {clinic.name}",
        description=f"Reference {reference}. To change it, call {clinic.phone}.",
        location=clinic.address,
        status="CANCELLED" if item.status == "cancelled" else "CONFIRMED",
    )  # fmt: skip


def uid_of(item: Appointment) -> str:
    """The same in every calendar and for good (RFC 7986, 5.3: nothing personal in it)."""
    return f"{item.id}@spine-intake"
