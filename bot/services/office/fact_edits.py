"""A clinician puts a fact right: checked by the dictionary, judged again, logged, with its consequences.

First what it would change is shown, then it is done; between the two nobody else may have changed the
fact. A level may drop this way, which is shown as such; a level that rises is told to the patient at
once, as if the patient had said it (clinical.md 3.0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.cases import AskState, Draft
from bot.domain.dictionary import Dictionary, Value
from bot.domain.errors import Conflict, InvalidInput
from bot.domain.facts import Fact, values_of
from bot.domain.findings import Reading
from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.protocols.fact_check import BadFact, check_facts
from bot.services.access.permissions import May, require
from bot.services.case import agenda, reception, safety, speaking
from bot.services.case.reception import Reception
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork

LOWERED = "downgraded_by_staff"
LONGEST_REASON = 500
NOT_KNOWN = ""
"""What a form sends to say that the value is not known after all."""


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What an entry would change."""

    variable: str
    value: Value | None
    held: Fact | None
    before: Level
    """The level the case stands at."""
    judgement: Judgement
    rules_on: tuple[str, ...]
    rules_off: tuple[str, ...]
    tells: Level | None
    """The level whose text the patient is sent at once; None: nothing is sent."""

    @property
    def lowers(self) -> bool:
        """Whether the level drops by it."""
        return self.judgement.level < self.before


def parse(dictionary: Dictionary, variable: str, raw: Sequence[str]) -> Value | None:
    """The value of a form's fields, None for "not known". Raises InvalidInput naming what is allowed."""
    given = [text.strip() for text in raw if text.strip()]
    if variable not in dictionary:
        raise InvalidInput("there is no such fact", code="unknown", field="variable")
    if not given:
        return None
    kind = dictionary[variable].kind
    value = given if kind == "list" else _number(given[0]) if kind == "number" else given[0]
    checked = check_facts({variable: value}, dictionary)
    if isinstance(checked, BadFact):
        allowed = checked.allowed if isinstance(checked.allowed, str) else ", ".join(checked.allowed)
        raise InvalidInput(f"allowed here: {allowed}", code="not_allowed_value", field="value")
    return checked[variable]


async def foresee(
    ctx: Context, member: StaffMember, case_id: str, *, variable: str, raw: Sequence[str], reason: str
) -> Outlook:
    """What the entry would change; nothing is written. Raises InvalidInput as `edit` does, NotAllowed."""
    require(member, May.EDIT_FACTS)
    value = parse(ctx.protocols.dictionary, variable, raw)
    _check_reason(reason)
    async with ctx.unit_of_work(write=False) as uow:
        view = await load_view(uow, case_id)
    return _outlook(ctx, view, variable, value, _written(ctx, view, variable, value, reason=reason))


async def edit(
    ctx: Context,
    member: StaffMember,
    case_id: str,
    *,
    variable: str,
    raw: Sequence[str],
    reason: str,
    seen: str,
) -> Outlook:
    """Write the fact, judge again, tell the patient what a risen level asks for.

    `seen` is the `stamp` of the fact on the form. Raises Conflict when it has changed meanwhile,
    InvalidInput without a reason or for a value the dictionary refuses, NotAllowed.
    """
    require(member, May.EDIT_FACTS)
    value = parse(ctx.protocols.dictionary, variable, raw)
    _check_reason(reason)
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, case_id)
        if stamp(view.facts.get(variable)) != seen:
            raise Conflict("this fact has changed since you opened it: look at it again")
        written = _written(ctx, view, variable, value, reason=f"{member.name}: {reason.strip()}")
        outlook = _outlook(ctx, view, variable, value, written)
        if not written:
            return outlook
        await _keep(ctx, uow, member, view, written, outlook)
        await uow.commit()
    ctx.wake(case_id)
    return outlook


def stamp(fact: Fact | None) -> str:
    """Names a fact's state: a form that was opened on another one is refused."""
    return "" if fact is None else f"{fact.at.isoformat()} {fact.by}"


def _written(ctx: Context, view: CaseView, variable: str, value: Value | None, *, reason: str) -> list[Fact]:
    held = view.facts.get(variable)
    entry = Fact(
        variable=variable, value=value, words="", message_id=None, asked=None, by="staff",
        at=ctx.clock.now(), corrected=held is not None and held.value is not None, reason=reason,
    )  # fmt: skip
    if value is not None:
        return _as_entered(entry, reception.folded(ctx, view, [entry], correction=True))
    if held is None or held.value is None:
        return []
    return [entry]


def _as_entered(entry: Fact, written: Sequence[Fact]) -> list[Fact]:
    # Folding marks every entry a correction; the first value of a fact corrects nothing.
    return [replace(one, corrected=entry.corrected) if one.by == "staff" else one for one in written]


def _outlook(
    ctx: Context, view: CaseView, variable: str, value: Value | None, written: Sequence[Fact]
) -> Outlook:
    held = {**view.facts, **{fact.variable: fact for fact in written}}
    judgement = ctx.protocols.judge(values_of(held))
    before = frozenset(view.case.rules)
    return Outlook(
        variable=variable,
        value=value,
        held=view.facts.get(variable),
        before=view.case.level,
        judgement=judgement,
        rules_on=tuple(rule for rule in judgement.rules if rule not in before),
        rules_off=tuple(rule for rule in view.case.rules if rule not in judgement.rules),
        tells=_tells(view, judgement, before),
    )


def _tells(view: CaseView, judgement: Judgement, before: frozenset[str]) -> Level | None:
    fresh = [why.level for why in judgement.why if why.rule not in before]
    news = judgement.level > view.case.level or judgement.level in fresh
    if not news or judgement.level < Level.SAME_DAY or _not_writable(view):
        return None
    return judgement.level


def _not_writable(view: CaseView) -> bool:
    """Nobody writes where it is not safe, or to somebody who wants nothing kept."""
    return agenda.NOT_SAFE_HERE in view.case.flags or view.case.consent == "refused"


async def _keep(
    ctx: Context,
    uow: UnitOfWork,
    member: StaffMember,
    view: CaseView,
    written: Sequence[Fact],
    outlook: Outlook,
) -> None:
    case = view.case
    await uow.facts.add(case.id, written)
    if outlook.value is None:
        await uow.asks.save(case.id, AskState(name=outlook.variable, state="wanted"))
    fresh = await uow.cases.get(case.id)
    judged = reception.judged(fresh, outlook.judgement, correction=True, lowered_flag=LOWERED)
    await reception.keep_judgement(ctx, uow, judged, outlook.judgement, message_id=None)
    drafts = await safety.after_staff_entry(ctx, uow, await _seen(uow, case.id, outlook))
    if drafts and not _not_writable(view):
        await _tell(ctx, uow, case.id, drafts)
    detail = {
        "variable": outlook.variable,
        "level_before": outlook.before.value,
        "level_after": outlook.judgement.level.value,
        "told": outlook.tells.value if outlook.tells else None,
    }
    await uow.audit.add(
        actor=member.name, action="fact.edited", case_id=case.id, at=ctx.clock.now(), detail=detail
    )


async def _seen(uow: UnitOfWork, case_id: str, outlook: Outlook) -> Reception:
    """The entry as safety looks at a message: what it raised the case to, and from where."""
    return Reception(
        view=await load_view(uow, case_id),
        reading=Reading(),
        judgement=outlook.judgement,
        before=outlook.before,
        new_rules=outlook.rules_on,
        changes=(),
    )


async def _tell(ctx: Context, uow: UnitOfWork, case_id: str, drafts: Sequence[Draft]) -> None:
    case = await uow.cases.get(case_id)
    await speaking.say(ctx, uow, case, drafts, reply_to=None, channel=case.channel)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("say why: the reason stands beside the value", code="empty", field="reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(f"at most {LONGEST_REASON} characters", code="too_long", field="reason")


def _number(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
