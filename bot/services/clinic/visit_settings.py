"""Changing the kinds of visits: their names, lengths, how they are booked, what to bring.

What is booked keeps its time and its length: an appointment holds both. Its kind is kept by id, so a new
name is read everywhere at once. Kinds come and go with the clinic's routing, not here: a kind that no outcome
leads to would never be used, and one that some outcome leads to cannot go.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from bot.domain.errors import InvalidInput
from bot.protocols import Protocols
from bot.protocols.lint import check, said_of_visits
from bot.protocols.visits import VisitType
from bot.services.access.permissions import May, require
from bot.services.clinic import clinic_settings
from bot.services.clinic.clinic_settings import VISITS
from bot.services.context import Context
from bot.services.ports import StaffMember

FIXED = ("ER_NOW", "CRISIS")
"""No visits of the clinic's: where a danger sign leads (clinical.md 4.6)."""
FIXED_BOOKING = {"SAME_DAY_CALL": "callback", "URGENT_EVAL_48H": "urgent"}
"""How these are given is part of the safety rules (clinical.md 4.6b)."""
URGENT_DAYS = 2
"""An urgent visit takes place within 48 hours (clinical.md 4.6)."""


async def coming(ctx: Context, member: StaffMember) -> Mapping[str, int]:
    """How many booked visits of each kind are still to come."""
    require(member, May.MANAGE)
    async with ctx.unit_of_work(write=False) as uow:
        booked = await uow.appointments.booked_from(ctx.clock.now())
    return Counter(one.visit for one in booked)


async def save_visits(ctx: Context, member: StaffMember, changes: Mapping[str, Any], *, seen: int) -> None:
    """Lay the changes over visits.yaml.

    Raises InvalidInput that names the kind, what is wrong and what to do; Conflict when somebody else has
    saved since `seen`.
    """
    require(member, May.MANAGE)
    after = await clinic_settings.outlook(ctx, member, VISITS, changes)
    changed = [id_ for id_, visit in after.visits.items() if visit != ctx.protocols.visits.get(id_)]
    for id_ in changed:
        _refuse(after.visits[id_], after)
    await asyncio.to_thread(_refuse_by_lint, after, changed)
    note = ", ".join([*changed, *(name for name in changes if name != "visits")])
    await clinic_settings.save(ctx, member, VISITS, changes, seen=seen, note=note)


def _refuse(visit: VisitType, after: Protocols) -> None:
    if visit.id in FIXED:
        raise InvalidInput(f"{visit.id} is fixed by the clinical specification", field=visit.id)
    booking = FIXED_BOOKING.get(visit.id, visit.book)
    if visit.book != booking:
        raise InvalidInput(f"{visit.id}: the safety rules say {booking}; leave it so", field=visit.id)
    if visit.book == "urgent" and visit.horizon_days > URGENT_DAYS:
        raise InvalidInput(
            f"{visit.id}: an urgent visit is within {URGENT_DAYS} days; write {URGENT_DAYS} or less",
            field=visit.id,
        )
    if visit.by_patients and not any(visit.id in one.visits for one in after.clinic.providers):
        raise InvalidInput(
            f"{visit.id}: nobody sees this kind of visit; under Clinic and hours give it to somebody first",
            field=visit.id,
        )


def _refuse_by_lint(after: Protocols, changed: list[str]) -> None:
    for said in said_of_visits(after.visits, after.texts):
        if said.id in changed:
            for complaint in check(said):
                raise InvalidInput(f"{said.id}: {complaint.check}: {complaint.problem}", field=said.id)
