"""The watchdog's use case: work that nobody does in time is told to the next contact, then to everybody.

clinical.md 4.6b asks for a person within 5 minutes of an emergency. That is by the clock at any hour: at
night nobody is promised, but the alarm is louder, not later. When each step is due stands with the task
itself, so that this goes on when protocols, language, engine and gateway are all broken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Protocol

from bot.domain.cases import Case
from bot.domain.tasks import LOUD, NEXT_CONTACT, StaffTask, escalation, is_forgotten
from bot.services.ports import Clock, UnitOfWork, UnitOfWorkFactory

FLAG = "unacknowledged_p0"

Tell = Callable[[UnitOfWork, StaffTask], Awaitable[None]]
"""Queues what is to be said outside, in the transaction that notes the step; `task.escalated` is the step."""


class WatchContext(Protocol):
    """The part of `Context` that watching needs."""

    @property
    def unit_of_work(self) -> UnitOfWorkFactory: ...

    @property
    def clock(self) -> Clock: ...


async def tell_nobody(uow: UnitOfWork, task: StaffTask) -> None:
    """For a clinic without contacts: the console and the log are loud all the same."""


async def escalate_overdue(ctx: WatchContext, *, tell: Tell = tell_nobody) -> list[StaffTask]:
    """Take every task one step further that nobody did in time; each step once, whoever else looks.

    Returns those that this very call took further, most urgent first; the caller makes the noise.
    Raises StoreUnavailable.
    """
    async with ctx.unit_of_work(write=False) as uow:
        waiting = await uow.tasks.waiting(now=ctx.clock.now())
    told = [await _escalate(ctx, task.id, tell) for task in waiting]
    return [task for task in told if task is not None]


async def _escalate(ctx: WatchContext, task_id: str, tell: Tell) -> StaffTask | None:
    """The task after its step; None when there was nothing to tell after all."""
    async with ctx.unit_of_work() as uow:
        case = await uow.cases.get((await uow.tasks.peek(task_id)).case_id)  # the case first: no deadlock
        task, now = await uow.tasks.get(task_id), ctx.clock.now()
        if is_forgotten(task, now=now):
            return await _sound_again(uow, case, task, now, tell)
        step = escalation(task, now=now)  # again: somebody may have taken it between the two transactions
        if step <= task.escalated or not await uow.tasks.escalate(task.id, step=step):
            return None
        told = replace(task, escalated=step)
        if task.priority == "P0" and FLAG not in case.flags:
            await uow.cases.save(replace(case, flags=(*case.flags, FLAG)))
        await tell(uow, told)
        detail = {"task_id": task.id, "step": str(step), "priority": task.priority}
        await uow.audit.add(actor="watchdog", action="task.escalated", case_id=case.id, at=now, detail=detail)
        await uow.commit()
    return told


async def _sound_again(
    uow: UnitOfWork, case: Case, task: StaffTask, now: dt.datetime, tell: Tell
) -> StaffTask:
    """An emergency that somebody took and forgot is anybody's again, and everybody is told at once.

    The case is free too, so that the next one need not ask first; who talks to the patient keeps it.
    """
    opened = await uow.tasks.reopen(task.id, due_at=now, next_contact_at=now, loud_at=now)
    await uow.tasks.escalate(task.id, step=LOUD)
    held = case.phase == "staff"
    flags = tuple(dict.fromkeys((*case.flags, FLAG)))
    await uow.cases.save(replace(case, flags=flags, claimed_by=case.claimed_by if held else None))
    told = replace(opened, escalated=LOUD)
    for step in (NEXT_CONTACT, LOUD):
        await tell(uow, replace(told, status="acknowledged", escalated=step))  # it is late, not new
    detail = {"task_id": task.id, "priority": task.priority, "before": task.acknowledged_by or ""}
    await uow.audit.add(actor="watchdog", action="task.forgotten", case_id=case.id, at=now, detail=detail)
    await uow.commit()
    return told
