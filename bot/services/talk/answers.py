"""Booking a patient's message as the answer to the open question.

The facts themselves were folded on reception. Here the question is closed, kept open for one plainer
re-ask, or given up by the rules of clinical.md 3.6; the engine's intent has its say on what kind of
answer it was, and where it contradicts the words on a safety fact, the fact is open again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from bot.domain.cases import AskState, Message
from bot.domain.findings import Reading
from bot.domain.levels import Level
from bot.services.case import agenda, readings, reception, summary
from bot.services.case.steps import Turn
from bot.services.case_view import AGAIN, DOUBTED, CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import task_queue

Ending = Literal["answered", "declined", "unsure", "skipped"]

_VERY_SURE = 0.9
"""Consent in plain words ("yup no prob") stands unless the engine is as good as certain."""
_SURE = 0.6
"""From this confidence on, an intent may contradict the language layer."""
_TRIES = {"contact_phone": 3}
"""How often a question is put that was not answered clearly: once more, a number twice more."""
_CONTACT = ("contact_name", "contact_phone")
_OPPOSITE = {"affirm": "deny", "deny": "affirm"}


@dataclass(frozen=True, kw_only=True)
class Settled:
    """How the open question ended. `which` asks a bare "yes" to a group: which of these?"""

    which: bool = False
    kept: str = ""
    """A known fact whose new answer could not be used: the old one stays."""
    noted: bool = False
    """The message told something else, or a part: thanked for, and the rest is asked."""
    declined: bool = False
    """The patient would rather not say: that is fine, and said so once."""
    show_lines: bool = False
    """The patient wants to change something but has not said what."""
    date: bool = False
    """They wrote a date and nothing else: which line is it for?"""


async def settle(
    ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn, message: Message, reading: Reading
) -> Settled:
    """Close, keep or give up the open question. Nothing happens when none is open."""
    name = view.asked
    if name is None:
        return Settled()
    if readings.agrees_to_consent(view, message.text):
        await _give_consent(ctx, uow, view)  # to the question before the one about a danger sign
        return Settled()
    session = _SESSION.get(name)
    if session is not None:
        return await session(ctx, uow, view, turn, message, reading)
    return await _settle_facts(ctx, uow, view, turn, message, reading, name)


async def close(uow: UnitOfWork, view: CaseView, name: str, how: Ending) -> None:
    """End a question for good, and what marked it."""
    ask = view.asks.get(name, AskState(name=name, times=1))
    await uow.asks.save(view.case.id, replace(ask, state=how))
    for mark in (f"{AGAIN}{name}", f"{DOUBTED}{name}"):
        if mark in view.asks:
            await uow.asks.save(view.case.id, replace(view.asks[mark], state=how))


# --- questions about facts --------------------------------------------------------------------


async def _settle_facts(
    ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn, message: Message, reading: Reading, name: str
) -> Settled:
    asked = asked_variables(ctx, view, name)
    if _contradicts(ctx, asked, turn, reading):
        await _reopen(ctx, uow, view, message, asked)
        return Settled()
    if view.case.consent != "given":  # nothing is kept yet: the words are read again when it is
        return await _settle_unkept(uow, view, reading, asked, name)
    missing = [variable for variable in asked if variable not in view.values]
    missing = missing or _still_doubtful(ctx, view, reading, name)
    if _bare_yes(ctx, reading, name) and not missing:
        await request(uow, view, name)  # put as a whole again, and now something of it is so
        return Settled(which=True)
    if not missing:
        await close(uow, view, name, "answered")
        unread = reading.answer in ("unclear", "none") and name in view.values and name not in reading.facts
        return Settled(kept=name if unread and view.facts[name].message_id != message.id else "")
    if _skips(turn, reading, asked) or _keeps_back(reading, name):
        await _decline(ctx, uow, view, message, missing, name)
        return Settled(declined=True)
    if _bare_yes(ctx, reading, name):
        return Settled(which=True)
    if _went_on(view, message):
        doubtful = name in missing and _may_be_unsure(ctx, name)
        await (_keep_wanted if doubtful else _ask_once_more)(uow, view, name)
        return Settled(noted=True)
    if view.times_asked(name) >= _TRIES.get(name, 2):
        await _give_up(ctx, uow, view, message, missing, name)
    elif name in ctx.protocols.dictionary and _may_be_unsure(ctx, name):
        await _keep_wanted(uow, view, name)
    return Settled(noted=bool(reading.facts))  # told before: the question stays, with thanks


def _skips(turn: Turn, reading: Reading, asked: tuple[str, ...]) -> bool:
    """ "Rather not say". Words that tell something else do not: "sorry, I meant a lot, I skip things"."""
    return reading.answer == "declined" or (turn.intent == "skip" and set(reading.facts) <= set(asked))


def _keeps_back(reading: Reading, name: str) -> bool:
    """ "No" to the question for a name or a number: it is not given."""
    return name in _CONTACT and reading.polarity == "deny"


def _still_doubtful(ctx: Context, view: CaseView, reading: Reading, name: str) -> list[str]:
    """A danger sign asked about once more although it was denied before: only a clear answer ends it."""
    if not (view.put_again or view.doubted) or name not in ctx.protocols.dictionary:
        return []
    clear = reading.polarity in _OPPOSITE or reading.facts.get(name, "unsure") != "unsure"
    asked_twice = view.values.get(name) == "unsure"
    return [] if clear or asked_twice or not _may_be_unsure(ctx, name) else [name]


async def _settle_unkept(
    uow: UnitOfWork, view: CaseView, reading: Reading, asked: tuple[str, ...], name: str
) -> Settled:
    answered = all(reading.facts.get(variable, "unsure") != "unsure" for variable in asked)
    if answered or reading.answer == "declined" or view.times_asked(name) >= 2:
        await close(uow, view, name, "answered" if answered else "unsure")
    else:
        await _keep_wanted(uow, view, name)
    return Settled()


async def _keep_wanted(uow: UnitOfWork, view: CaseView, name: str) -> None:
    """A danger sign in doubt is asked about once more before anything else."""
    ask = view.asks.get(name, AskState(name=name, times=1))
    await uow.asks.save(view.case.id, replace(ask, state="wanted"))


def _went_on(view: CaseView, message: Message) -> bool:
    """The message told something new, of this question or of another: asking on is no repetition."""
    return any(fact.message_id == message.id and fact.value is not None for fact in view.facts.values())


async def _ask_once_more(uow: UnitOfWork, view: CaseView, name: str) -> None:
    ask = view.asks.get(name, AskState(name=name, times=1))
    await uow.asks.save(view.case.id, replace(ask, times=max(0, ask.times - 1)))


def asked_variables(ctx: Context, view: CaseView, name: str) -> tuple[str, ...]:
    """The variables an ask is about: a gate's, or the asked one with those grouped to it."""
    gate = ctx.protocols.dictionary.gates.get(name)
    if gate is not None:
        return tuple(gate.clear_no)
    also = view.pending.also_asks if view.pending else ()
    return tuple(item for item in (name, *also) if item in ctx.protocols.dictionary)


def _contradicts(ctx: Context, asked: tuple[str, ...], turn: Turn, reading: Reading) -> bool:
    safety = any(ctx.protocols.dictionary[name].safety for name in asked)
    opposite = _OPPOSITE.get(reading.polarity or "")
    return safety and turn.intent == opposite and turn.confidence >= _SURE


async def _reopen(
    ctx: Context, uow: UnitOfWork, view: CaseView, message: Message, asked: tuple[str, ...]
) -> None:
    """The denials this message gave to the open question are unknown again; what it affirms stays."""
    given = [fact for name in asked if (fact := view.facts.get(name)) and fact.message_id == message.id]
    blank = [
        replace(fact, value=None, conflict=True, reason="intent and words disagree", at=message.at)
        for fact in given
        if fact.value in ("no", "none")
    ]
    await uow.facts.add(view.case.id, blank)


def _bare_yes(ctx: Context, reading: Reading, name: str) -> bool:
    return (
        name in ctx.protocols.dictionary.gates
        and reading.polarity == "affirm"
        and reading.answer == "partial"
    )


async def _decline(
    ctx: Context, uow: UnitOfWork, view: CaseView, message: Message, missing: list[str], name: str
) -> None:
    """ "Prefer not to say" leaves a fact unknown and marked; an unanswered gate is flagged (3.6)."""
    await close(uow, view, name, "declined")
    blank = [reception.fact(message, variable, None, name, declined=True) for variable in missing]
    await uow.facts.add(view.case.id, blank)
    if name in ctx.protocols.dictionary.gates:
        await _flag_gate(ctx, uow, view, message, name)


async def _give_up(
    ctx: Context, uow: UnitOfWork, view: CaseView, message: Message, missing: list[str], name: str
) -> None:
    """Still unclear after the plainer re-ask. (What G1 and G2 then mean was judged on reception.)"""
    await close(uow, view, name, "unsure")
    doubtful = [v for v in missing if _may_be_unsure(ctx, v)]
    if name in ctx.protocols.dictionary.gates:
        await _flag_gate(ctx, uow, view, message, name)
    elif doubtful:
        facts = [reception.fact(message, variable, "unsure", name) for variable in doubtful]
        await reception.write_facts(ctx, uow, view, facts, correction=False, message_id=message.id)


def _may_be_unsure(ctx: Context, name: str) -> bool:
    variable = ctx.protocols.dictionary[name]
    return variable.safety and "unsure" in variable.values


async def _flag_gate(ctx: Context, uow: UnitOfWork, view: CaseView, message: Message, name: str) -> None:
    flag = reception.fact(message, "gate_incomplete", "yes", name, by_patient=False)
    await reception.write_facts(ctx, uow, view, [flag], correction=False, message_id=message.id)


# --- questions of the frame -------------------------------------------------------------------


async def _consent(
    ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn, message: Message, reading: Reading
) -> Settled:
    said = reading.polarity or (turn.intent if turn.intent in _OPPOSITE else None)
    if said is None or (turn.intent == _OPPOSITE.get(said) and turn.confidence >= _VERY_SURE):
        return Settled()
    if said == "affirm":
        await _give_consent(ctx, uow, view)
    elif said == "deny":
        await uow.cases.save(replace(view.case, consent="refused", phase="done", status="closed"))
        await uow.messages.erase_words(view.case.id)
        # An emergency that was taken back was kept for staff: what it told goes, how to reach them stays.
        await uow.facts.erase(view.case.id, keep=("contact_name", "contact_phone"))
    return Settled()


async def _give_consent(ctx: Context, uow: UnitOfWork, view: CaseView) -> None:
    await uow.cases.save(replace(view.case, consent="given", phase="intake"))
    await close(uow, view, "consent", "answered")
    released = await reception.release_quarantine(ctx, uow, view.case.id)
    if released.case.level is Level.SAME_DAY:  # said when it was written; now there is a case to call
        await task_queue.add(ctx, uow, released.case, kind="urgent_callback", priority="P1")


async def _opening(
    ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn, message: Message, reading: Reading
) -> Settled:
    if turn.intent in ("inform", "correct", "skip", "book") or view.times_asked("opening") >= 2:
        await close(uow, view, "opening", "answered")
    return Settled()


async def _parent_present(
    ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn, message: Message, reading: Reading
) -> Settled:
    if reading.polarity == "affirm":
        await close(uow, view, "parent_present", "answered")
    elif reading.polarity == "deny" or view.times_asked("parent_present") >= 2:
        await close(uow, view, "parent_present", "unsure")
        await uow.cases.save(replace(view.case, flags=(*view.case.flags, agenda.MINOR_ALONE)))
    return Settled()


async def _wants_person(
    ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn, message: Message, reading: Reading
) -> Settled:
    if reading.polarity == "affirm" or turn.intent in ("affirm", "person"):
        flags = tuple(dict.fromkeys((*view.case.flags, agenda.PERSON_WANTED)))
        await uow.cases.save(replace(view.case, flags=flags))
    await close(uow, view, "wants_person", "answered")
    return Settled()


async def _confirm_summary(
    ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn, message: Message, reading: Reading
) -> Settled:
    # A text of "1" pressed the first button; it does not name the first line.
    named = None if message.choices else summary.named_line(ctx, view, message.text)
    if named is not None and not reading.facts:
        await request(uow, view, named)
        return Settled()
    if reading.facts or reading.correction:
        return Settled(show_lines=not reading.facts)
    if readings.is_bare_date(ctx, message):
        return Settled(show_lines=True, date=True)
    if reading.polarity == "affirm" and turn.intent not in ("deny", "correct"):
        await close(uow, view, "confirm_summary", "answered")
        return Settled()
    if turn.intent == "skip":
        await close(uow, view, "confirm_summary", "declined")
        return Settled()
    return Settled(show_lines=reading.polarity == "deny" or turn.intent in ("deny", "correct"))


async def _which_fact(
    ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn, message: Message, reading: Reading
) -> Settled:
    """A line of the summary was named: its question is put again; the old value stays until then."""
    for button in readings.chosen(view.pending, message):
        if button.means.startswith("fact:"):
            await request(uow, view, button.means.removeprefix("fact:"))
    date = readings.is_bare_date(ctx, message)
    return Settled(show_lines=date, date=date)


async def request(uow: UnitOfWork, view: CaseView, name: str) -> None:
    """Ask this again next, whatever is known; the new answer replaces the old one."""
    await uow.asks.save(view.case.id, AskState(name=name, state="wanted"))
    await uow.asks.save(view.case.id, AskState(name=f"{AGAIN}{name}"))


_SESSION = {
    "consent": _consent,
    "opening": _opening,
    "parent_present": _parent_present,
    "wants_person": _wants_person,
    "confirm_summary": _confirm_summary,
    "which_fact": _which_fact,
}
