"""The patient's door by text message: take one in at once, answer it by a worker, in order per case."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.domain.cases import Case, CaseStatus, Draft, Message
from bot.domain.errors import StoreUnavailable
from bot.domain.levels import Level
from bot.services import chat, outgoing, safety, sms_text, speaking, turns, wording
from bot.services.case_view import load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.sms_words import Steering, steering

Failures = Counter[str]
"""Unexpected failures by message id."""

MOST_FAILURES = 3
"""After so many a message is answered with the fallback and given to staff: nobody meets silence."""

MOST_WAITING = 500
"""Texts looked at in one go."""

CONFIRMED_BY = {"stop": "sms_stopped", "start": "sms_started", "help": "sms_help"}
"""Text ids."""


@dataclass(frozen=True, kw_only=True)
class InboundSms:
    """One text as the provider handed it over, its signature checked."""

    provider_id: str
    sender: str = field(repr=False)
    body: str = field(repr=False)
    media: int = 0
    """How many pictures or files came with it; they are never fetched."""
    carrier_answered: bool = False
    """The provider already confirmed an opt-out word itself (Twilio: `OptOutType`)."""


async def take_sms(ctx: Context, sms: InboundSms) -> None:
    """Store a text for its turn, or follow its opt-out word. The same provider id again does nothing.

    Raises StoreUnavailable: then nothing was stored.
    """
    async with ctx.unit_of_work() as uow:
        if not await uow.receipts.note(sms.provider_id, at=ctx.clock.now()):
            return
        case = await uow.cases.find_open_by_address(sms.sender)
        opted_out = await uow.opt_outs.is_out(sms.sender)
        asked = steering(sms.body, opted_out=opted_out)
        if asked in ("stop", "start", "help"):
            await _steer(ctx, uow, sms, case, asked, already=opted_out and asked == "stop")
        else:
            case = case or await chat.open_case(ctx, uow, channel="sms", address=sms.sender)
            await _store(ctx, uow, sms, case)
            if opted_out or asked == "stop_perhaps":
                kind = "undelivered" if opted_out else "person_wanted"
                await safety.add_task(ctx, uow, case, kind=kind, priority="P2")
        await uow.commit()
    if case is not None:
        ctx.wake(case.id)


def answer_without_store(ctx: Context, body: str) -> Draft | None:
    """What to say when nothing can be stored: the emergency text when it fires, else that we cannot
    take texts now. None for an opt-out word: nothing may be said, the carrier keeps its own list."""
    if steering(body, opted_out=False) == "stop":
        return None
    urgent = chat.screen_only(ctx, body[: ctx.limits.sms_characters])
    text = ctx.protocols.texts.say("store_down", channel="sms")
    return urgent or Draft(kind="fallback", text=text, text_id="store_down")


async def waiting_by_case(ctx: Context) -> dict[str, list[Message]]:
    """Texts whose turn is not over, by case, each case's in order, the longest waiting case first."""
    soon = ctx.clock.now() + dt.timedelta(seconds=1)
    async with ctx.unit_of_work(write=False) as uow:
        waiting = await uow.messages.unanswered(channel="sms", before=soon, limit=MOST_WAITING)
    by_case: dict[str, list[Message]] = {}
    for message in waiting:
        by_case.setdefault(message.case_id, []).append(message)
    return by_case


async def answer_in_order(ctx: Context, queue: Sequence[Message], failures: Failures) -> int:
    """Run the turns of one case's texts; how many are over.

    A turn that fails in an unforeseen way ends the run: it is tried again by the next one, the texts
    behind it wait. `failures` counts those that are not the store's; after `MOST_FAILURES` the fallback
    answers and staff are told.
    """
    for number, message in enumerate(queue):
        [result] = await asyncio.gather(_answer(ctx, message), return_exceptions=True)
        if isinstance(result, StoreUnavailable):
            return number
        if isinstance(result, BaseException):
            failures[message.id] += 1
            if failures[message.id] >= MOST_FAILURES:
                await _give_up(ctx, message)
            return number
        failures.pop(message.id, None)
    return len(queue)


async def answer_urgent(ctx: Context, message: Message) -> int:
    """Answer a text that waits behind another one when it is an emergency; always 1, it is looked at once."""
    if chat.screen_only(ctx, message.text) is not None:
        await turns.answer_emergency(ctx, message)
    return 1


async def process_waiting(ctx: Context, failures: Failures) -> int:
    """Answer what waits now, cases side by side, and wait for all of it; how many turns are over."""
    queues = (await waiting_by_case(ctx)).values()
    return sum(await asyncio.gather(*(answer_in_order(ctx, queue, failures) for queue in queues)))


async def _answer(ctx: Context, message: Message) -> None:
    urgent = chat.screen_only(ctx, message.text) is not None
    if message.seq == 1 and not urgent:
        await _greet(ctx, message)
    if urgent or (message.text.strip() and len(message.text) <= ctx.limits.sms_characters):
        await turns.run_turn(ctx, message)
    else:
        # Words no engine should get: too many of them, or none (a picture alone).
        await _reply(ctx, message, "too_long" if message.text.strip() else "sms_media")
    if message.seq == 1 and urgent:
        await _greet(ctx, message)  # the emergency text went first


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
        await safety.add_task(ctx, uow, view.case, kind="engine_failure", priority="P2")
        await _say(ctx, uow, view.case, wording.say(ctx, view, "engine_down", kind="fallback"), message)
        await uow.commit()


async def _say(ctx: Context, uow: UnitOfWork, case: Case, draft: Draft, message: Message) -> None:
    await speaking.say(ctx, uow, case, (draft,), reply_to=message.id, channel="sms")
    await uow.messages.mark_answered(message.id, intent=None, confidence=None)


async def _store(ctx: Context, uow: UnitOfWork, sms: InboundSms, case: Case) -> Message:
    pending = await uow.messages.get(case.pending) if case.pending else None
    choices = sms_text.resolve_digits(sms.body, pending.choices) if pending else None
    message, _ = await uow.messages.add_inbound(
        case.id,
        text=sms.body,
        channel="sms",
        client_message_id=sms.provider_id,
        at=ctx.clock.now(),
        choices=choices or (),
    )
    if sms.media and sms.body.strip():
        view = await load_view(uow, case.id)
        picture = wording.say(ctx, view, "sms_media")
        fresh = await uow.cases.get(case.id)
        await speaking.say(ctx, uow, fresh, (picture,), reply_to=message.id, channel="sms")
    return message


async def _steer(
    ctx: Context, uow: UnitOfWork, sms: InboundSms, case: Case | None, asked: Steering, *, already: bool
) -> None:
    """Follow an opt-out, opt-in or help word: the ledger, one confirmation, no turn."""
    now = ctx.clock.now()
    if asked in ("stop", "start"):
        await uow.opt_outs.set(sms.sender, out=asked == "stop", at=now, source="sms")
        await uow.audit.add(actor="patient", action=f"sms.{asked}", case_id=case.id if case else None, at=now)
    if case is not None:
        message = await _store(ctx, uow, sms, case)
        await uow.messages.mark_answered(message.id, intent=None, confidence=None)
        if asked == "stop":
            await _stopped(ctx, uow, case.id)
    if not sms.carrier_answered and not already:
        key = outgoing.CONFIRMATION if asked == "stop" else "steering:"
        body = ctx.protocols.texts.say(CONFIRMED_BY[asked], channel="sms")
        await outgoing.queue(
            ctx,
            uow,
            to=sms.sender,
            body=body,
            case_id=case.id if case else None,
            dedupe_key=key + sms.provider_id,
        )


async def _stopped(ctx: Context, uow: UnitOfWork, case_id: str) -> None:
    """An intake ends (clinical.md 4.6b). What a person must do about the case stays theirs to do; a
    booked patient who sends CANCEL may mean the visit, so somebody calls."""
    case = await uow.cases.get(case_id)
    if case.status == "open":
        await uow.appointments.release_holds(case.id)
        calls = case.level is Level.SAME_DAY  # opting out of texts does not end a call that is due today
        status: CaseStatus = "callback" if calls else "closed"
        await uow.cases.save(replace(case, status=status, phase="done", pending=None))
    elif case.status == "booked":
        await safety.add_task(ctx, uow, case, kind="person_wanted", priority="P2")
