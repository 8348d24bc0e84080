"""A patient wishes to be erased: one person writes the wish down, a second one decides, and the case is gone.

With the case go its messages, facts, judgements, notes, marks, texts and reviews: the database deletes what
belongs to it, as it does for cases that are old (`retention.py`). The teaching files are made anew each time,
so they lose its messages too. What stays: the audit log (who did what, no words), a wish for no texts, and
what others hold, which the page names.

Figures: the day of the case is counted again without it, while that day is still counted at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.domain.errors import Conflict, InvalidInput
from bot.services.access import looks
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.office import desk
from bot.services.ports import StaffMember, UnitOfWork
from bot.services.ports.retention import LegalHold, Wish
from bot.services.ports.search import Wanted
from bot.services.records.case_file import CaseFile

LONGEST_REASON = 500
SHOWN = 100
"""Wishes on one page; so many are never open at once in a clinic."""
OTHERS = 20

Obstacle = Literal["legal_hold", "talking", "emergency", "work", "visit", "outgoing"]
"""Why a case is not over: nobody erases what somebody still has to do."""


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """What a person decides on."""

    file: CaseFile
    obstacles: Sequence[Obstacle]
    copies: Sequence[str]
    """Other systems that were told of this case (`fhir`, `calendar`): their copies stay theirs."""
    others: Sequence[Mapping[str, Any]]
    """Rows of other cases of the same phone number, newest first."""


async def look(ctx: Context, member: StaffMember, case_id: str) -> Erasure:
    """The case, what stands in the way, and what is not reached. That it was seen is audited."""
    require(member, May.WORK)
    file = await desk.open_case(ctx, member, case_id)
    async with ctx.unit_of_work(write=False) as uow:
        # All tasks, those too that this person may not read: that there is one is told, not which.
        at_work = any(task.status != "done" for task in await uow.tasks.of_case(case_id))
        told = {one.target for one in await uow.publications.of_case(case_id) if one.known}
        others = await _others(uow, file)
    await looks.saw(ctx, member, [row["id"] for row in others], place="same_phone")
    return Erasure(
        file=file,
        obstacles=obstacles(file, at_work=at_work, now=ctx.clock.now()),
        copies=sorted(told),
        others=others,
    )


async def open_wishes(ctx: Context, member: StaffMember) -> Sequence[tuple[Wish, str]]:
    """(wish, reference of its case), the oldest first."""
    require(member, May.ERASE)
    async with ctx.unit_of_work(write=False) as uow:
        found = await uow.retention.wishes(limit=SHOWN)
        return [(one, (await uow.cases.get(one.case_id)).reference) for one in found]


async def ask(ctx: Context, member: StaffMember, case_id: str, *, reason: str) -> None:
    """Write down that the patient asked; a second time changes nothing. Raises InvalidInput, NotAllowed."""
    require(member, May.WORK)
    wish = Wish(case_id=case_id, reason=_checked(reason), by=member.name, at=ctx.clock.now())
    async with ctx.unit_of_work() as uow:
        await uow.cases.get(case_id)
        if await uow.retention.add_wish(wish):
            await _record(ctx, uow, member, "erasure.asked", case_id)
        await uow.commit()


async def withdraw(ctx: Context, member: StaffMember, case_id: str) -> None:
    """The patient took it back, or it was written on the wrong case. Raises NotAllowed."""
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        await uow.cases.get(case_id)
        if await uow.retention.drop_wish(case_id):
            await _record(ctx, uow, member, "erasure.withdrawn", case_id)
        await uow.commit()


async def confirm(ctx: Context, member: StaffMember, case_id: str) -> None:
    """Erase the case, by another person than who wrote the wish down.

    Raises InvalidInput for the same person, Conflict while there is no wish or the case is not over,
    NotAllowed. What was just said or done is seen: the store looks again with the case locked.
    """
    require(member, May.ERASE)
    async with ctx.unit_of_work() as uow:
        await uow.cases.get(case_id)
        wish = await uow.retention.wish(case_id)
        if wish is None:
            raise Conflict("nobody has written down that the patient asked for this")
        if wish.by.casefold() == member.name.casefold():
            raise InvalidInput("another person must confirm what you wrote down", code="same_person")
        if not await uow.retention.erase(case_id, before=ctx.clock.now()):
            raise Conflict("something is still to be done or kept in this case: look what stands in the way")
        asked = {"asked_by": wish.by, "asked_at": wish.at.isoformat(timespec="seconds")}
        await _record(ctx, uow, member, "case.erased", case_id, **asked)
        await uow.commit()


async def keep(ctx: Context, member: StaffMember, case_id: str, *, reason: str) -> None:
    """The law asks that the case stays: neither a wish nor its age erases it.

    Raises InvalidInput without a reason, NotAllowed.
    """
    require(member, May.ERASE)
    hold = LegalHold(case_id=case_id, reason=_checked(reason), by=member.name, at=ctx.clock.now())
    async with ctx.unit_of_work() as uow:
        await uow.cases.get(case_id)
        if await uow.retention.add_legal_hold(hold):
            await _record(ctx, uow, member, "legal_hold.set", case_id)
        await uow.commit()


async def let_go(ctx: Context, member: StaffMember, case_id: str) -> None:
    """Nothing asks any more that the case stays. Raises NotAllowed."""
    require(member, May.ERASE)
    async with ctx.unit_of_work() as uow:
        await uow.cases.get(case_id)
        if await uow.retention.drop_legal_hold(case_id):
            await _record(ctx, uow, member, "legal_hold.lifted", case_id)
        await uow.commit()


def obstacles(file: CaseFile, *, at_work: bool, now: dt.datetime) -> list[Obstacle]:
    """What must be done first, in the order in which one would."""
    case, waiting = file.case, ("queued", "sending")
    found: dict[Obstacle, bool] = {
        "legal_hold": file.legal_hold is not None,
        "talking": case.status == "open",
        "emergency": case.status == "emergency" and case.acknowledged_at is None,
        "work": at_work,
        "visit": any(one.status in ("held", "booked") and one.end >= now for one in file.appointments),
        "outgoing": any(one.status in waiting for one in file.deliveries),
    }
    return [name for name, stands in found.items() if stands]


async def _others(uow: UnitOfWork, file: CaseFile) -> Sequence[Mapping[str, Any]]:
    told = file.facts.get("contact_phone")
    number = str(told.value) if told and told.value else file.case.address
    if not number:
        return ()
    rows, _ = await uow.search.cases(Wanted(words=number), after=None, limit=OTHERS)
    return [row for row in rows if row["id"] != file.case.id]


def _checked(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput("say how it was asked and who was asked for", code="empty", field="reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(f"at most {LONGEST_REASON} characters", code="too_long", field="reason")
    return reason.strip()


async def _record(
    ctx: Context, uow: UnitOfWork, member: StaffMember, action: str, case_id: str, **detail: str
) -> None:
    await uow.audit.add(actor=member.name, action=action, case_id=case_id, at=ctx.clock.now(), detail=detail)
