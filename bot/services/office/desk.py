"""What staff do at the desk: read the list, open a case, acknowledge, claim, write a note.

Every function checks the role first, and writes who did it into the audit in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.domain.cases import Case
from bot.domain.errors import InvalidInput
from bot.domain.tasks import StaffTask
from bot.services.access import looks
from bot.services.access.permissions import May, may, require
from bot.services.context import Context
from bot.services.office import claims
from bot.services.ports import Note, StaffMember, UnitOfWork
from bot.services.queues import task_queue
from bot.services.records.case_file import MASK, CaseFile, load_file

Queue = Literal["open", "mine", "all"]
QUEUES: tuple[Queue, ...] = ("open", "mine", "all")
PAGE = 50
LONGEST_QUERY = 100
LONGEST_NOTE = 1000


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of the list, most urgent first; `next` is the cursor of the next page, None at the end."""

    rows: tuple[Mapping[str, Any], ...]
    next: str | None


async def list_cases(
    ctx: Context,
    member: StaffMember,
    *,
    queue: Queue,
    query: str | None = None,
    reference: str | None = None,
    after: str | None = None,
    repeated: bool = False,
) -> Listing:
    """One page of a queue. A search (by query or reference) is audited, its words are not; a page
    that refreshes itself sends it `repeated`.

    Who may not see contact data may not search by it: only `reference` is open to them.
    """
    require(member, May.SEE_CASES)
    if query:
        require(member, May.SEE_CONTACT)
    _check_length("q", query, LONGEST_QUERY)
    _check_length("reference", reference, LONGEST_QUERY)
    searched = bool(query or reference) and not repeated
    wanted = f"mine:{member.name}" if queue == "mine" else queue
    async with ctx.unit_of_work(write=searched) as uow:
        rows, following = await uow.desk.cases(
            queue=wanted, query=query, reference=reference, after=after, limit=PAGE
        )
        if searched:
            await _record(ctx, uow, member, "case.searched", by="words" if query else "reference")
            await uow.commit()
    await looks.saw(ctx, member, [row["id"] for row in rows], place="cases")
    visible = rows if may(member, May.SEE_CONTACT) else [_without_contact(row) for row in rows]
    return Listing(rows=tuple(visible), next=following)


async def open_case(ctx: Context, member: StaffMember, case_id: str) -> CaseFile:
    """The whole case; that it was seen is audited. Raises NotAllowed when there is none."""
    require(member, May.SEE_CASES)
    async with ctx.unit_of_work() as uow:
        file = await load_file(uow, ctx.protocols, case_id, reader=member)
        await _record(ctx, uow, member, "case.viewed", case_id=case_id)
        await uow.commit()
    return file


async def refresh_case(ctx: Context, member: StaffMember, case_id: str) -> CaseFile:
    """The case again, for a page that is open already: its opening was audited."""
    require(member, May.SEE_CASES)
    async with ctx.unit_of_work(write=False) as uow:
        return await load_file(uow, ctx.protocols, case_id, reader=member)


async def acknowledge(ctx: Context, member: StaffMember, task_id: str) -> StaffTask:
    """Say "I have it", and have the case when nobody else has. The first one counts.

    Raises NotAllowed when there is no such task, or it is not for this role's eyes.
    """
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        now = ctx.clock.now()
        known, case = await claims.open_task(uow, member, task_id)
        task = await claims.acknowledge(ctx, uow, known, by=member.name)
        if case.acknowledged_at is None and task.priority == "P0":
            case = replace(case, acknowledged_at=now)
            await uow.cases.save(case)
        if case.claimed_by is None and task.status == "acknowledged":
            await claims.take(ctx, uow, case, member)
        await _record(ctx, uow, member, "task.acknowledged", case_id=task.case_id, task_id=task.id)
        await uow.commit()
    return task


async def claim(ctx: Context, member: StaffMember, case_id: str) -> Case:
    """Take a case. Raises Conflict while somebody else has it."""
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        case = await uow.cases.get(case_id)
        claims.refuse_others(case, member)
        claimed = await claims.take(ctx, uow, case, member)
        if case.claimed_by is None:
            await _record(ctx, uow, member, "case.claimed", case_id=case.id)
        await uow.commit()
    return claimed


async def release(ctx: Context, member: StaffMember, case_id: str) -> Case:
    """Give a case back, one's own or a colleague's who went home; who did it is audited."""
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        case = await uow.cases.get(case_id)
        freed = await claims.free(ctx, uow, case)
        if case.claimed_by is not None:
            await _record(ctx, uow, member, "case.released", case_id=case.id)
        await uow.commit()
    return freed


async def write_note(ctx: Context, member: StaffMember, case_id: str, *, text: str) -> Note:
    """A line on the case, for staff only. Raises InvalidInput when empty or too long."""
    require(member, May.WORK)
    _check_note(text)
    note = Note(id=ctx.ids.new(), case_id=case_id, text=text.strip(), by=member.name, at=ctx.clock.now())
    async with ctx.unit_of_work() as uow:
        await uow.cases.get(case_id)
        await uow.desk.add_note(note)
        await task_queue.stir(ctx, uow, case_id)
        await _record(ctx, uow, member, "case.note_written", case_id=case_id)
        await uow.commit()
    return note


async def _record(
    ctx: Context,
    uow: UnitOfWork,
    member: StaffMember,
    action: str,
    *,
    case_id: str | None = None,
    **detail: str,
) -> None:
    await uow.audit.add(actor=member.name, action=action, case_id=case_id, at=ctx.clock.now(), detail=detail)


def _check_note(note: str) -> None:
    if not note.strip():
        raise InvalidInput("write what was arranged", code="empty", field="note")
    _check_length("note", note, LONGEST_NOTE)


def _check_length(field: str, text: str | None, longest: int) -> None:
    if text is not None and len(text) > longest:
        raise InvalidInput(f"at most {longest} characters", code="too_long", field=field)


def _without_contact(row: Mapping[str, Any]) -> Mapping[str, Any]:
    hidden = {name: MASK * 3 for name in ("name", "phone") if row.get(name)}
    return {**row, **hidden}
