"""The watchdog's use case: an emergency that nobody has acknowledged in time gets louder.

clinical.md 4.6b asks for a person within 5 minutes in opening hours. The task's `due_at` is 5 minutes by
the clock at any hour: at night nobody is promised, but the alarm is louder, not later.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from bot.domain.schedule import StaffTask
from bot.services.ports import Clock, UnitOfWorkFactory

FLAG = "unacknowledged_p0"
EFFECT = "watch.escalated"


class WatchContext(Protocol):
    """The part of `Context` that watching needs: it goes on when protocols or language are broken."""

    @property
    def unit_of_work(self) -> UnitOfWorkFactory: ...

    @property
    def clock(self) -> Clock: ...


async def escalate_overdue(ctx: WatchContext) -> list[StaffTask]:
    """Flag and audit every P0 task that is open beyond its due time; each once.

    Returns those that were escalated by this very call; the caller makes the noise. Raises
    StoreUnavailable.
    """
    async with ctx.unit_of_work(write=False) as uow:
        late = await uow.tasks.overdue(now=ctx.clock.now())
    alarming = [task for task in late if task.priority == "P0"]
    return [task for task in alarming if await _escalate(ctx, task)]


async def _escalate(ctx: WatchContext, task: StaffTask) -> bool:
    async with ctx.unit_of_work() as uow:
        if await uow.effects.result(task.case_id, task.id, EFFECT) is not None:
            return False
        case = await uow.cases.get(task.case_id)
        if not any(
            other.id == task.id and other.status == "open" for other in await uow.tasks.of_case(case.id)
        ):
            return False  # acknowledged between the two transactions
        if FLAG not in case.flags:
            await uow.cases.save(replace(case, flags=(*case.flags, FLAG)))
        await uow.effects.record(task.case_id, task.id, EFFECT, True)
        await uow.audit.add(
            actor="watchdog",
            action="task.escalated",
            case_id=case.id,
            at=ctx.clock.now(),
            detail={"task_id": task.id},
        )
        await uow.commit()
    return True
