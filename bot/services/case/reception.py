"""Taking in what a patient wrote: read it, keep it as facts, judge. Before and without the engine.

Words that come before consent are judged together with this message but not kept as facts until
consent is given (clinical.md 3.7); an emergency is answered all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.domain.cases import AskState, Case, Message
from bot.domain.dictionary import Dictionary, Value
from bot.domain.facts import Fact, derive, fold, values_of
from bot.domain.findings import Reading
from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.language.answers.safe_now import safe_now
from bot.services.case import agenda, corrections, doubts, gone
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork

_OF_JUDGEMENT = ("gate_incomplete", "gate_by_exception")
"""Flags of the judgement in force; the others stay with the case."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A fact that was replaced: for the echo "Changed X from A to B"."""

    old: Fact
    new: Fact


@dataclass(frozen=True, kw_only=True)
class Reception:
    """What a message changed."""

    view: CaseView
    reading: Reading
    judgement: Judgement
    before: Level
    new_rules: tuple[str, ...]
    changes: tuple[Change, ...]
    doubts: tuple[str, ...] = ()
    """Danger signs that this message made doubtful: each is a question to be put next."""


async def take_in(
    ctx: Context, uow: UnitOfWork, view: CaseView, message: Message, reading: Reading
) -> Reception:
    """Fold a reading into the case and judge it. Writes facts (with consent), judgement and case.

    Before consent nothing is kept unless the level is an emergency: then staff need the words.
    """
    await uow.messages.set_reading(message.id, reading.to_json())
    kept = view.case.consent == "given" or bool(view.facts)
    told = {} if kept else await _told_before_consent(ctx, uow, view, until=message.id)
    held = {**view.facts, **told}
    correction = reading.correction or _corrects(ctx, view, message, reading)
    new = [
        *_facts(ctx, view, message, reading),
        *doubts.of_gate(view, message, reading, ctx.protocols.dictionary),
    ]
    replaced = _replaced(view, ctx.protocols.dictionary)
    written = _fold_all(held, new, ctx.protocols.dictionary, correction=correction, replaced=replaced)
    correction = correction or any(fact.corrected for fact in written)
    values = values_of(_after(held, written))
    judgement = ctx.protocols.judge(values)
    before = _stood(ctx, view, told)
    doubted = await doubts.request(
        uow,
        view,
        message,
        reading,
        values=values,
        protocols=ctx.protocols,
        hints=ctx.reader.hints,
        sayings=ctx.reader.sayings,
    )
    if _somebody_else(view, written):
        await uow.asks.save(view.case.id, AskState(name="age", state="wanted"))
    if kept or judgement.level is Level.EMERGENCY_NOW:
        facts = [*told.values(), *written]
        await _keep(ctx, uow, view, message, facts, judgement, correction=correction)
    return Reception(
        view=await load_view(uow, view.case.id),
        reading=reading,
        judgement=judgement,
        before=before[0],
        new_rules=tuple(rule for rule in judgement.rules if rule not in before[1]),
        changes=tuple(_changes(view.facts, written)),
        doubts=doubted,
    )


def _somebody_else(view: CaseView, written: list[Fact]) -> bool:
    """The patient turns out to be another person than thought: the age told may be the writer's."""
    told = {fact.variable for fact in written}
    return "who_for" in told and "who_for" in view.values and "age" in view.values and "age" not in told


async def _keep(
    ctx: Context,
    uow: UnitOfWork,
    view: CaseView,
    message: Message,
    facts: list[Fact],
    judgement: Judgement,
    *,
    correction: bool,
) -> None:
    await uow.facts.add(view.case.id, facts)
    case = judged(view.case, judgement, correction=correction)
    if any(fact.conflict for fact in facts):
        case = replace(case, flags=tuple(dict.fromkeys((*case.flags, "conflict"))))
    if judgement.level < view.case.level and correction:
        await _audit_lowered(ctx, uow, case, view.case.level)
    await keep_judgement(ctx, uow, case, judgement, message_id=message.id)


def _stood(ctx: Context, view: CaseView, told: Mapping[str, Fact]) -> tuple[Level, frozenset[str]]:
    """Level and rules before this message; before consent those of what was told so far."""
    if not told:
        return view.case.level, frozenset(view.case.rules)
    judgement = ctx.protocols.judge(values_of(told))
    return judgement.level, frozenset(judgement.rules)


async def release_quarantine(ctx: Context, uow: UnitOfWork, case_id: str) -> CaseView:
    """Consent is given: what was told before becomes facts, in order, and is judged."""
    view = await load_view(uow, case_id)
    told = await _told_before_consent(ctx, uow, view, until=None)
    await write_facts(ctx, uow, view, told.values(), correction=False, message_id=None)
    return await load_view(uow, case_id)


async def _told_before_consent(
    ctx: Context, uow: UnitOfWork, view: CaseView, *, until: str | None
) -> dict[str, Fact]:
    """The facts of the quarantined messages, folded in order, each with its own corrections."""
    held: dict[str, Fact] = {}
    for message in await uow.messages.of_patient(view.case.id):
        if message.id == until:
            break
        if message.reading is not None:
            reading = Reading.from_json(message.reading)
            new = _facts(ctx, view, message, reading)
            written = _fold_all(held, new, ctx.protocols.dictionary, correction=reading.correction)
            held = _after(held, written)
    return held


async def write_facts(
    ctx: Context,
    uow: UnitOfWork,
    view: CaseView,
    new: Iterable[Fact],
    *,
    correction: bool,
    message_id: str | None,
) -> Judgement:
    """Fold facts that did not come straight from a reading (re-asks), derive, judge, keep."""
    written = folded(ctx, view, new, correction=correction)
    await uow.facts.add(view.case.id, written)
    judgement = ctx.protocols.judge(values_of(_after(view.facts, written)))
    case = judged(await uow.cases.get(view.case.id), judgement, correction=correction)
    await keep_judgement(ctx, uow, case, judgement, message_id=message_id)
    return judgement


def folded(ctx: Context, view: CaseView, new: Iterable[Fact], *, correction: bool) -> list[Fact]:
    """What would be written for these facts, with all that follows from them; writes nothing."""
    return _fold_all(view.facts, list(new), ctx.protocols.dictionary, correction=correction)


async def keep_judgement(
    ctx: Context, uow: UnitOfWork, case: Case, judgement: Judgement, *, message_id: str | None
) -> None:
    """Store a judgement and the case that carries it; nothing is stored twice when nothing changed.

    Where no clinical intake is wanted the case carries no outcome and no visit (clinical.md 3.5).
    """
    values = values_of(await uow.facts.current(case.id))
    wanted = agenda.intake_is_wanted(values, case.flags) or await intake_is_over(uow, case.id)
    if case.level < Level.SAME_DAY and not wanted:
        case = without_result(case)
    await uow.cases.save(case)
    latest = await uow.judgements.latest(case.id)
    if latest != judgement:
        await uow.judgements.add(case.id, judgement, message_id=message_id, at=ctx.clock.now())


async def intake_is_over(uow: UnitOfWork, case_id: str) -> bool:
    """The summary was confirmed: a person wanted after that changes no result."""
    confirmed = (await uow.asks.all(case_id)).get("confirm_summary")
    return confirmed is not None and confirmed.ended


def without_result(case: Case) -> Case:
    """The case of somebody who wants no clinical intake."""
    return replace(case, outcome=None, decision=None, visit=None)


async def _audit_lowered(ctx: Context, uow: UnitOfWork, case: Case, before: Level) -> None:
    detail = {"from": before.value, "to": case.level.value}
    await uow.audit.add(
        actor="patient",
        action="case.downgraded_by_patient",
        case_id=case.id,
        at=ctx.clock.now(),
        detail=detail,
    )


def judged(
    case: Case, judgement: Judgement, *, correction: bool, lowered_flag: str = "downgraded_by_patient"
) -> Case:
    """The case with a judgement's result. A level drops by explicit correction only (clinical.md 3.0)."""
    lowered = judgement.level < case.level
    if lowered and not correction:
        return case
    flags = tuple(flag for flag in case.flags if flag not in _OF_JUDGEMENT)
    if lowered:
        flags = (*flags, lowered_flag)
    return replace(
        case,
        level=judgement.level,
        rules=judgement.rules,
        outcome=judgement.outcome,
        decision=judgement.decision,
        visit=judgement.visit,
        flags=tuple(dict.fromkeys((*flags, *judgement.flags))),
    )


def _facts(ctx: Context, view: CaseView, message: Message, reading: Reading) -> list[Fact]:
    """A reading's facts. A first doubt about a safety fact stays open: it is asked once more (3.5)."""
    dictionary = ctx.protocols.dictionary
    values = {**_said_beside(view, reading, dictionary), **reading.facts}
    return [
        Fact(
            variable=name,
            value=value,
            words=reading.words_for(name) or message.text,
            message_id=message.id,
            asked=view.asked,
            by="patient",
            at=message.at,
        )
        for name, value in values.items()
        if not _denies_the_rest(view, reading, name, value, dictionary)
        and not leaves_in_the_middle(view, name, value, dictionary)
        and not (
            value == doubts.DOUBT
            and dictionary[name].safety
            and not doubts.asked_again(view, name, dictionary)
        )
    ]


def fact(
    message: Message,
    variable: str,
    value: Value | None,
    asked: str,
    *,
    declined: bool = False,
    by_patient: bool = True,
) -> Fact:
    """A fact that a message gave in answer to `asked`."""
    return Fact(
        variable=variable,
        value=value,
        words=message.text,
        message_id=message.id,
        asked=asked,
        by="patient" if by_patient else "derived",
        at=message.at,
        declined=declined,
    )


def _denies_the_rest(
    view: CaseView, reading: Reading, name: str, value: Value, dictionary: Dictionary
) -> bool:
    """A "no" to a gate that was put for the rest of its facts says nothing about those known before."""
    names_it = reading.correction and reading.answer != "full"  # "actually no fever, that was my son"
    gate = None if view.put_again or names_it else dictionary.gates.get(view.asked or "")
    held = view.facts.get(name)
    return (
        gate is not None and held is not None and held.value is not None and gate.clear_no.get(name) == value
    )


def leaves_in_the_middle(view: CaseView, name: str, value: Value, dictionary: Dictionary) -> bool:
    """A word on bills or records beside a clinical question ends no intake; who wants the office is heard.

    (The engine's intent says so, and `interview.admin` acts on it.)
    """
    asked = view.asked or ""
    clinical = asked in dictionary.gates or (asked in dictionary and dictionary[asked].section != "A")
    return name == "visit_reason" and value in agenda.NO_INTAKE_REASONS and clinical


def _said_beside(view: CaseView, reading: Reading, dictionary: Dictionary) -> dict[str, Value]:
    """What a "yes" or "no" says of the facts that were asked in one message with the open one.

    A plain "no" to several yes-or-no facts denies all of them; beside a value ("in June, yes") it answers
    the one that is left, if that is no danger sign.
    """
    asked = view.asked or ""
    if view.pending is None or asked not in reading.facts or reading.answer != "full":
        return {}
    closed = ("yes_no", "four_valued")
    also = [name for name in view.pending.also_asks if dictionary[name].kind in closed]
    if dictionary[asked].kind in closed:
        return (
            dict.fromkeys(also, "no") if reading.polarity == "deny" and reading.facts[asked] == "no" else {}
        )
    said = {"affirm": "yes", "deny": "no"}.get(reading.polarity or "")
    if said is None or len(view.pending.also_asks) != 1 or len(also) != 1 or dictionary[also[0]].safety:
        return {}
    return {also[0]: said}


def _corrects(ctx: Context, view: CaseView, message: Message, reading: Reading) -> bool:
    """Without a marker: the answer to "what is wrong?", and what follows an emergency called a mistake."""
    if view.case.phase == "emergency":
        return view.case.handoff != "crisis" and (
            view.mistaken or safe_now(message.text, ctx.reader.sayings) == "mistake"
        )
    if view.asked == "confirm_summary" and reading.polarity == "affirm":
        return False
    return view.asked in corrections.ABOUT_KNOWN and bool(reading.facts)


def _replaced(view: CaseView, dictionary: Dictionary) -> frozenset[str]:
    """What the open question asks about, when it was put again on purpose: the new answer replaces."""
    if not view.put_again or view.pending is None:
        return frozenset()
    gate = dictionary.gates.get(view.asked or "")
    return frozenset(
        gate.clear_no if gate is not None else (view.pending.asks or "", *view.pending.also_asks)
    )


def _fold_all(
    current: Mapping[str, Fact],
    new: list[Fact],
    dictionary: Dictionary,
    *,
    correction: bool,
    replaced: Collection[str] = (),
) -> list[Fact]:
    """`correction` is about every new fact, `replaced` names those that replace what is known anyway."""
    written: list[Fact] = []
    for one in new:
        anew = correction or one.variable in replaced
        written += fold(_after(current, written), [one], dictionary, correction=anew)
    written += gone.with_what_changed(_after(current, written), written, correction=correction)
    held = _after(current, written)
    derived = [
        replace(held[source], variable=name, value=value, by="derived", asked=None)
        for name, (value, source) in derive(values_of(held)).items()
        if name != "cons_modalities" or value != 1 or _whole_account_of_care(held)
    ]
    return [*written, *fold(held, derived, dictionary, correction=False)]


def _whole_account_of_care(held: Mapping[str, Fact]) -> bool:
    """One kind told is not yet all kinds tried, unless how long and what came of it are told as well."""
    return all(name in held and held[name].value is not None for name in ("cons_weeks", "cons_relief"))


def _after(current: Mapping[str, Fact], written: Iterable[Fact]) -> dict[str, Fact]:
    return {**current, **{fact.variable: fact for fact in written}}


def _changes(current: Mapping[str, Fact], written: Iterable[Fact]) -> Iterable[Change]:
    for fact in written:
        old = current.get(fact.variable)
        if fact.corrected and old is not None:
            yield Change(old=old, new=fact)
