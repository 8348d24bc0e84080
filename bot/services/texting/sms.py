"""The patient's door by text message: each one is taken in at once and answered later (`sms_turns.py`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.domain.cases import Case, CaseStatus, Draft, Message
from bot.domain.levels import Level
from bot.domain.tasks import TaskKind
from bot.services.case import speaking, wording
from bot.services.case_view import load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import post, sms_text, task_queue
from bot.services.talk import chat
from bot.services.texting import handovers, sms_guard, sms_people
from bot.services.texting.sms_guard import Reserve
from bot.services.texting.sms_words import steering

SteeringWord = Literal["stop", "start", "help"]
STEERING_WORDS: tuple[SteeringWord, ...] = ("stop", "start", "help")
CONFIRMED_BY: Mapping[SteeringWord, str] = {"stop": "sms_stopped", "start": "sms_started", "help": "sms_help"}
"""Text ids."""


@dataclass(frozen=True, kw_only=True)
class InboundSms:
    """One text as the provider handed it over, its signature checked."""

    provider_id: str
    sender: str = field(repr=False)
    body: str = field(repr=False)
    media: int = 0
    """How many pictures or files came with it; they are never fetched."""
    country: str = ""
    """Two letters; blank when the provider does not know."""
    carrier_word: SteeringWord | None = None
    """What the provider took it for, and confirmed itself (Twilio: `OptOutType`)."""


async def take_sms(ctx: Context, sms: InboundSms) -> None:
    """Store a text for its turn, or follow its opt-out word. The same provider id again does nothing.

    Raises StoreUnavailable: then nothing was stored.
    """
    async with ctx.unit_of_work() as uow:
        if not await uow.receipts.note(sms.provider_id, at=ctx.clock.now()):
            return
        case = await _take(ctx, uow, sms)
        await uow.commit()
    if case is not None:
        ctx.wake(case.id)


async def _take(ctx: Context, uow: UnitOfWork, sms: InboundSms) -> Case | None:
    """The case that the text is about, None when it opened none."""
    if sms_guard.is_machine(sms.sender):
        await _note_once(ctx, uow, sms.sender, "sms.machine")
        return None
    flood = await sms_guard.is_flood(ctx, uow, sms.sender)
    await uow.numbers.note_reachable(sms.sender)
    case = await uow.cases.find_open_by_address(sms.sender)
    opted_out = await uow.opt_outs.is_out(sms.sender)
    asked = sms.carrier_word or steering(sms.body, opted_out=opted_out)
    if flood and (asked != "stop" or opted_out):  # an opt-out counts always
        await _note_once(ctx, uow, sms.sender, "sms.flood")
        return None
    if asked in STEERING_WORDS:
        await _steer(ctx, uow, sms, case, asked, already=opted_out and asked == "stop")
        return case
    moved = None if opted_out else await handovers.take_code(ctx, uow, sender=sms.sender, text=sms.body)
    if moved is not None:
        await handovers.go_on_by_text(ctx, uow, moved, await _inbound(ctx, uow, sms, moved))
        return moved
    if case is not None and await sms_people.rests(ctx, uow, case, sms.body):
        case = await sms_people.begin(ctx, uow, sms.sender)
    case = case or await chat.open_case(ctx, uow, channel="sms", address=sms.sender)
    if case.channel != "sms":  # it was on the web meanwhile
        case = replace(case, channel="sms")
        await uow.cases.save(case)
    await _talk(ctx, uow, sms, case)
    if opted_out or asked == "stop_perhaps":
        kind: TaskKind = "undelivered" if opted_out else "person_wanted"
        await task_queue.add(ctx, uow, case, kind=kind, priority="P2")
    return case


async def _talk(ctx: Context, uow: UnitOfWork, sms: InboundSms, case: Case) -> None:
    """Store it for its turn; or keep it without one, when its words are no emergency."""
    why = await sms_guard.reserve(ctx, uow, case, sender=sms.sender, body=sms.body, country=sms.country)
    if why is None and handovers.asks_for_web(sms.body) and await _sent_link(ctx, uow, sms, case):
        return
    urgent = why is not None and chat.screen_only(ctx, sms.body) is not None
    if why is None or (urgent and await sms_guard.may_warn(ctx, uow, sms.sender)):
        await _store(ctx, uow, sms, case)
    else:
        await _keep(ctx, uow, sms, case, why)


async def _keep(ctx: Context, uow: UnitOfWork, sms: InboundSms, case: Case, why: Reserve) -> None:
    """Staff see the words and are told once; the sender is told once where a person can be reached."""
    message = await _inbound(ctx, uow, sms, case)
    await uow.messages.mark_answered(message.id, intent=None, confidence=None)
    if not await sms_guard.is_first(ctx, uow, why, sms.sender):
        return
    flagged = _flagged(await uow.cases.get(case.id), why.flag)
    await uow.cases.save(flagged)
    view = await load_view(uow, case.id)
    said = (wording.say(ctx, view, why.text_id, kind="fallback"),)
    await speaking.say(ctx, uow, flagged, said, reply_to=message.id, channel="sms")
    await task_queue.add(ctx, uow, flagged, kind="person_wanted", priority="P2", note=why.note)


async def _sent_link(ctx: Context, uow: UnitOfWork, sms: InboundSms, case: Case) -> bool:
    """Whether the wish for the web was answered with a link."""
    draft = await handovers.link(ctx, uow, case)
    if draft is None:
        return False
    message = await _inbound(ctx, uow, sms, case)
    await speaking.say(ctx, uow, await uow.cases.get(case.id), (draft,), reply_to=message.id, channel="sms")
    await uow.messages.mark_answered(message.id, intent=None, confidence=None)
    return True


async def _inbound(ctx: Context, uow: UnitOfWork, sms: InboundSms, case: Case) -> Message:
    message, _ = await uow.messages.add_inbound(
        case.id, text=sms.body, channel="sms", client_message_id=sms.provider_id, at=ctx.clock.now()
    )
    return message


async def _note_once(ctx: Context, uow: UnitOfWork, sender: str, action: str) -> None:
    """Once a day a sender, so that a flood cannot fill the record either."""
    now = ctx.clock.now()
    if await uow.tallies.hit(f"{action}:{sender}", at=now, seconds=sms_guard.DAY_SECONDS) == 1:
        await uow.audit.add(actor="service", action=action, case_id=None, at=now)


def _flagged(case: Case, flag: str) -> Case:
    return replace(case, flags=tuple(dict.fromkeys((*case.flags, flag))))


async def note_call(ctx: Context, *, call_id: str, sender: str) -> str:
    """Somebody called the number for texts: what they hear. Staff call back whoever has a case."""
    now = ctx.clock.now()
    async with ctx.unit_of_work() as uow:
        case = None if sms_guard.is_machine(sender) else await uow.cases.find_open_by_address(sender)
        if await uow.receipts.note(call_id, at=now):
            await uow.audit.add(
                actor="patient", action="sms.called", case_id=case.id if case else None, at=now
            )
            if case is not None:
                note = "called the number for texts"
                await task_queue.add(ctx, uow, case, kind="person_wanted", priority="P2", note=note)
        await uow.commit()
    return what_callers_hear(ctx)


def what_callers_hear(ctx: Context) -> str:
    """Where to call instead; said even when nothing can be stored."""
    return ctx.protocols.texts.say("voice_call", channel="sms")


def answer_without_store(ctx: Context, body: str) -> Draft | None:
    """What to say when nothing can be stored: the emergency text when it fires, else that we cannot
    take texts now. None for an opt-out word: nothing may be said, the carrier keeps its own list."""
    if steering(body, opted_out=False) == "stop":
        return None
    urgent = chat.screen_only(ctx, body[: ctx.limits.sms_characters])
    text = ctx.protocols.texts.say("store_down", channel="sms")
    return urgent or Draft(kind="fallback", text=text, text_id="store_down")


async def _store(ctx: Context, uow: UnitOfWork, sms: InboundSms, case: Case) -> Message:
    pending = await uow.messages.get(case.pending) if case.pending else None
    choices = sms_text.choices_in(sms.body, pending.choices) if pending else []
    if not choices and not sms.media and (thought := await _went_on(ctx, uow, sms, case)):
        return thought
    message, _ = await uow.messages.add_inbound(
        case.id,
        text=sms.body,
        channel="sms",
        client_message_id=sms.provider_id,
        at=ctx.clock.now(),
        choices=choices,
    )
    if sms.media:
        await _refuse_picture(ctx, uow, case.id, message)
    return message


async def _refuse_picture(ctx: Context, uow: UnitOfWork, case_id: str, message: Message) -> None:
    """Staff see that there was one. Without words beside it the turn itself says that it was not opened."""
    case = _flagged(await uow.cases.get(case_id), "sent_picture")
    await uow.cases.save(case)
    if message.text.strip():
        picture = wording.say(ctx, await load_view(uow, case_id), "sms_media")
        await speaking.say(ctx, uow, case, (picture,), reply_to=message.id, channel="sms")


async def _went_on(ctx: Context, uow: UnitOfWork, sms: InboundSms, case: Case) -> Message | None:
    """The text before this one, with this one as its last line, when it came only seconds after it.

    A person at the desk gets each text as it comes.
    """
    if case.phase == "staff" or not sms.body.strip():
        return None
    now = ctx.clock.now()
    since = now - dt.timedelta(seconds=ctx.limits.sms_settle_seconds)
    whole = await uow.messages.go_on(case.id, sms.body, at=now, since=since, most=ctx.limits.sms_characters)
    if whole is not None:
        detail = {"message": whole.id, "characters": len(sms.body)}
        await uow.audit.add(actor="patient", action="sms.went_on", case_id=case.id, at=now, detail=detail)
    return whole


async def _steer(
    ctx: Context, uow: UnitOfWork, sms: InboundSms, case: Case | None, asked: SteeringWord, *, already: bool
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
    if sms.carrier_word is None and not already and await sms_guard.may_confirm(ctx, uow, sms.sender):
        key = post.CONFIRMATION if asked == "stop" else "steering:"
        body = ctx.protocols.texts.say(CONFIRMED_BY[asked], channel="sms")
        await post.queue(
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
        await task_queue.add(ctx, uow, case, kind="person_wanted", priority="P2")
