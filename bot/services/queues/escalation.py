"""Whom a step of escalation reaches: first the next contact of the clinic, then those after it, loudly."""

from __future__ import annotations

from bot.domain.tasks import LOUD, StaffTask
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import notices
from bot.services.queues.watch import Tell


def by_notices(ctx: Context) -> Tell:
    """What the watchdog tells each step with: notices in the outbox, in the transaction of the step."""

    async def tell(uow: UnitOfWork, task: StaffTask) -> None:
        contacts = ctx.protocols.clinic.notices.escalation.get(task.priority, ())
        case, loud = await uow.cases.get(task.case_id), task.escalated >= LOUD
        for contact in (contacts[1:] or contacts) if loud else contacts[:1]:
            await notices.tell_staff(
                ctx, uow, case, contact=contact, priority=task.priority, loud=loud,
                kind="unclaimed" if task.status == "open" else "overdue",
                key=f"{task.id}:{task.escalated}:{task.due_at:%Y%m%d%H%M%S}",
            )  # fmt: skip

    return tell
