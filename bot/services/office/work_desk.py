"""What staff do with the work queue: read it, write tries down, put off, close, add.

Whose a case is stands in `claims.py`; every change here is refused while a colleague has the case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.errors import InvalidInput
from bot.domain.tasks import Attempt, Priority, StaffTask, TaskKind
from bot.failpoints import reach
from bot.services.access import looks
from bot.services.access.permissions import TABLE, May, may, require
from bot.services.context import Context
from bot.services.office import claims, desk
from bot.services.ports import Note, StaffMember, View, WorkFilter
from bot.services.queues import task_queue

PAGE = 50
LONGEST_NOTE = 1000
BY_STAFF: tuple[TaskKind, ...] = (
    "callback", "records_collection", "imaging_coordination", "benefits_check",
)  # fmt: skip
"""What a person may put on the queue by hand."""
WORKING_ROLES = tuple(role for role, rights in TABLE.items() if May.WORK in rights)
_TRIED = "task.tried"


@dataclass(frozen=True, kw_only=True)
class WorkPage:
    """One page of the queue, most urgent first (rows as in `Work.page`), with the live counters."""

    rows: tuple[Mapping[str, Any], ...]
    next: str | None
    counts: Mapping[str, int]


async def list_work(ctx: Context, member: StaffMember, *, view: View, after: str | None = None) -> WorkPage:
    """One page of a view. Names and numbers only for who may see them, private tasks likewise.

    Raises InvalidInput for a cursor that is not ours.
    """
    require(member, May.SEE_CASES)
    wanted = WorkFilter(view=view, member=member.name, private=may(member, May.SEE_PRIVATE))
    now = ctx.clock.now()
    async with ctx.unit_of_work(write=False) as uow:
        rows, following = await uow.work.page(wanted, now=now, after=after, limit=PAGE)
        counts = await uow.work.counts(member=member.name, private=wanted.private, now=now)
    await looks.saw(ctx, member, _cases(rows), place="work")
    if not may(member, May.SEE_CONTACT):
        rows = [_without_contact(row) for row in rows]
    return WorkPage(rows=tuple(rows), next=following, counts=counts)


@dataclass(frozen=True, kw_only=True)
class WorkItem:
    """One task, opened: its row as in the list, the tries at it, to whom it can be assigned."""

    row: Mapping[str, Any]
    tries: tuple[Attempt, ...]
    colleagues: tuple[str, ...]


async def open_work(ctx: Context, member: StaffMember, task_id: str) -> WorkItem:
    """One task with its tries. Raises NotAllowed when there is none for this person."""
    require(member, May.SEE_CASES)
    async with ctx.unit_of_work(write=False) as uow:
        row = await uow.work.row(task_id, private=may(member, May.SEE_PRIVATE))
        tries = await uow.tasks.attempts(row["task"].case_id)
        names = await uow.staff.names(roles=WORKING_ROLES)
    await looks.saw(ctx, member, _cases([row]), place="task")
    shown = row if may(member, May.SEE_CONTACT) else _without_contact(row)
    own = tuple(one for one in tries if one.task_id == task_id)
    if not may(member, May.SEE_CONTACT):
        own = tuple(replace(one, note="") for one in own)
    return WorkItem(row=shown, tries=own, colleagues=tuple(names))


async def alarms(ctx: Context, member: StaffMember) -> tuple[Mapping[str, Any], ...]:
    """What everybody at the desk should hear, most urgent first; rows as in the list."""
    require(member, May.SEE_CASES)
    wanted = WorkFilter(member=member.name, private=may(member, May.SEE_PRIVATE), alarms=True)
    async with ctx.unit_of_work(write=False) as uow:
        rows, _ = await uow.work.page(wanted, now=ctx.clock.now(), after=None, limit=PAGE)
    await looks.saw(ctx, member, _cases(rows), place="alarms")
    return tuple(rows if may(member, May.SEE_CONTACT) else [_without_contact(row) for row in rows])


async def pulse(ctx: Context) -> str:
    """Another text whenever something that staff see was written since, by whichever process. It says
    nothing of anybody: no right is needed."""
    async with ctx.unit_of_work(write=False) as uow:
        return await uow.desk.pulse()


# --- the work -----------------------------------------------------------------------------------


async def log_try(
    ctx: Context,
    member: StaffMember,
    task_id: str,
    *,
    how: str,
    note: str = "",
    again_minutes: int | None = None,
    client_id: str | None = None,
) -> StaffTask:
    """Write down a try; who tries has the case. `again_minutes` puts the task off for so long.

    The same `client_id` again writes nothing more. Raises InvalidInput for an unknown code, Conflict
    while a colleague has the case.
    """
    require(member, May.WORK)
    _check_note(note)
    if how not in ctx.protocols.tasks.tries:
        raise InvalidInput(f"how must be one of {', '.join(ctx.protocols.tasks.tries)}", field="how")
    async with ctx.unit_of_work() as uow:
        task, case = await claims.open_task(uow, member, task_id)
        if client_id is not None:
            if await uow.effects.result(case.id, client_id, _TRIED) is not None:
                return task
            await uow.effects.record(case.id, client_id, _TRIED, task.id)
        claims.refuse_done(task)
        claims.refuse_others(case, member)
        await claims.take(ctx, uow, case, member)
        await uow.tasks.add_attempt(
            Attempt(
                id=ctx.ids.new(), task_id=task.id, case_id=case.id, at=ctx.clock.now(), by=member.name,
                how=how, note=note.strip(),
            )
        )  # fmt: skip
        if again_minutes is not None:
            await uow.tasks.snooze(task.id, until=_until(ctx, task, again_minutes))
        await claims.record(ctx, uow, member, _TRIED, task, how=how)
        await uow.commit()
    reach("work.committed")
    return await claims.fresh(ctx, task_id)


async def snooze(ctx: Context, member: StaffMember, task_id: str, *, minutes: int) -> StaffTask:
    """Put a task off; it comes back by itself. Raises InvalidInput beyond what its priority allows."""
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        task, case = await claims.open_task(uow, member, task_id)
        claims.refuse_done(task)
        claims.refuse_others(case, member)
        put_off = await uow.tasks.snooze(task.id, until=_until(ctx, task, minutes))
        await claims.record(ctx, uow, member, "task.snoozed", task, minutes=str(minutes))
        await uow.commit()
    return put_off


async def close(
    ctx: Context, member: StaffMember, task_id: str, *, outcome: str, note: str = ""
) -> StaffTask:
    """The task is done, as one of the clinic's codes says. Once done it stays as it is.

    With the last task of a case its claim ends. Raises InvalidInput for a code that is unknown, does not
    fit the task, or needs more tries first; Conflict while a colleague has the case.
    """
    require(member, May.WORK)
    _check_note(note)
    async with ctx.unit_of_work() as uow:
        task, case = await claims.open_task(uow, member, task_id)
        if task.status == "done":
            return task
        claims.refuse_others(case, member)
        _check_outcome(ctx, task, outcome, note)
        done = await uow.tasks.finish(
            task.id, by=member.name, at=ctx.clock.now(), note=note.strip(), outcome=outcome
        )
        await claims.end_claim(uow, case)
        await claims.record(ctx, uow, member, "task.finished", task, outcome=outcome)
        await uow.commit()
    reach("work.committed")
    return done


async def note_on(ctx: Context, member: StaffMember, task_id: str, *, text: str) -> Note:
    """A line on the case of a task. Raises InvalidInput when empty or too long, NotAllowed."""
    require(member, May.WORK)
    item = await open_work(ctx, member, task_id)
    return await desk.write_note(ctx, member, item.row["task"].case_id, text=text)


async def add_by_hand(
    ctx: Context, member: StaffMember, case_id: str, *, kind: str, note: str = ""
) -> StaffTask:
    """Put work on the queue for a case (P3, a call P2); a second unfinished one of a kind is the first.

    Raises InvalidInput for a kind that only the service gives.
    """
    require(member, May.WORK)
    _check_note(note)
    wanted = next((one for one in BY_STAFF if one == kind), None)
    if wanted is None:
        raise InvalidInput(f"kind must be one of {', '.join(BY_STAFF)}", field="kind")
    async with ctx.unit_of_work() as uow:
        case = await uow.cases.get(case_id)
        priority: Priority = "P2" if wanted == "callback" else "P3"
        await task_queue.add(ctx, uow, case, kind=wanted, priority=priority, note=note.strip())
        [task] = [t for t in await uow.tasks.of_case(case_id) if t.kind == wanted and t.status != "done"]
        await claims.record(ctx, uow, member, "task.added", task, kind=wanted)
        await uow.commit()
    return task


# --- checks -------------------------------------------------------------------------------------


def _check_outcome(ctx: Context, task: StaffTask, outcome: str, note: str) -> None:
    codes = {one.id: one for one in ctx.protocols.tasks.outcomes.values() if one.fits(task.kind)}
    if outcome not in codes:
        raise InvalidInput(f"outcome must be one of {', '.join(codes)}", field="outcome")
    missing = codes[outcome].tries - task.attempts
    if missing > 0:
        raise InvalidInput(f"{missing} more tries must be written down first", field="outcome")
    if outcome == "other" and not note.strip():
        raise InvalidInput("say in the note what was done", code="empty", field="note")


def _until(ctx: Context, task: StaffTask, minutes: int) -> dt.datetime:
    most = ctx.protocols.tasks.targets[task.priority].snooze_minutes
    if most == 0:
        raise InvalidInput("an emergency cannot be put off", field="minutes")
    if not 1 <= minutes <= most:
        raise InvalidInput(
            f"a task of {task.priority} can be put off for 1 to {most} minutes", field="minutes"
        )
    return ctx.clock.now() + dt.timedelta(minutes=minutes)


def _check_note(note: str) -> None:
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"at most {LONGEST_NOTE} characters", code="too_long", field="note")


def _cases(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [row["task"].case_id for row in rows]


def _without_contact(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "name": None, "phone": None, "task": replace(row["task"], note="")}
