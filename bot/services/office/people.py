"""Who works here: people are added, given another role, a new password, signed out, shut out.

Administrators alone, and one of them always stays: the last one is neither shut out nor given another role.
Every change is audited with what was before and after, in the transaction that makes it. Nobody is ever
deleted: their name stands in the record.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.services.access import login_guard, staff
from bot.services.access.login_guard import LoginGuard
from bot.services.access.permissions import May, may, require
from bot.services.context import Context
from bot.services.office import claims
from bot.services.ports import Person, StaffMember, UnitOfWork

KEEPS_ONE = "this is the last administrator: make somebody else one first"


@dataclass(frozen=True, kw_only=True)
class FirstPassword:
    """A password made for somebody. It is shown this once and kept nowhere but as a hash."""

    member: StaffMember
    password: str = field(repr=False)


async def everybody(ctx: Context, member: StaffMember) -> list[Person]:
    """Enabled ones first, then by name."""
    require(member, May.MANAGE)
    async with ctx.unit_of_work(write=False) as uow:
        return await uow.staff.everybody(now=ctx.clock.now())


async def person(ctx: Context, member: StaffMember, staff_id: str) -> Person:
    """One of them. Raises NotAllowed when there is none."""
    found = next((one for one in await everybody(ctx, member) if one.member.id == staff_id), None)
    if found is None:
        raise NotAllowed("no such person")
    return found


async def add(ctx: Context, member: StaffMember, guard: LoginGuard, *, name: str, role: str) -> FirstPassword:
    """A new person with a password of ours. Raises InvalidInput, also when the name is taken."""
    require(member, May.MANAGE)
    password = staff.fresh_password()
    try:
        added = await staff.add_person(ctx, guard, name=name, role=role, password=password, by=member.name)
    except Conflict:
        raise InvalidInput(
            "somebody of this name is here already: choose another one", field="name"
        ) from None
    return FirstPassword(member=added, password=password)


async def set_role(ctx: Context, member: StaffMember, staff_id: str, *, role: str) -> StaffMember:
    """Another role, at once and everywhere. Who may not work on cases any more gives theirs back.

    Raises InvalidInput for an unknown role, Conflict for the last administrator, NotAllowed.
    """
    require(member, May.MANAGE)
    async with ctx.unit_of_work() as uow:
        before = await _locked(ctx, uow, staff_id)
        staff.check_person(before.name, role)
        after = replace(before, role=role)
        if after != before:
            await _change(ctx, uow, member, "staff.role_changed", before, after, what="role")
        await uow.commit()
    return after


async def shut_out(ctx: Context, member: StaffMember, staff_id: str) -> StaffMember:
    """They cannot sign in, are signed out everywhere, and their cases wait for anybody again.

    Raises Conflict for the last administrator, NotAllowed.
    """
    require(member, May.MANAGE)
    async with ctx.unit_of_work() as uow:
        before = await _locked(ctx, uow, staff_id)
        after = replace(before, disabled=True)
        if after != before:
            await _change(ctx, uow, member, "staff.disabled", before, after, what="disabled")
            await _end_access(uow, staff_id)
        await uow.commit()
    return after


async def let_in(ctx: Context, member: StaffMember, staff_id: str) -> StaffMember:
    """They may sign in again with the password they had. Raises NotAllowed."""
    require(member, May.MANAGE)
    async with ctx.unit_of_work() as uow:
        before = await _locked(ctx, uow, staff_id)
        after = replace(before, disabled=False)
        if after != before:
            await _change(ctx, uow, member, "staff.enabled", before, after, what="disabled")
        await uow.commit()
    return after


async def new_password(ctx: Context, member: StaffMember, guard: LoginGuard, staff_id: str) -> FirstPassword:
    """A password of ours in place of theirs; they are signed out everywhere. Raises NotAllowed."""
    require(member, May.MANAGE)
    password = staff.fresh_password()
    hashed = await guard.hash(password)
    async with ctx.unit_of_work() as uow:
        before = await _locked(ctx, uow, staff_id)
        after = replace(before, password_hash=hashed)
        await uow.staff.save(after)
        await uow.staff.end_sessions_of(staff_id)
        await _record(ctx, uow, member, "staff.password_reset", staff_id)
        await uow.commit()
    return FirstPassword(member=after, password=password)


async def sign_out_everywhere(ctx: Context, member: StaffMember, staff_id: str) -> None:
    """All browsers and all programs of theirs are out. Raises NotAllowed."""
    require(member, May.MANAGE)
    async with ctx.unit_of_work() as uow:
        await _locked(ctx, uow, staff_id)
        await _end_access(uow, staff_id)
        await _record(ctx, uow, member, "staff.signed_out_everywhere", staff_id)
        await uow.commit()


async def choose_password(
    ctx: Context, member: StaffMember, guard: LoginGuard, *, current: str, new: str, address: str
) -> None:
    """One's own password, by who knows the one before; all browsers are signed out, this one too.

    Raises InvalidInput for a wrong one and for a new one that will not do, TooManyTries.
    """
    staff.check_password(new)
    await login_guard.admit(ctx, name=member.name, address=address)
    if not await guard.matches(current[: staff.LONGEST_PASSWORD], member.password_hash):
        raise InvalidInput("the password you have now is another one", field="current")
    await login_guard.note_success(ctx, name=member.name, address=address)
    hashed = await guard.hash(new)
    async with ctx.unit_of_work() as uow:
        await uow.staff.save(replace(await uow.staff.get(member.id), password_hash=hashed))
        await uow.staff.end_sessions_of(member.id)
        await _record(ctx, uow, member, "staff.password_changed", member.id)
        await uow.commit()


async def _locked(ctx: Context, uow: UnitOfWork, staff_id: str) -> StaffMember:
    """The person, with everybody's rows locked: two administrators who remove each other wait in line."""
    members = [one.member for one in await uow.staff.everybody(now=ctx.clock.now())]
    found = next((one for one in members if one.id == staff_id), None)
    if found is None:
        raise NotAllowed("no such person")
    return found


async def _change(
    ctx: Context,
    uow: UnitOfWork,
    member: StaffMember,
    action: str,
    before: StaffMember,
    after: StaffMember,
    *,
    what: str,
) -> None:
    await uow.staff.save(after)
    members = [one.member for one in await uow.staff.everybody(now=ctx.clock.now())]
    if not any(may(one, May.MANAGE) and not one.disabled for one in members):
        raise Conflict(KEEPS_ONE)
    if after.disabled or not may(after, May.WORK):
        await _give_back_cases(ctx, uow, member, after.name)
    change = {"before": {what: getattr(before, what)}, "after": {what: getattr(after, what)}}
    await _record(ctx, uow, member, action, after.id, **change)


async def _give_back_cases(ctx: Context, uow: UnitOfWork, member: StaffMember, name: str) -> None:
    """What they had waits for anybody; an emergency sounds again."""
    after: str | None = None
    held: list[str] = []
    while True:
        rows, after = await uow.desk.cases(
            queue=f"mine:{name}", query=None, reference=None, after=after, limit=200
        )
        held += [str(row["id"]) for row in rows]
        if after is None:
            break
    for case_id in held:
        await claims.free(ctx, uow, await uow.cases.get(case_id))
        await uow.audit.add(
            actor=member.name, action="case.released", case_id=case_id, at=ctx.clock.now(),
            detail={"before": name},
        )  # fmt: skip


async def _end_access(uow: UnitOfWork, staff_id: str) -> None:
    await uow.staff.end_sessions_of(staff_id)
    await uow.staff.drop_api_tokens_of(staff_id)


async def _record(
    ctx: Context, uow: UnitOfWork, member: StaffMember, action: str, staff_id: str, **detail: Any
) -> None:
    await uow.audit.add(
        actor=member.name, action=action, case_id=None, at=ctx.clock.now(),
        detail={"staff_id": staff_id, **detail},
    )  # fmt: skip
