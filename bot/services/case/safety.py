"""What is said when safety breaks into the conversation. No engine, no queue: the service itself speaks.

Emergency and crisis stop the intake (clinical.md 3.0, 6.2, 6.5); abuse stops it with its own script
(6.6); same-day is said at once and the gate may be finished.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bot.domain.cases import AskState, Case, Draft, HandoffKind, Message, MessageChoice, Phase
from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.language.answers.safe_now import safe_now
from bot.language.grammar.threats import threatens
from bot.services.case import agenda, grounds, wording
from bot.services.case.readings import chosen
from bot.services.case.reception import Reception, without_result
from bot.services.case_view import MISTAKE, CaseView
from bot.services.context import Context
from bot.services.ports import Note, UnitOfWork
from bot.services.queues import task_queue

SELF_HARM = "RF90"
ABUSE = "RF91"
OVERDOSE = "RF80"
_STANDING = {
    "going": "emergency_going",
    "cannot": "emergency_cannot",
    "contact": "emergency_contact_noted",
}
_SAFE_NOW = (("choice_going", "going"), ("choice_cannot_go", "cannot"), ("choice_mistake", "mistake"))
_MOST_NAMED = 3
"""Facts of an emergency that are offered as "not so"; what else is wrong can be said in words."""


async def break_in(
    ctx: Context, uow: UnitOfWork, seen: Reception, message: Message
) -> tuple[Draft, ...] | None:
    """The whole reply when this message is an emergency, a crisis or abuse; None when it is neither.

    The staff task is written in the same transaction, so "we've told our team" is true when said.
    """
    if ABUSE in seen.new_rules:
        await task_queue.add(ctx, uow, seen.view.case, kind="safety_flag", priority="P1", private=True)
    if threatens(message.text) and seen.judgement.level is not Level.EMERGENCY_NOW:
        return await _threat(ctx, uow, seen)
    if SELF_HARM in seen.new_rules:
        return await _raise_p0(ctx, uow, seen, "crisis")
    if seen.judgement.level is Level.EMERGENCY_NOW and _news(seen):
        return await _raise_p0(ctx, uow, seen, "emergency")
    if seen.view.case.phase == "emergency":
        return await _stands(ctx, uow, seen, message)
    if ABUSE in seen.new_rules:
        return await _abuse(ctx, uow, seen)
    if seen.view.asked == "safe_to_text":
        return await _after_abuse(ctx, uow, seen)
    return None


async def after_staff_entry(ctx: Context, uow: UnitOfWork, seen: Reception) -> tuple[Draft, ...]:
    """What the patient is told when an entry of a clinician raises the level (clinical.md 3.0).

    A lowered level is told by nobody but a person: the bot never takes a warning back by itself.
    """
    if ABUSE in seen.new_rules:
        await task_queue.add(ctx, uow, seen.view.case, kind="safety_flag", priority="P1", private=True)
    if SELF_HARM in seen.new_rules:
        return await _raise_p0(ctx, uow, seen, "crisis")
    if seen.judgement.level is Level.EMERGENCY_NOW and _news(seen):
        return await _raise_p0(ctx, uow, seen, "emergency")
    if seen.view.case.status == "emergency" and seen.judgement.level < Level.EMERGENCY_NOW:
        await _after_emergency(uow, seen.view)
    return await same_day(ctx, uow, seen)


async def _after_emergency(uow: UnitOfWork, view: CaseView) -> None:
    if view.case.phase == "staff":  # the person who talks with the patient goes on
        await uow.cases.save(replace(view.case, status="waiting_for_staff", handoff="none"))
    else:
        await _take_back(uow, view)


async def pass_on_doubts(ctx: Context, uow: UnitOfWork, seen: Reception) -> None:
    """A danger sign in doubt that the bot may not ask about now: a person of the clinic is told."""
    case = seen.view.case
    if not seen.doubts or case.consent == "refused" or not _may_not_ask(case):
        return
    labels = [_called(ctx, name) for name in seen.doubts]
    note = ctx.protocols.texts.say("note_doubt", channel="web", items=", ".join(labels))
    await uow.desk.add_note(
        Note(id=ctx.ids.new(), case_id=case.id, text=note, by="service", at=ctx.clock.now())
    )
    await task_queue.add(ctx, uow, case, kind="safety_flag", priority="P1")


def _may_not_ask(case: Case) -> bool:
    """A person holds the conversation, or it is over and closed."""
    return case.phase == "staff" or (case.phase == "done" and case.status == "closed")


def _called(ctx: Context, name: str) -> str:
    dictionary = ctx.protocols.dictionary
    label = dictionary[name].label if name in dictionary else ""
    return label or name.replace("_", " ")


def net_for_refused(ctx: Context, seen: Reception) -> tuple[Draft, ...] | None:
    """Who wants nothing kept is asked nothing; words that may mean danger get the safety net."""
    if not seen.doubts or seen.view.case.consent != "refused":
        return None
    return (wording.say(ctx, seen.view, "closed"), wording.say(ctx, seen.view, "safety_net"))


async def same_day(ctx: Context, uow: UnitOfWork, seen: Reception) -> tuple[Draft, ...]:
    """Said before anything else when the level has just become same_day; a person is asked to call."""
    if seen.judgement.level is not Level.SAME_DAY or not _news(seen):
        return ()
    if (
        seen.view.case.level is Level.SAME_DAY
    ):  # before consent nothing is kept; the text is said all the same
        await task_queue.add(ctx, uow, seen.view.case, kind="urgent_callback", priority="P1")
    line = first_line(ctx, seen.judgement, seen.new_rules, Level.SAME_DAY, channel=seen.view.case.channel)
    if seen.before is Level.SAME_DAY:
        return (Draft(kind="same_day", text=line, text_id="same_day_line"),)
    return (wording.say(ctx, seen.view, "same_day", kind="same_day", line=line),)


def first_line(
    ctx: Context, judgement: Judgement, rules: Collection[str], level: Level, *, channel: str
) -> str:
    """The patient line of the first of these rules at a level, in table order (clinical.md 3.6)."""
    for why in judgement.why:
        if why.rule in rules and why.level is level and why.patient:
            rule = ctx.protocols.rule(why.rule)
            return rule.sms if channel == "sms" else rule.patient
    return ""


def emergency_text(
    ctx: Context, judgement: Judgement, rules: Collection[str], *, channel: str, told_team: bool
) -> str:
    """The rule's line, then the standard text that fits the rules (ER or 911 only, keep still)."""
    line = first_line(ctx, judgement, rules, Level.EMERGENCY_NOW, channel=channel)
    text_id = ctx.protocols.emergency_text_id(judgement.rules, told_team=told_team)
    return f"{line} {ctx.protocols.texts.say(text_id, channel=channel)}".strip()


def _news(seen: Reception) -> bool:
    """A higher level, or a new rule of the same level."""
    fresh = {why.rule for why in seen.judgement.why if why.level is seen.judgement.level} & set(
        seen.new_rules
    )
    return seen.judgement.level > seen.before or bool(fresh)


# --- emergency and crisis -----------------------------------------------------------------------


async def _raise_p0(ctx: Context, uow: UnitOfWork, seen: Reception, kind: HandoffKind) -> tuple[Draft, ...]:
    await _stop_intake(uow, seen.view.case, kind)
    await task_queue.add(
        ctx, uow, seen.view.case, kind="crisis" if kind == "crisis" else "emergency", priority="P0"
    )
    if kind == "crisis":
        return _crisis(ctx, seen)
    rules = seen.new_rules if seen.before is Level.EMERGENCY_NOW else seen.judgement.rules
    channel = "sms" if seen.view.case.channel == "sms" else "web"
    body = emergency_text(ctx, seen.judgement, rules, channel=channel, told_team=True)
    if seen.reading.answer == "partial" and not seen.reading.facts:  # a bare "yes" to the first gate
        body = f"{body}\n{wording.text(ctx, seen.view, 'emergency_which')}"
    if OVERDOSE in rules:  # perhaps on purpose: nobody is questioned, the help line is named (6.5, 6.7)
        body = f"{body}\n{wording.text(ctx, seen.view, 'overdose_988')}"
    emergency = _ask_safe_now(ctx, seen.view, body, kind="emergency")
    if ABUSE in seen.new_rules:  # both are owed; what must happen now comes first
        return (emergency, wording.say(ctx, seen.view, "abuse_hotline", kind="crisis"))
    return (emergency,)


def _crisis(ctx: Context, seen: Reception) -> tuple[Draft, ...]:
    """The script of 6.5; when a red flag fires with it, its text comes first (both apply)."""
    body = wording.text(ctx, seen.view, "crisis")
    if seen.view.case.channel != "sms":  # two segments hold the script alone
        body = f"{body}\n{wording.text(ctx, seen.view, 'crisis_veteran')}"
    asking = _ask_safe_now(ctx, seen.view, body, kind="crisis")
    others = [rule for rule in seen.new_rules if rule != SELF_HARM]
    if not any(why.rule in others and why.level is Level.EMERGENCY_NOW for why in seen.judgement.why):
        return (asking,)
    channel = "sms" if seen.view.case.channel == "sms" else "web"
    flag = emergency_text(ctx, seen.judgement, others, channel=channel, told_team=True)
    return (Draft(kind="emergency", text=flag), asking)


async def _stop_intake(uow: UnitOfWork, case: Case, kind: HandoffKind) -> None:
    await uow.appointments.release_holds(case.id)
    # While a person holds the conversation they go on with it; the bot says the clinic's text and no more.
    phase: Phase = "staff" if case.phase == "staff" else "emergency"
    stopped = replace(case, phase=phase, status="emergency", handoff=kind, engine_state=None)
    await uow.cases.save(stopped)


def _ask_safe_now(ctx: Context, view: CaseView, body: str, *, kind: str) -> Draft:
    missing = tuple(name for name in ("contact_name", "contact_phone") if name not in view.values)
    if missing:
        body = f"{body}\n{wording.text(ctx, view, 'emergency_contact')}"
    offered = _SAFE_NOW if kind == "emergency" else ()  # the crisis script sends nobody anywhere
    choices = tuple(
        MessageChoice(id=f"c{number}", label=wording.text(ctx, view, label), means=means)
        for number, (label, means) in enumerate(offered, start=1)
    )
    return Draft(
        kind="crisis" if kind == "crisis" else "emergency",
        text=body,
        asks="safe_now",
        also_asks=missing,
        choices=choices,
    )


async def _stands(
    ctx: Context, uow: UnitOfWork, seen: Reception, message: Message
) -> tuple[Draft, ...] | None:
    """A later message while the case stands at an emergency (clinical.md 6.2)."""
    view = seen.view
    if view.case.level < Level.EMERGENCY_NOW:
        await _take_back(uow, view)
        return None
    kind = "crisis" if view.case.handoff == "crisis" else "emergency"
    meant = _meant(ctx, view, seen, message)
    if meant == "mistake" and kind == "emergency":
        return (await _what_is_wrong(ctx, uow, seen),)
    if meant in ("going", "cannot") and view.mistaken:
        await uow.asks.save(view.case.id, AskState(name=MISTAKE, state="answered"))
    text_id = _STANDING.get(meant, "") if kind == "emergency" else ""
    if not text_id:
        argued = view.times_asked("safe_now")
        text_id = _argued_with(kind, argued)
        await uow.asks.save(view.case.id, AskState(name="safe_now", times=argued + 1))
    return (_ask_safe_now(ctx, view, wording.text(ctx, view, text_id), kind=kind),)


def _argued_with(kind: str, times: int) -> str:
    """What stands is said again in turn in two ways: the same words three times are not heard any more."""
    if kind == "crisis":
        return "crisis_repeat" if times % 2 == 0 else "crisis_repeat_again"
    if times == 0:
        return "emergency_repeat"
    return "emergency_standing" if times % 2 else "emergency_standing_again"


async def _what_is_wrong(ctx: Context, uow: UnitOfWork, seen: Reception) -> Draft:
    """The one correction question of 6.2; what the emergency rests on is offered as "not so" too."""
    view = seen.view
    said_before = view.mistaken
    await uow.asks.save(view.case.id, AskState(name=MISTAKE))
    body = wording.text(ctx, view, "emergency_mistake_again" if said_before else "emergency_mistake")
    draft = _ask_safe_now(ctx, view, body, kind="emergency")
    dictionary = ctx.protocols.dictionary
    named = [dictionary[name] for name in grounds.signs_behind(ctx, seen.judgement)][:_MOST_NAMED]
    not_so = [
        MessageChoice(
            id=f"n{number}",
            label=wording.text(ctx, view, "choice_not_so", label=fact.label),
            sets={fact.name: "no"},
        )
        for number, fact in enumerate(named, start=1)
    ]
    stay = tuple(choice for choice in draft.choices if choice.means != "mistake")
    return replace(draft, choices=(*stay, *not_so))


def _meant(ctx: Context, view: CaseView, seen: Reception, message: Message) -> str:
    for button in chosen(view.pending, message):
        if button.means:
            return button.means
    if any(name in seen.reading.facts for name in ("contact_name", "contact_phone")):
        return "contact"
    return safe_now(message.text, ctx.reader.sayings) or ""


async def _take_back(uow: UnitOfWork, view: CaseView) -> None:
    """A correction took the emergency away: the intake may go on; staff keep both and still call."""
    if view.mistaken:
        await uow.asks.save(view.case.id, AskState(name=MISTAKE, state="answered"))
    await uow.cases.save(replace(view.case, phase="intake", status="open", handoff="none"))


def standing(ctx: Context, view: CaseView) -> Draft:
    """Said while a case stands at an emergency to whatever else is said."""
    kind = "crisis" if view.case.handoff == "crisis" else "emergency"
    text_id = "crisis_repeat" if kind == "crisis" else "emergency_standing"
    return _ask_safe_now(ctx, view, wording.text(ctx, view, text_id), kind=kind)


async def _threat(ctx: Context, uow: UnitOfWork, seen: Reception) -> tuple[Draft, ...]:
    """Somebody may get hurt: the chat ends, a person looks at once (clinical.md 6.7)."""
    case = seen.view.case
    await uow.appointments.release_holds(case.id)
    flags = tuple(dict.fromkeys((*case.flags, "threat")))
    await task_queue.add(ctx, uow, case, kind="crisis", priority="P0")
    await uow.cases.save(replace(case, flags=flags, phase="done", status="closed", pending=None))
    return (wording.say(ctx, seen.view, "threat", kind="crisis"),)


# --- abuse --------------------------------------------------------------------------------------


async def _abuse(ctx: Context, uow: UnitOfWork, seen: Reception) -> tuple[Draft, ...]:
    """The script of 6.6; a red flag of the same message is said too, first."""
    body = wording.text(ctx, seen.view, "abuse")
    choices = tuple(
        MessageChoice(id=f"c{number}", label=wording.text(ctx, seen.view, label), means=means)
        for number, (label, means) in enumerate((("choice_yes", "affirm"), ("choice_no", "deny")), start=1)
    )
    script = Draft(kind="crisis", text=body, asks="safe_to_text", choices=choices, text_id="abuse")
    return (*await same_day(ctx, uow, seen), script)


async def _after_abuse(ctx: Context, uow: UnitOfWork, seen: Reception) -> tuple[Draft, ...] | None:
    """Safe to text: only how to reach the person is asked. Not safe, or not sure: nothing more is sent."""
    case = seen.view.case
    flags = tuple(dict.fromkeys((*case.flags, agenda.ABUSE_SCRIPT)))
    if seen.reading.polarity == "affirm":
        await uow.cases.save(replace(case, flags=flags))
        return None
    flags = (*flags, agenda.NOT_SAFE_HERE)
    closed = replace(case, flags=flags, phase="done", status="closed", handoff="none", pending=None)
    await uow.cases.save(without_result(closed))
    if case.channel == "sms":  # somebody else may read the phone: not even a goodbye
        if case.address is not None:
            await uow.outbox.silence(case.id, to=case.address, reason=agenda.NOT_SAFE_HERE)
        return ()
    return (wording.say(ctx, seen.view, "abuse_not_safe", kind="crisis"),)
