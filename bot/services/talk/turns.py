"""One patient's message from storage to stored reply: screened first, then the engine.

In which order: `turn_order`. Whatever fails after the screening, the patient gets an answer.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.cases import Draft, Message
from bot.domain.errors import DialogueFailed
from bot.domain.findings import Reading
from bot.domain.levels import Level
from bot.services import outside
from bot.services.case import (
    callback,
    quarantine,
    readings,
    reception,
    retention,
    safety,
    speaking,
    turn_order,
    wording,
)
from bot.services.case.reception import Reception
from bot.services.case.recorded import HELD
from bot.services.case.steps import step_from_json
from bot.services.case.turn_order import Answered, Begun, Storing, answered_before
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import TurnReply, TurnRequest, UnitOfWork
from bot.services.queues import task_queue
from bot.services.talk import asking, editing, languages, repeats, silence, takeover
from bot.services.visits import changing

log = logging.getLogger(__name__)

_RECOVER_SECONDS = 15.0
_JOB_SECONDS = 120.0
"""Longer than any round of a background job should take; a round that hangs is given up."""
Job = Callable[[Context], Coroutine[Any, Any, int]]
_RECORDED = (
    "leave_intake",
    "take_turn",
    "correct",
    "start_over",
    "go_back",
    "not_understood",
    "resume",
    "hand_off",
    "booking",
)
"""Effects whose steps say something, in the order they happen within one turn."""

_ARRANGED = ("booked", "callback")
"""Kinds of messages that tell what has been done: nobody may miss them."""


async def run_turn(ctx: Context, message: Message) -> Answered:
    """The replies to a stored patient's message; runs the turn when it has not run yet."""
    return await take(ctx, message.case_id, lambda uow: uow.messages.get(message.id))


async def take(ctx: Context, case_id: str, store: Storing) -> Answered:
    """The replies to the message that `store` keeps; runs its turn when it has not run yet.

    The message is durable before anything else is done. What `store` raises is passed on, nothing is kept.
    """
    ctx = ctx.pinned()
    line = turn_order.line_of(case_id)
    if line.empty:
        async with line.place():
            message, begun = await turn_order.keep(ctx, store, begin=True)
            urgent = await answer_emergency(ctx, message) if begun is None else None
            return urgent or await _in_turn(ctx, message, begun)
    message, _ = await turn_order.keep(ctx, store, begin=False)
    urgent = await answer_emergency(ctx, message)
    if urgent is not None:
        return urgent
    async with line.place():
        return await _in_turn(ctx, message, None)


async def _in_turn(ctx: Context, message: Message, begun: Begun | Answered | None) -> Answered:
    turn = begun or await turn_order.wait_to_begin(ctx, message)
    if isinstance(turn, Answered):
        return turn
    try:
        answered = await _answer(ctx, turn)
    finally:
        if not turn.over:
            async with ctx.unit_of_work() as uow:
                await turn.commit(uow)
    ctx.wake(message.case_id)
    return answered


async def answer_emergency(ctx: Context, message: Message) -> Answered | None:
    """The replies when this message is an emergency; None, and nothing is changed, when it is none.

    Waits for no turn before it: the text that says "call 911" must not wait for the engine.
    """
    async with ctx.unit_of_work(write=False) as uow:
        view = await load_view(uow, message.case_id)
    heard = await _hear(ctx, view, message)
    async with ctx.unit_of_work() as uow:
        stored = await uow.messages.get(message.id)
        if stored.answered:
            return await answered_before(uow, stored)
        view = await load_view(uow, message.case_id)
        await silence.came_back(ctx, uow, view, stored)
        view = await load_view(uow, message.case_id)
        reading = _still_holds(ctx, view, stored, heard)
        seen = await reception.take_in(ctx, uow, view, stored, reading)
        if seen.judgement.level is not Level.EMERGENCY_NOW:
            return None
        drafts = await safety.break_in(ctx, uow, seen, stored)
        if drafts is None:
            return None
        answered = await _reply(ctx, uow, stored, drafts)
        await uow.commit()
    ctx.wake(message.case_id)
    return answered


async def recover(ctx: Context) -> int:
    """Run the turns that a killed process left unanswered; how many. Texts have a worker of their own."""
    before = ctx.clock.now() - dt.timedelta(seconds=2 * ctx.limits.turn_lease_seconds)
    async with ctx.unit_of_work(write=False) as uow:
        left = await uow.messages.unanswered(channel="web", before=before)
    for message in left:
        try:
            await run_turn(ctx, message)
        except Exception as error:  # the outermost wrapper of a background task: the others go on
            log.error("a turn left behind failed again: %s", type(error).__name__)
    return len(left)


async def keep_recovering(ctx: Context) -> None:
    """Every quarter of a minute: turns left behind, words left without consent, silence, people who wait,
    conversations kept long enough; until cancelled. Each job goes its own round: one that hangs or fails
    keeps no other waiting."""
    jobs: tuple[Job, ...] = (
        recover, quarantine.forget_unconsented, silence.look, takeover.give_up_waiting, retention.erase_batch,
    )  # fmt: skip
    await asyncio.gather(*(_again_and_again(ctx, job) for job in jobs))


async def _again_and_again(ctx: Context, job: Job) -> None:
    while True:
        try:
            async with asyncio.timeout(_JOB_SECONDS):
                await job(ctx)
        except Exception as error:  # the outermost wrapper of a background task: it is tried again
            log.error("background job %s failed: %s", job.__name__, type(error).__name__)
        await asyncio.sleep(_RECOVER_SECONDS)


async def _answer(ctx: Context, turn: Begun) -> Answered:
    seen = await outside.settled(lambda: _screen(ctx, turn))
    if isinstance(seen, Answered):
        return seen
    try:
        reply = await ctx.dialogue.turn(_request(seen, turn.message))
    except DialogueFailed:
        return await _without_engine(ctx, turn)
    return await _store(ctx, turn, reply)


async def _screen(ctx: Context, turn: Begun) -> Reception | Answered:
    """Read, fold, judge; the replies when safety or a person at the desk ends the turn here.

    The words are read before the writing transaction opens: reading takes longer than writing.
    """
    message, heard = turn.message, await _hear(ctx, turn.view, turn.message)
    async with ctx.unit_of_work() as uow:
        if (await uow.messages.get(message.id)).answered:  # as an emergency, while its words were read
            before = await answered_before(uow, message)
            await turn.commit(uow)
            return before
        view = await load_view(uow, message.case_id)
        welcome = await silence.came_back(ctx, uow, view, message)
        view = await load_view(uow, message.case_id)
        reading = changing.without_birth_date(view, _still_holds(ctx, view, message, heard))
        seen = await reception.take_in(ctx, uow, view, message, reading)
        await safety.pass_on_doubts(ctx, uow, seen)
        drafts = await safety.break_in(ctx, uow, seen, message)
        seen = replace(seen, view=await load_view(uow, message.case_id))  # an emergency may be taken back
        today = await safety.same_day(ctx, uow, seen) if drafts is None else ()
        if drafts is None:
            drafts = safety.net_for_refused(ctx, seen) or await languages.answer(ctx, uow, seen, message)
        if drafts is None:
            drafts = await asking.danger_first(ctx, uow, await load_view(uow, message.case_id), message)
        if drafts is None:
            drafts = await changing.answer(ctx, uow, seen, message)
        if drafts is None:
            drafts = await editing.answer(ctx, uow, message)
        if drafts is None and ends_chat(message):
            drafts = await callback.leave(ctx, uow, seen.view)
        answered = None
        if drafts is not None:
            answered = await _reply(ctx, uow, message, (*today, *drafts))
        else:
            first = (*welcome, *today)
            if first:
                case = await uow.cases.get(message.case_id)
                await speaking.say(ctx, uow, case, first, reply_to=message.id, channel=message.channel)
        if answered is None and seen.view.case.phase == "staff":
            await takeover.heard_while_held(ctx, uow, seen.view.case)
            await uow.messages.mark_answered(message.id, intent=None, confidence=None)
            answered = await answered_before(uow, message)
        await (uow.commit() if answered is None else turn.commit(uow))
    return seen if answered is None else answered


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A reading made outside any transaction, and the question it was read as an answer to."""

    reading: Reading
    pending: str | None
    text: str


async def _hear(ctx: Context, view: CaseView, message: Message) -> Heard:
    """Beside the loop: while one text is read, the doors go on answering others."""
    reading = await asyncio.to_thread(_read, ctx, view, message)
    return Heard(reading=reading, pending=view.case.pending, text=message.text)


def _still_holds(ctx: Context, view: CaseView, message: Message, heard: Heard) -> Reading:
    """The reading, made anew when another question is open by now or the text went on."""
    same = heard.pending == view.case.pending and heard.text == message.text
    return heard.reading if same else _read(ctx, view, message)


def _read(ctx: Context, view: CaseView, message: Message) -> Reading:
    return languages.without_findings(ctx, view, message, readings.read(ctx, view, message))


def _request(seen: Reception, message: Message) -> TurnRequest:
    view = seen.view
    return TurnRequest(
        case_id=message.case_id,
        message_id=message.id,
        text=message.text,
        phase=view.case.phase,
        asked=view.asked,
        question=view.pending.text if view.pending else None,
        reading=seen.reading,
        state=view.case.engine_state,
    )


def ends_chat(message: Message) -> bool:
    """The greeting says "Reply STOP any time to end"; by text message the opt-out ledger sees to it."""
    return message.channel == "web" and message.text.strip(" .!").lower() == "stop"


async def _store(ctx: Context, turn: Begun, reply: TurnReply) -> Answered:
    async with ctx.unit_of_work() as uow:
        overtaken = await _overtaken(ctx, uow, turn.message, reply.drafts)
        drafts = reply.drafts if overtaken is None else overtaken
        answered = await _reply(ctx, uow, turn.message, drafts, reply)
        await turn.commit(uow)
    return answered


async def _overtaken(
    ctx: Context, uow: UnitOfWork, message: Message, drafts: tuple[Draft, ...]
) -> tuple[Draft, ...] | None:
    """What is said instead when something happened while the engine worked; None when nothing did.

    A later message was an emergency: its text stands. A person has taken over: nothing is said but
    what was arranged before they came.
    """
    case = await uow.cases.get(message.case_id)
    if case.phase == "emergency":
        return (safety.standing(ctx, await load_view(uow, case.id)),)
    if case.phase == HELD and case.claimed_by:
        return tuple(draft for draft in drafts if draft.kind in _ARRANGED)
    return None


async def _reply(
    ctx: Context, uow: UnitOfWork, message: Message, drafts: Iterable[Draft], reply: TurnReply | None = None
) -> Answered:
    """Store the replies, keep what the engine wants back, end the turn; all that answers the message."""
    drafts = await repeats.varied(ctx, uow, message, drafts)
    case = await uow.cases.get(message.case_id)
    case = replace(case, engine_state=reply.state if reply else None)
    await speaking.say(ctx, uow, case, drafts, reply_to=message.id, channel=message.channel)
    if case.consent == "refused":
        await uow.messages.erase_words(case.id)
    intent, confidence = (reply.intent, reply.confidence) if reply else (None, None)
    model = reply.model if reply else None
    await uow.messages.mark_answered(message.id, intent=intent, confidence=confidence, model=model)
    return await answered_before(uow, message)


async def _without_engine(ctx: Context, turn: Begun) -> Answered:
    """The engine failed. What its actions already did is said; else a fallback and a staff task."""
    message = turn.message
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, message.case_id)
        recorded = await _recorded(uow, message)
        overtaken = await _overtaken(ctx, uow, message, recorded)
        drafts = recorded if overtaken is None else overtaken
        if not drafts and overtaken is None:
            await task_queue.add(ctx, uow, view.case, kind="engine_failure", priority="P2")
            drafts = (_fallback(ctx, view), *await asking.doubt(ctx, uow, view))
        answered = await _reply(ctx, uow, message, drafts)
        await turn.commit(uow)
    return answered


def _fallback(ctx: Context, view: CaseView) -> Draft:
    return wording.say(ctx, view, "engine_down", kind="fallback")


async def _recorded(uow: UnitOfWork, message: Message) -> tuple[Draft, ...]:
    said: list[Draft] = []
    for effect in _RECORDED:
        raw = await uow.effects.result(message.case_id, message.id, effect)
        if raw is not None:
            said += step_from_json(raw).drafts
    return tuple(said)
