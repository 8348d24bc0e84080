"""Several people behind one number: who comes back after hours is asked whether it is about the same person.

Until the birth date fits, nothing of an earlier case is shown: the question is put in a new, empty case.
Somebody else goes on in that one; the same person's words are taken over into the earlier case and answered
there.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.cases import AskState, Case, Draft, Message
from bot.protocols import AskPlan
from bot.services.case import readings, speaking, wording
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import sms_text
from bot.services.talk import chat
from bot.services.texting import handovers
from bot.services.texting.sms_words import plain
from bot.services.visits import changing

WHOSE = "whose"
"""The question, and the mark of a case in which it is open."""
SAME, OTHER = "same", "other"
SAME_PHONE, MOVED = "same_phone", "moved"
MOST_ROUNDS = 2
DATES_A_DAY, DAY_SECONDS = 5, 86_400
_SAME_WORDS = frozenset(
    {"same", "same person", "the same", "the same person", "yes", "me", "me again", "its me"}
)
_OTHER_WORDS = frozenset(
    {"other", "someone else", "somebody else", "no", "new", "new person", "different person", "not me"}
)


async def rests(ctx: Context, uow: UnitOfWork, case: Case, text: str) -> bool:
    """Whether the case was left so long ago that somebody else may be writing now.

    Not while a person or an emergency has it, nor before consent, when nothing is known; what answers a
    reminder, or a question about a booked visit by a digit, is an answer.
    """
    if case.consent != "given" or case.phase not in ("intake", "booking", "done"):
        return False
    away = ctx.clock.now() - await uow.messages.latest_at(case.id)
    if away < ctx.protocols.clinic.patience.welcome_back_after:
        return False
    pending = await uow.messages.get(case.pending) if case.pending else None
    if case.status != "booked" or pending is None:
        return True
    return pending.asks != changing.REMINDER and not sms_text.choices_in(text, pending.choices)


async def begin(ctx: Context, uow: UnitOfWork, number: str) -> Case:
    """A new case in which that is asked first."""
    case = await chat.open_case(ctx, uow, channel="sms", address=number)
    case = replace(case, flags=(*case.flags, SAME_PHONE))
    await uow.cases.save(case)
    await uow.asks.save(case.id, AskState(name=WHOSE))
    return case


async def answer(ctx: Context, message: Message) -> bool:
    """Whether the text was about whose case it is, and is answered now."""
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, message.case_id)
        whose = view.asks.get(WHOSE)
        if whose is None or whose.ended or view.case.phase != "consent":
            return False
        if (await uow.messages.get(message.id)).answered:
            return True
        said = await _step(ctx, uow, view, message)
        case = await uow.cases.get(view.case.id)
        await speaking.say(ctx, uow, case, said, reply_to=message.id, channel="sms")
        await uow.messages.mark_answered(message.id, intent=None, confidence=None)
        await uow.commit()
    ctx.wake(message.case_id)
    return True


async def _step(ctx: Context, uow: UnitOfWork, view: CaseView, message: Message) -> tuple[Draft, ...]:
    if view.asked == WHOSE:
        return await _told_whose(ctx, uow, view, message)
    if view.asked == changing.CHECK:
        return await _told_birth_date(ctx, uow, view, message)
    reading = readings.read(ctx, view, message)  # kept for the consent, as any words before it
    await uow.messages.set_reading(message.id, reading.to_json())
    return (_whose(ctx, view),)


async def _told_whose(ctx: Context, uow: UnitOfWork, view: CaseView, message: Message) -> tuple[Draft, ...]:
    meant = _meant(view, message)
    rounds = view.times_asked(WHOSE) + 1
    if meant is None and rounds < MOST_ROUNDS:
        await uow.asks.save(view.case.id, AskState(name=WHOSE, times=rounds))
        return (_whose(ctx, view),)
    if meant != SAME:
        return await _anew(ctx, uow, view)
    if await _earlier(uow, view):
        return (_birth_date(ctx, view, "whose_birth_date"),)
    return await _unproved(ctx, uow, view)


async def _told_birth_date(
    ctx: Context, uow: UnitOfWork, view: CaseView, message: Message
) -> tuple[Draft, ...]:
    now, number = ctx.clock.now(), view.case.address or ""
    if re.search(r"\d", message.text):
        tried = await uow.tallies.hit(f"births:{number}", at=now, seconds=DAY_SECONDS)
        if tried <= DATES_A_DAY:
            for earlier in await _earlier(uow, view):
                if handovers.fits(ctx, earlier, message.text):
                    await _take_over(ctx, uow, view, earlier.case)
                    return ()
    rounds = view.times_asked(changing.CHECK) + 1
    await uow.asks.save(view.case.id, AskState(name=changing.CHECK, times=rounds))
    if rounds < MOST_ROUNDS:
        return (_birth_date(ctx, view, "check_birth_date_again"),)
    return await _unproved(ctx, uow, view)


async def _unproved(ctx: Context, uow: UnitOfWork, view: CaseView) -> tuple[Draft, ...]:
    """Says that nothing of an earlier case can be shown; a new one begins."""
    return (wording.say(ctx, view, "whose_cannot_check"), *await _anew(ctx, uow, view))


async def _anew(ctx: Context, uow: UnitOfWork, view: CaseView) -> tuple[Draft, ...]:
    """Another person, or one that could not be told: this case goes on as any new one, with consent."""
    await uow.asks.save(view.case.id, AskState(name=WHOSE, state="answered"))
    return (wording.ask_draft(ctx, view, AskPlan(name="consent", variables=())),)


async def _take_over(ctx: Context, uow: UnitOfWork, view: CaseView, earlier: Case) -> None:
    """The words that opened this case are said in the earlier one, whose turn answers them."""
    now = ctx.clock.now()
    first = (await uow.messages.of_patient(view.case.id))[0]
    moved, _ = await uow.messages.add_inbound(
        earlier.id,
        text=first.text,
        channel="sms",
        client_message_id=f"{first.client_message_id}-{MOVED}",
        at=now,
    )
    await uow.asks.save(earlier.id, AskState(name=changing.CHECKED, times=moved.seq))
    await uow.asks.save(view.case.id, AskState(name=WHOSE, state="answered"))
    flags = (*view.case.flags, MOVED)
    await uow.cases.save(replace(view.case, flags=flags, status="closed", phase="done", pending=None))
    await uow.audit.add(
        actor="patient", action="case.taken_over", case_id=earlier.id, at=now, detail={"from": view.case.id}
    )


async def _earlier(uow: UnitOfWork, view: CaseView) -> list[CaseView]:
    """Cases of this number that can be recognised by a birth date, newest first."""
    found = []
    for case in await uow.cases.of_address(view.case.address or ""):
        if case.id != view.case.id and case.status != "closed" and case.consent == "given":
            one = await load_view(uow, case.id)
            if handovers.is_known(one):
                found.append(one)
    return found


def _meant(view: CaseView, message: Message) -> str | None:
    pressed = readings.chosen(view.pending, message)
    if pressed:
        return pressed[0].means
    said = plain(message.text)
    return SAME if said in _SAME_WORDS else OTHER if said in _OTHER_WORDS else None


def _whose(ctx: Context, view: CaseView) -> Draft:
    items = (("choice_same_person", SAME), ("choice_other_person", OTHER))
    choices = wording.numbered([(wording.text(ctx, view, label), means) for label, means in items])
    text = wording.text(ctx, view, "ask_whose")
    return Draft(kind="question", text=text, asks=WHOSE, choices=choices, text_id="ask_whose")


def _birth_date(ctx: Context, view: CaseView, text_id: str) -> Draft:
    text = wording.text(ctx, view, text_id)
    return Draft(kind="question", text=text, asks=changing.CHECK, text_id=text_id)
