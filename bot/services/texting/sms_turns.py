"""Answering the texts that wait: one case's in order, each thought once, an emergency before everything."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Sequence

from bot.domain.cases import Case, Draft, Message
from bot.domain.errors import StoreUnavailable
from bot.services.case import speaking, wording
from bot.services.case_view import load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import task_queue
from bot.services.talk import chat, turns
from bot.services.texting import sms_people

Failures = Counter[str]
"""Unexpected failures by message id."""

MOST_FAILURES = 3
"""After so many a message is answered with the fallback and given to staff: nobody meets silence."""

MOST_WAITING = 500
"""Texts looked at in one go."""


async def waiting_by_case(ctx: Context) -> dict[str, list[Message]]:
    """Texts whose turn is not over, by case, each case's in order, the longest waiting case first."""
    soon = ctx.clock.now() + dt.timedelta(seconds=1)
    async with ctx.unit_of_work(write=False) as uow:
        waiting = await uow.messages.unanswered(channel="sms", before=soon, limit=MOST_WAITING)
    by_case: dict[str, list[Message]] = {}
    for message in waiting:
        by_case.setdefault(message.case_id, []).append(message)
    return by_case


def is_whole(ctx: Context, message: Message) -> bool:
    """Whether nothing is expected any more that goes on with this text; a pressed button is whole at once.

    The time is the stored one, so a process that starts anew waits no longer and answers no earlier.
    """
    quiet = ctx.clock.now() - message.at
    return bool(message.choices) or quiet >= dt.timedelta(seconds=ctx.limits.sms_settle_seconds)


async def answer_in_order(ctx: Context, queue: Sequence[Message], failures: Failures) -> int:
    """Run the turns of one case's texts; how many are over. A text that may still go on ends the run.

    So does a turn that fails in an unforeseen way: it is tried again by the next run, the texts
    behind it wait. `failures` counts those that are not the store's; after `MOST_FAILURES` the fallback
    answers and staff are told.
    """
    for number, message in enumerate(queue):
        [result] = await asyncio.gather(_answer(ctx, message), return_exceptions=True)
        if isinstance(result, StoreUnavailable) or result is False:
            return number
        if isinstance(result, BaseException):
            failures[message.id] += 1
            if failures[message.id] >= MOST_FAILURES:
                await _give_up(ctx, message)
            return number
        failures.pop(message.id, None)
    return len(queue)


async def answer_urgent(ctx: Context, message: Message) -> int:
    """Answer a text that waits, for another one or for its own end, when it is an emergency.

    Always 1: it is looked at once, and again when it has gone on.
    """
    if await asyncio.to_thread(chat.screen_only, ctx, message.text) is not None:
        answered = await turns.answer_emergency(ctx, message)
        if answered is not None and message.seq == 1:
            await _greet(ctx, message)  # the emergency text went first
    return 1


async def process_waiting(ctx: Context, failures: Failures) -> int:
    """Answer what waits now, cases side by side, and wait for all of it; how many turns are over."""
    queues = (await waiting_by_case(ctx)).values()
    return sum(await asyncio.gather(*(answer_in_order(ctx, queue, failures) for queue in queues)))


async def _answer(ctx: Context, waiting: Message) -> bool:
    """Whether its turn is over; the text is read anew, it may have gone on or been answered meanwhile."""
    async with ctx.unit_of_work(write=False) as uow:
        message = await uow.messages.get(waiting.id)
    if message.answered:
        return True
    if not is_whole(ctx, message):
        return False
    urgent = await asyncio.to_thread(chat.screen_only, ctx, message.text) is not None
    if message.seq == 1 and not urgent:
        await _greet(ctx, message)
    if not urgent and await sms_people.answer(ctx, message):
        return True
    if urgent or (message.text.strip() and len(message.text) <= ctx.limits.sms_characters):
        await turns.run_turn(ctx, message)
    else:
        # Words no engine should get: too many of them, or none (a picture alone).
        await _reply(ctx, message, "too_long" if message.text.strip() else "sms_media")
    if message.seq == 1 and urgent:
        await _greet(ctx, message)
    return True


async def _greet(ctx: Context, message: Message) -> None:
    """The disclaimer, once a case; the turn's own reply asks for consent."""
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, message.case_id)
        said = await uow.messages.after(message.case_id, 0)
        if any(earlier.kind == "greeting" for earlier in said):
            return
        drafts = (wording.say(ctx, view, "greeting", kind="greeting"),)
        await speaking.say(ctx, uow, view.case, drafts, reply_to=None, channel="sms")
        await uow.commit()


async def _reply(ctx: Context, message: Message, text_id: str) -> None:
    """Answer with a fixed text and end the turn."""
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, message.case_id)
        await _say(ctx, uow, view.case, wording.say(ctx, view, text_id, kind="fallback"), message)
        await uow.commit()


async def _give_up(ctx: Context, message: Message) -> None:
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, message.case_id)
        await task_queue.add(ctx, uow, view.case, kind="engine_failure", priority="P2")
        await _say(ctx, uow, view.case, wording.say(ctx, view, "engine_down", kind="fallback"), message)
        await uow.commit()


async def _say(ctx: Context, uow: UnitOfWork, case: Case, draft: Draft, message: Message) -> None:
    await speaking.say(ctx, uow, case, (draft,), reply_to=message.id, channel="sms")
    await uow.messages.mark_answered(message.id, intent=None, confidence=None)
