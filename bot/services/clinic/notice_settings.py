"""Changing whom of the staff the service calls, and how long it waits for patients (part of clinic.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import InvalidInput
from bot.domain.notices import CHANNELS, Channel, Contact
from bot.domain.tasks import Priority
from bot.protocols import Protocols
from bot.services.access.permissions import May, require
from bot.services.clinic import clinic_settings
from bot.services.clinic.clinic_settings import CLINIC
from bot.services.context import Context
from bot.services.ports import StaffMember

MUST_REACH: tuple[Priority, ...] = ("P0", "P1")
"""Emergencies and urgent calls: somebody hears at once, and somebody is called next (clinical.md 4.6b)."""


def closed_channels(ctx: Context) -> tuple[Channel, ...]:
    """The channels by which this installation can reach nobody, whatever the settings say."""
    return tuple(one for one in CHANNELS if one not in ctx.reach)


async def save_notices(ctx: Context, member: StaffMember, changes: Mapping[str, Any], *, seen: int) -> None:
    """Lay the changes over clinic.yaml. Raises InvalidInput that says what is wrong and what to do; Conflict
    when somebody else has saved since `seen`."""
    require(member, May.MANAGE)
    _refuse_silence(await clinic_settings.outlook(ctx, member, CLINIC, changes))
    await clinic_settings.save(ctx, member, CLINIC, changes, seen=seen, note=", ".join(changes))


def _refuse_silence(after: Protocols) -> None:
    notices = after.clinic.notices
    for priority in MUST_REACH:
        if not any(one.channels(priority) for one in notices.at_once.get(priority, ())):
            raise InvalidInput(f"{priority}: somebody must be told at once, by some means", field=priority)
        if not notices.escalation.get(priority):
            raise InvalidInput(
                f"{priority}: somebody must be called next while nobody takes it", field=priority
            )
    for contact in notices.contacts:
        _refuse_unheard(contact, after)


def _refuse_unheard(contact: Contact, after: Protocols) -> None:
    """Who is to be told of something needs a means for it."""
    for lists in (after.clinic.notices.at_once, after.clinic.notices.escalation):
        for priority, people in lists.items():
            if contact in people and not contact.channels(priority):
                raise InvalidInput(
                    f"{contact.name}: choose by which means they are told of {priority}", field=contact.id
                )
