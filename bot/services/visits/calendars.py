"""A provider's appointments for calendar programs, behind an address that only the provider's people know.

The address is made from a secret of the installation: nothing is stored, and a new secret closes all
old addresses. A feed names visit and reference, never a patient.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Collection

from bot.domain.errors import NotAllowed
from bot.domain.schedule import Appointment
from bot.protocols import Protocols
from bot.services.context import Context
from bot.services.visits import ics

PAST = dt.timedelta(days=31)
AHEAD = dt.timedelta(days=370)
Bookings = Collection[Appointment]
"""Every time of a case that was ever booked, cancelled ones too."""


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
        bookings = await uow.appointments.bookings_of({item.case_id for item, _ in booked})
    events = (
        event_of(ctx.protocols, item, reference=reference, stamp=now, bookings=bookings[item.case_id])
        for item, reference in booked
    )
    return ics.calendar(events, name=f"{names[provider_id]} · {ctx.protocols.clinic.name}")


def event_of(
    protocols: Protocols, item: Appointment, *, reference: str, stamp: dt.datetime, bookings: Bookings
) -> ics.Event:
    """An appointment as staff see it in a calendar; `stamp` where nobody noted when it was booked."""
    visit = protocols.visits.get(item.visit)
    name = visit.name if visit else item.visit
    uid, sequence = version_of(item, bookings)
    return ics.Event(
        uid=uid, start=item.start, end=item.end, stamp=item.booked_at or stamp, sequence=sequence,
        summary=f"{name[:1].upper()}{name[1:]} · {reference}",
        description=f"Reference {reference}. Details are in the staff console.",
        location=protocols.clinic.address,
        status="CANCELLED" if item.status == "cancelled" else "CONFIRMED",
    )  # fmt: skip


def patient_event(
    protocols: Protocols, item: Appointment, *, reference: str, stamp: dt.datetime, bookings: Bookings
) -> ics.Event:
    """The same appointment for the patient's own calendar: where and when, not what for. `stamp`: now."""
    clinic = protocols.clinic
    uid, sequence = version_of(item, bookings)
    return ics.Event(
        uid=uid, start=item.start, end=item.end, stamp=stamp, sequence=sequence,
        summary=f"Appointment at {clinic.name}",
        description=f"Reference {reference}. To change it, call {clinic.phone}.",
        location=clinic.address,
        status="CANCELLED" if item.status == "cancelled" else "CONFIRMED",
    )  # fmt: skip


def version_of(item: Appointment, bookings: Bookings) -> tuple[str, int]:
    """UID and SEQUENCE: the visit of a case is one event, however often it is moved (RFC 5546, 2.1.4-5).

    Each booking is two numbers higher than the one before it, so that calling it off comes in between.
    The UID is the same in every calendar and for good, with nothing personal in it (RFC 7986, 5.3).
    """
    before = [one for one in bookings if one.id != item.id and _order(one) < _order(item)]
    first = min(before, key=_order, default=item)
    return f"{first.id}@spine-intake", 2 * len(before) + (item.status == "cancelled")


def _order(item: Appointment) -> tuple[dt.datetime, str]:
    return item.booked_at or dt.datetime.min.replace(tzinfo=dt.UTC), item.id
