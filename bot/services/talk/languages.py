"""Somebody who writes in another language: the clinic's fixed text and a person; nothing is translated.

No red flag is read from words in a language the reader has not learned, and no "not understood" counts
as a "no" (clinical.md 6.8). What is an emergency all the same is answered as one, before this.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.cases import Draft, Message
from bot.domain.dictionary import Value
from bot.domain.findings import Reading
from bot.domain.levels import Level
from bot.services.case import callback, readings, reception, wording
from bot.services.case.reception import Reception
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork

INTERPRETER = "needs_interpreter"
_CONTACT = ("contact_name", "contact_phone", "contact_email")
_FEW = 3


def foreign(view: CaseView, message: Message, reading: Reading) -> bool:
    """Whether the words are of another language; in an English conversation one such word is not enough."""
    if reading.language == "en" or message.choices:
        return False
    english_before = view.case.consent == "given" and INTERPRETER not in view.case.flags
    return not english_before or len(message.text.split()) >= _FEW or reading.language == "other"


def without_findings(ctx: Context, view: CaseView, message: Message, reading: Reading) -> Reading:
    """What may be kept of a text in another language: how to reach somebody; an emergency as it is."""
    if not foreign(view, message, reading):
        return reading
    if ctx.protocols.judge(reading.facts).level is Level.EMERGENCY_NOW:
        return reading
    facts: dict[str, Value] = {name: reading.facts[name] for name in _CONTACT if name in reading.facts}
    findings = tuple(finding for finding in reading.findings if finding.variable in facts)
    return replace(reading, facts=facts, findings=findings, ask=(), polarity=None, answer="none")


async def answer(
    ctx: Context, uow: UnitOfWork, seen: Reception, message: Message
) -> tuple[Draft, ...] | None:
    """The whole reply to a text in another language, and to the number that follows it; None for English."""
    view = seen.view
    if view.case.phase in ("staff", "done") or view.case.consent == "refused":
        return None
    if foreign(view, message, seen.reading):
        return await _fixed_text(ctx, uow, view, seen.reading)
    if INTERPRETER not in view.case.flags:
        return None
    if len(re.findall(r"\d", message.text)) >= 7:
        return await _call(ctx, uow, view, message, ())
    if view.asked == "contact_phone" and len(message.text.split()) < _FEW and not seen.reading.facts:
        return await _fixed_text(ctx, uow, view, seen.reading)  # "si", "ok": no English yet, and no number
    flags = tuple(flag for flag in view.case.flags if flag != INTERPRETER)
    await uow.cases.save(replace(view.case, flags=flags))  # English after all
    return None


def text_id(reading: Reading) -> str:
    """Spanish has a text; every other language gets plain English and the offer of an interpreter."""
    return "other_language" if reading.language == "es" else "other_language_english"


async def _fixed_text(ctx: Context, uow: UnitOfWork, view: CaseView, reading: Reading) -> tuple[Draft, ...]:
    flags = tuple(dict.fromkeys((*view.case.flags, INTERPRETER)))
    await uow.cases.save(replace(view.case, flags=flags))
    view = await load_view(uow, view.case.id)
    told = wording.say(ctx, view, text_id(reading), kind="handoff")
    if view.reachable:
        step = await callback.call_back(ctx, uow, view, priority="P2", kind="callback", lead=(told,))
        await _done(uow, view)
        return step.drafts
    return (replace(told, asks="contact_phone"),)


async def _call(
    ctx: Context, uow: UnitOfWork, view: CaseView, message: Message, lead: tuple[Draft, ...]
) -> tuple[Draft, ...]:
    """The number somebody gave so that a person can call; it is kept for that call alone."""
    today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
    said = readings.without_short_number(ctx.reader.read(message.text, asked="contact_phone", date=today))
    number = said.facts.get("contact_phone")
    if number is None:
        return (wording.say(ctx, view, "other_language_english", kind="handoff"),)
    if "contact_phone" not in view.values:
        await uow.facts.add(view.case.id, [reception.fact(message, "contact_phone", number, "contact_phone")])
        view = await load_view(uow, view.case.id)
    step = await callback.call_back(ctx, uow, view, priority="P2", kind="callback", lead=lead)
    await _done(uow, view)
    return step.drafts


async def _done(uow: UnitOfWork, view: CaseView) -> None:
    case = await uow.cases.get(view.case.id)
    await uow.cases.save(replace(case, phase="done", pending=None))
