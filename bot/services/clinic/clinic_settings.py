"""What an administrator changes of the clinic: profile, hours, people who see patients, kinds of visits,
whom of the staff the service calls, texts.

A change is laid over the installed files (`bot.protocols.shelf`), goes through the loader that checks those
files, and for texts through their lint; only then is it published as a new edition, for every process within
seconds. Every edition stays, with who made it, and any of them can be made to count again. What is booked is
never touched: bookings that a change leaves outside the hours are shown first and become staff tasks.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import Conflict, InvalidInput, NotAllowed, ProtocolError
from bot.domain.openings import misfit
from bot.domain.schedule import Appointment
from bot.protocols import Protocols
from bot.protocols.shelf import Changes, Shelf, laid_over
from bot.services.access.permissions import May, require
from bot.services.clinic import in_force
from bot.services.context import Context
from bot.services.ports import Edition, StaffMember, UnitOfWork
from bot.services.visits import schedule_review

CLINIC, TEXTS, VISITS = "clinic", "texts", "visits"
FILES = (CLINIC, TEXTS, VISITS)
KEPT = 20
"""Editions of one file that are offered to go back to."""
_PLACE = re.compile(r"^\w+\.yaml:\d+: ")


@dataclass(frozen=True, kw_only=True)
class Held:
    """What this clinic made of one file. `seen` is the number a change must follow."""

    body: Mapping[str, Any]
    """The whole file as it counts, plain values."""
    changes: Changes
    seen: int
    history: tuple[Edition, ...]
    """Newest first."""
    problem: str
    """Why the newest edition does not count; empty while it does."""


@dataclass(frozen=True, kw_only=True)
class Collision:
    """A booking that would lie outside of what the change leaves."""

    appointment: Appointment
    reference: str
    why: str


async def held(ctx: Context, member: StaffMember, name: str) -> Held:
    """Raises NotAllowed for a file that is not changed here."""
    require(member, May.MANAGE)
    shelf = _shelf(ctx)
    if name not in FILES:
        raise NotAllowed("no such settings")
    async with ctx.unit_of_work(write=False) as uow:
        history = tuple(await uow.editions.of(name, "changes", limit=KEPT))
        changes = await _changes(uow, name)
    body = laid_over(shelf.documents[name].body, changes)
    seen = history[0].number if history else 0
    return Held(body=body, changes=changes, seen=seen, history=history, problem=ctx.standing.problem)


async def check(ctx: Context, member: StaffMember, name: str, changes: Changes) -> tuple[Collision, ...]:
    """The bookings that these changes, on top of those that count, would leave outside. Nothing is saved.

    Raises InvalidInput with the field, what is allowed and what to do.
    """
    require(member, May.MANAGE)
    _, after = await _outlook(ctx, name, changes)
    return await _collisions(ctx, after)


async def outlook(ctx: Context, member: StaffMember, name: str, changes: Changes) -> Protocols:
    """What would count with these changes on top of those that do. Raises InvalidInput; saves nothing."""
    require(member, May.MANAGE)
    return (await _outlook(ctx, name, changes))[1]


async def save(
    ctx: Context, member: StaffMember, name: str, changes: Changes, *, seen: int, note: str
) -> None:
    """Publish the changes on top of those that count. Raises InvalidInput, and Conflict when somebody
    else has saved since `seen`."""
    require(member, May.MANAGE)
    before, _ = await _outlook(ctx, name, changes)
    joined = _joined(before, changes)
    await _publish(ctx, member, name, joined, seen=seen, note=note, before=before)


async def go_back(ctx: Context, member: StaffMember, name: str, number: int, *, seen: int) -> None:
    """An earlier edition counts again, as a new one; 0: the installed file as it is.

    Raises NotAllowed when there is none, and as `save` does.
    """
    require(member, May.MANAGE)
    known = await held(ctx, member, name)
    old = next((one for one in known.history if one.number == number), None)
    if old is None and number != 0:
        raise NotAllowed("no such version")
    changes = json.loads(old.content) if old is not None else {}
    await _load(ctx, name, changes)
    note = f"back to version {number}" if number else "back to the installed file"
    await _publish(ctx, member, name, changes, seen=seen, note=note, before=known.changes)


async def _outlook(ctx: Context, name: str, changes: Changes) -> tuple[Changes, Protocols]:
    async with ctx.unit_of_work(write=False) as uow:
        before = await _changes(uow, name)
    return before, await _load(ctx, name, _joined(before, changes))


def _joined(before: Changes, changes: Changes) -> dict[str, Any]:
    """Changes on changes; a key that is taken away stays taken away."""
    joined = dict(before)
    for key, value in changes.items():
        inner = joined.get(key)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping)
        joined[key] = _joined(inner, value) if both else value  # type: ignore[arg-type]
    return joined


async def _load(ctx: Context, name: str, changes: Changes) -> Protocols:
    """The protocols with these changes of one file. Raises InvalidInput in the words of the loader."""
    async with ctx.unit_of_work(write=False) as uow:
        others = [one for one in await uow.editions.in_force() if (one.name, one.kind) != (name, "changes")]
    try:
        return await asyncio.to_thread(_with, _shelf(ctx), others, name, changes)
    except ProtocolError as error:
        raise InvalidInput(_PLACE.sub("", str(error)), field=name) from None


def _with(shelf: Shelf, others: list[Edition], name: str, changes: Changes) -> Protocols:
    contents = {one.name: one.content.encode() for one in others if one.kind == "document"}
    laid = {one.name: json.loads(one.content) for one in others if one.kind == "changes"}
    return shelf.protocols(contents=contents, changes={**laid, name: changes})


async def _publish(
    ctx: Context,
    member: StaffMember,
    name: str,
    changes: Changes,
    *,
    seen: int,
    note: str,
    before: Changes,
) -> None:
    if changes == before:
        return
    edition = Edition(
        id=ctx.ids.new(), name=name, kind="changes", number=seen + 1, content=json.dumps(changes),
        author=member.name, at=ctx.clock.now(), note=note,
    )  # fmt: skip
    try:
        async with ctx.unit_of_work() as uow:
            await uow.editions.add(edition)
            await uow.editions.publish(edition.id, by=member.name)
            was, now = differing(before, changes)
            await uow.audit.add(
                actor=member.name, action="settings.changed", case_id=None, at=edition.at,
                detail={"file": name, "version": edition.number, "before": was, "after": now},
            )  # fmt: skip
            await uow.commit()
    except Conflict:
        raise Conflict("somebody else has changed this since you opened it: open it again") from None
    await in_force.look(ctx)
    await schedule_review.review(ctx)


def differing(before: Any, after: Any) -> tuple[Any, Any]:
    """Only what differs, of both sides; None stands for what is not there."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        return before, after
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    pairs = {name: differing(before.get(name), after.get(name)) for name in names}
    return {name: pair[0] for name, pair in pairs.items()}, {name: pair[1] for name, pair in pairs.items()}


async def _changes(uow: UnitOfWork, name: str) -> Changes:
    """Those that count; none when nothing was changed."""
    found = [one for one in await uow.editions.in_force() if (one.name, one.kind) == (name, "changes")]
    changes: Changes = json.loads(found[0].content) if found else {}
    return changes


async def _collisions(ctx: Context, after: Protocols) -> tuple[Collision, ...]:
    now, clinic = ctx.protocols.clinic, after.clinic
    async with ctx.unit_of_work(write=False) as uow:
        coming = await uow.appointments.booked_from(ctx.clock.now())
        found = []
        for one in coming:
            why = misfit(one, clinic.providers, clinic.rooms)
            if why is not None and misfit(one, now.providers, now.rooms) is None:
                case = await uow.cases.get(one.case_id)
                found.append(
                    Collision(appointment=one, reference=case.reference, why=schedule_review.WHY[why])
                )
    return tuple(found)


def _shelf(ctx: Context) -> Shelf:
    if ctx.shelf is None:
        raise InvalidInput("this process has no installed files to change", field="settings")
    return ctx.shelf
