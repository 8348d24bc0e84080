"""Saying back what was heard: the story in one sentence, what a correction changed, that pain is a burden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.domain.cases import Draft
from bot.domain.dictionary import Value
from bot.domain.facts import Fact
from bot.services.case import summary, wording
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork

_MOST = 8
"""More than that is no sentence any more; the summary tells all."""
_LIMB = {"leg_above_knee": "leg", "leg_below_knee": "leg", "arm": "arm"}
_HOW_FAR = {"leg_below_knee": " past the knee"}
"""Said only where the words said it: "down my leg" is kept as above the knee and names no knee."""
_CARE = {
    "cons_pt": "physical therapy", "cons_meds": "medicine", "cons_injections": "spine shots",
    "cons_activity": "rest", "cons_laser": "laser care",
}  # fmt: skip
_TOLD_TOGETHER = frozenset(
    {
        "region", "radiates", "side", "duration_weeks", "course", "limits", "imaging", "imaging_months",
        "cons_weeks", "cons_modalities", "cons_pt_weeks", "cons_other", "sudden_onset", *_CARE,
    }
)  # fmt: skip
_OF_THE_SURGERY = ("prior_spine_surgery", "recent_spine_procedure")
"""Said with its day, not once more for each question that it answers."""
_WITH_SIDE = ("leg", "arm", "hip", "knee", "shoulder", "buttock")
_BAD_PAIN = 8


def story(ctx: Context, view: CaseView) -> str:
    """ "low back and left leg, about 8 months, getting worse"; empty when too little was said."""
    phrases = list(_phrases(ctx, view))
    return ", ".join(phrases[:_MOST]) if len(phrases) > 1 else ""


def _phrases(ctx: Context, view: CaseView) -> Iterator[str]:
    values = view.values
    place = _place(ctx, values)
    yield from (place,) if place else ()
    for name in ("duration_weeks", "course"):
        if name in values:
            yield _shown(ctx, name, values[name])
    if values.get("sudden_onset") == "yes":
        yield "started all at once"
    if isinstance(hard := values.get("limits"), tuple):
        yield f"trouble with {_listed([_shown(ctx, 'limits', (one,)) for one in hard])}"
    if "postop_days" in values:
        yield f"spine surgery {_shown(ctx, 'postop_days', values['postop_days'])} ago"
    yield from _care(ctx, values)
    yield from _pictures(ctx, values)
    yield from _others(ctx, values)


def _place(ctx: Context, values: Mapping[str, Value]) -> str:
    region = values.get("region")
    places = [_shown(ctx, "region", (one,)) for one in region] if isinstance(region, tuple) else []
    side, radiates = values.get("side"), str(values.get("radiates"))
    limb = _LIMB.get(radiates)
    if limb and limb in places:
        places.remove(limb)
    sided = [_sided(place, side) for place in places] if limb is None else places
    told = _listed(sided)
    how_far = _HOW_FAR.get(radiates, "")
    travels = f"down the {_sided(limb, side)}{how_far}" if limb else ""
    return ", ".join(part for part in (told, travels) if part)


def _sided(limb: str, side: Value | None) -> str:
    if limb not in _WITH_SIDE or side not in ("left", "right", "both"):
        return limb
    return f"both {limb}s" if side == "both" else f"{side} {limb}"


def _care(ctx: Context, values: Mapping[str, Value]) -> Iterator[str]:
    tried = [said for name, said in _CARE.items() if values.get(name) == "yes"]
    if isinstance(other := values.get("cons_other"), tuple):
        tried += [_shown(ctx, "cons_other", (one,)) for one in other if one != "none"]
    if tried:
        yield f"tried {_listed(tried)}"


def _pictures(ctx: Context, values: Mapping[str, Value]) -> Iterator[str]:
    kind = values.get("imaging")
    if kind in (None, "none", "unknown"):
        return
    months = values.get("imaging_months")
    when = f" {_shown(ctx, 'imaging_months', months)} ago" if months is not None else ""
    yield f"{_shown(ctx, 'imaging', str(kind))}{when}"


def _others(ctx: Context, values: Mapping[str, Value]) -> Iterator[str]:
    told = (*_TOLD_TOGETHER, *(_OF_THE_SURGERY if "postop_days" in values else ()))
    for name, value in values.items():
        variable = ctx.protocols.dictionary[name]
        if name not in told and variable.section != "A" and variable.label and value == "yes":
            yield variable.label.lower()


def _shown(ctx: Context, name: str, value: Value) -> str:
    return wording.told(ctx.protocols.dictionary[name], value)


def _listed(words: list[str]) -> str:
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)


async def changes(ctx: Context, uow: UnitOfWork, view: CaseView, message_id: str) -> tuple[Draft, ...]:
    """What this message changed, from what to what; the old value stays in the history."""
    history = await uow.facts.history(view.case.id)
    said = [
        line
        for fact in view.facts.values()
        if fact.message_id == message_id
        and fact.by == "patient"
        and (line := _change(ctx, view, fact, history[fact.variable]))
    ]
    return (Draft(kind="info", text=" ".join(said), text_id="correction_echo"),) if said else ()


def _change(ctx: Context, view: CaseView, fact: Fact, history: list[Fact]) -> str:
    variable = ctx.protocols.dictionary[fact.variable]
    old = next((before.value for before in reversed(history[:-1]) if before.value is not None), None)
    grew = variable.kind == "list" and not fact.corrected
    if (
        fact.value is None
        or old in (None, "unsure", fact.value)
        or fact.conflict
        or grew
        or not variable.label
    ):
        return ""
    if variable.name in summary.COLLECTIVE:  # "from 2 to 3" tells nobody what was changed
        told = next((one.told for one in summary.lines(ctx, view) if one.variable == variable.name), "")
        return wording.text(ctx, view, "correction_list", label=variable.label, new=told) if told else ""
    shown = {"old": wording.told(variable, old or ""), "new": wording.told(variable, fact.value or "")}
    return wording.text(ctx, view, "correction_echo", label=variable.label, **shown)


def heavy_pain(view: CaseView, message_id: str) -> bool:
    """Whether this message tells of pain that is hard to live with: acknowledged once a conversation."""
    told = {name: fact.value for name, fact in view.facts.items() if fact.message_id == message_id}
    score = told.get("pain_nrs")
    return told.get("function_limit") == "severe" or (isinstance(score, (int, float)) and score >= _BAD_PAIN)
