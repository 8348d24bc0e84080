"""Each step is done once a message: a repeat (the engine retries, a process was killed) says the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.cases import Phase
from bot.failpoints import reach
from bot.services.case.steps import Step, Turn, step_from_json, step_to_json
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.outside import settled
from bot.services.ports import UnitOfWork

HELD: Phase = "staff"
"""A person of the clinic has the conversation."""
Work = Callable[[UnitOfWork, CaseView], Awaitable[Step]]


async def once(ctx: Context, turn: Turn, effect: str, work: Work) -> Step:
    """Run `work` in one transaction, or return what it returned before for this message."""
    return await settled(lambda: _once(ctx, turn, effect, work))


async def _once(ctx: Context, turn: Turn, effect: str, work: Work) -> Step:
    async with ctx.unit_of_work() as uow:
        done = await uow.effects.result(turn.case_id, turn.message_id, effect)
        if done is not None:
            return step_from_json(done)
        view = await load_view(uow, turn.case_id)
        message = await uow.messages.get(turn.message_id)
        if message.answered or view.case.phase == "emergency":
            # The gateway has given this turn up, or safety has taken the case: too late to act.
            return Step(drafts=(), asking=view.asked, phase=view.case.phase)
        if view.case.phase == HELD:  # a person took over, now or in this turn: the bot stays silent
            return Step(drafts=(), asking=None, phase=HELD, handoff=view.case.handoff)
        step = await work(uow, view)
        case = await uow.cases.get(turn.case_id)
        await uow.cases.save(replace(case, phase=step.phase))
        await uow.effects.record(turn.case_id, turn.message_id, effect, step_to_json(step))
        if case.channel == "shell":
            await _remember_open(ctx, uow, turn, step)
        reach("turn.recorded")
        await uow.commit()
    reach("turn.committed")
    return step


async def _remember_open(ctx: Context, uow: UnitOfWork, turn: Turn, step: Step) -> None:
    """In the engine's shell no gateway stores the replies: the open question is kept here."""
    case = await uow.cases.get(turn.case_id)
    said = [
        await uow.messages.add(case.id, draft, channel="shell", at=ctx.clock.now(), reply_to=turn.message_id)
        for draft in step.drafts
    ]
    asking = [message.id for message in said if message.asks]
    await uow.cases.save(replace(case, pending=asking[-1] if asking else None))
