"""Whose a case is: taken, given to a colleague, given back.

Who works on a case has all of its tasks: the claim is the case's, taken under its lock, so of two people who
reach for it at the same moment one is told who has it. Anybody may acknowledge an emergency at any time.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.cases import Case
from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.domain.tasks import StaffTask
from bot.failpoints import reach
from bot.services.access.permissions import May, may, require
from bot.services.case.recorded import HELD
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork
from bot.services.queues import task_queue
from bot.services.talk import takeover


async def claim(ctx: Context, member: StaffMember, task_id: str) -> StaffTask:
    """Take a task, and with it its case and all that waits there; what sleeps wakes.

    Raises Conflict naming who has the case, NotAllowed when there is no such task for this person.
    """
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        task, case = await open_task(uow, member, task_id)
        refuse_done(task)
        refuse_others(case, member)
        await take(ctx, uow, case, member)
        await uow.tasks.snooze(task.id, until=None)
        await record(ctx, uow, member, "case.claimed", task)
        await uow.commit()
    return await fresh(ctx, task_id)


async def assign(ctx: Context, member: StaffMember, task_id: str, *, to: str) -> StaffTask:
    """Give the case to somebody (oneself too), whoever had it: who did it is audited, with both names.

    Raises InvalidInput when there is nobody of that name who may work on cases.
    """
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        task, case = await open_task(uow, member, task_id)
        refuse_done(task)
        colleague = await uow.staff.by_name(to)
        if colleague is None or colleague.disabled or not may(colleague, May.WORK):
            raise InvalidInput("choose somebody who works on cases", code="unknown", field="to")
        await let_go(ctx, uow, case)
        await take(ctx, uow, replace(case, claimed_by=None), colleague)
        await record(ctx, uow, member, "case.assigned", task, to=to, before=case.claimed_by or "")
        await uow.commit()
    return await fresh(ctx, task_id)


async def release(ctx: Context, member: StaffMember, task_id: str) -> StaffTask:
    """Nobody has the case any more, one's own or a colleague's who went home; an emergency sounds again."""
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        task, case = await open_task(uow, member, task_id)
        await free(ctx, uow, case)
        await record(ctx, uow, member, "case.released", task, before=case.claimed_by or "")
        await uow.commit()
    return await fresh(ctx, task_id)


def refuse_others(case: Case, member: StaffMember) -> None:
    """Raises Conflict while a colleague has the case."""
    if case.claimed_by not in (None, member.name):
        raise Conflict(f"{case.claimed_by} works on this case: ask them, or assign it to yourself")


async def take(ctx: Context, uow: UnitOfWork, case: Case, member: StaffMember) -> Case:
    """The case and what waits there is this person's."""
    now, urgent = ctx.clock.now(), False
    for task in await uow.tasks.of_case(case.id):
        if task.status == "open" and (not task.private or may(member, May.SEE_PRIVATE)):
            await acknowledge(ctx, uow, task, by=member.name)
            urgent = urgent or task.priority == "P0"
    seen = case.acknowledged_at or (now if urgent else None)
    taken = replace(case, claimed_by=member.name, acknowledged_at=seen)
    await uow.cases.save(taken)
    await task_queue.stir(ctx, uow, case.id)
    return taken


async def acknowledge(ctx: Context, uow: UnitOfWork, task: StaffTask, *, by: str) -> StaffTask:
    """Somebody has this task; an emergency is told again when they forget it."""
    now = ctx.clock.now()
    loud_at = task_queue.forgotten_at(ctx, since=now) if task.priority == "P0" else None
    return await uow.tasks.acknowledge(task.id, by=by, at=now, loud_at=loud_at)


async def free(ctx: Context, uow: UnitOfWork, case: Case) -> Case:
    """Nobody has the case; a patient who was talking to somebody waits for a person, and not for ever."""
    if case.phase == HELD:
        await takeover.heard_while_held(ctx, uow, case)
    await let_go(ctx, uow, case)
    freed = replace(case, claimed_by=None)
    await uow.cases.save(freed)
    return freed


async def let_go(ctx: Context, uow: UnitOfWork, case: Case) -> None:
    """What somebody had waits for anybody again. Due times stay, but an emergency counts from now."""
    now = ctx.clock.now()
    for task in await uow.tasks.of_case(case.id):
        if task.status != "acknowledged" or task.acknowledged_by not in (case.claimed_by, None):
            continue  # a colleague said of this one that they have it
        due, next_contact, loud = task.due_at, task.next_contact_at, task.loud_at
        if task.priority == "P0":
            due, next_contact, loud = task_queue.times(ctx, "P0", since=now)
        await uow.tasks.reopen(task.id, due_at=due, next_contact_at=next_contact, loud_at=loud)


async def end_claim(uow: UnitOfWork, case: Case) -> None:
    """Who did the last thing that waited has the case no longer; who talks to the patient keeps it."""
    unfinished = any(task.status != "done" for task in await uow.tasks.of_case(case.id))
    if case.claimed_by is not None and case.phase != "staff" and not unfinished:
        await uow.cases.save(replace(await uow.cases.get(case.id), claimed_by=None))


# --- for every change of a task ------------------------------------------------------------------


async def open_task(uow: UnitOfWork, member: StaffMember, task_id: str) -> tuple[StaffTask, Case]:
    """The task and its case, the case locked first: everything that changes either does it in this order."""
    case = await uow.cases.get((await uow.tasks.peek(task_id)).case_id)
    task = await uow.tasks.get(task_id)
    if task.private and not may(member, May.SEE_PRIVATE):
        raise NotAllowed("no such task")
    return task, case


async def fresh(ctx: Context, task_id: str) -> StaffTask:
    async with ctx.unit_of_work(write=False) as uow:
        return await uow.tasks.get(task_id)


def refuse_done(task: StaffTask) -> None:
    if task.status == "done":
        raise Conflict("this task is done already")


async def record(
    ctx: Context, uow: UnitOfWork, member: StaffMember, action: str, task: StaffTask, **detail: str
) -> None:
    await uow.audit.add(
        actor=member.name, action=action, case_id=task.case_id, at=ctx.clock.now(),
        detail={"task_id": task.id, **detail},
    )  # fmt: skip
    reach("work.recorded")
