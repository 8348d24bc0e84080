"""An urgent text that the patient does not answer becomes a phone call (clinical.md 3.0, 6.2).

"Go to the ER" on a screen that nobody looks at helps nobody. Any word or button of the patient after the
text counts as an answer; silence beyond the clinic's limit (tasks.yaml) puts a call on the queue.
"""

from __future__ import annotations

import datetime as dt

from bot.domain.cases import Case, Message
from bot.services.context import Context
from bot.services.office import claims
from bot.services.ports import UnitOfWork
from bot.services.queues import task_queue

EFFECT = "unanswered.phone"
KINDS = {"emergency": "emergency", "crisis": "emergency", "same_day": "same_day"}
"""Kind of our message -> its limit in tasks.yaml."""
LOOK_BACK = dt.timedelta(days=2)
"""Older texts were looked at before, unless everything was down for so long."""
_SEEN_TO = frozenset({"emergency", "crisis", "urgent_callback"})


async def call_unanswered(ctx: Context) -> int:
    """A phone task for each urgent text without an answer, once a text; how many were added."""
    now, added = ctx.clock.now(), 0
    shortest = min(limit.minutes for limit in ctx.protocols.tasks.unanswered.values())
    async with ctx.unit_of_work(write=False) as uow:
        silent = await uow.messages.urgent_without_answer(
            since=now - LOOK_BACK, before=now - dt.timedelta(minutes=shortest), effect=EFFECT
        )
    for message in silent:
        limit = ctx.protocols.tasks.unanswered[KINDS[message.kind]]
        if message.at < now - dt.timedelta(minutes=limit.minutes):
            added += await _queue_call(ctx, message)
    return added


async def _queue_call(ctx: Context, message: Message) -> bool:
    async with ctx.unit_of_work() as uow:
        case = await uow.cases.get(message.case_id)
        if await uow.effects.result(case.id, message.id, EFFECT) is not None:
            return False
        calls = await _must_call(uow, case, message)
        if calls:
            limit = ctx.protocols.tasks.unanswered[KINDS[message.kind]]
            task = await task_queue.add(ctx, uow, case, kind="phone_unacknowledged", priority=limit.priority)
            if case.claimed_by is not None:  # somebody is on it already: no second alarm for them
                await claims.acknowledge(ctx, uow, task, by=case.claimed_by)
        await uow.effects.record(case.id, message.id, EFFECT, {"call": calls})
        await uow.commit()
    return calls


async def _must_call(uow: UnitOfWork, case: Case, message: Message) -> bool:
    """Not without a number, not while a person talks to them, not when a person has seen to it already."""
    if message.kind == "crisis" and case.handoff != "crisis":  # the script of 6.6: calling may not be safe
        return False
    if case.phase == "staff" or case.consent == "refused":
        return False
    facts = await uow.facts.current(case.id)
    if "contact_phone" not in facts and case.address is None:
        return False
    tasks = await uow.tasks.of_case(case.id)
    return not any(task.kind in _SEEN_TO and task.status == "done" for task in tasks)
