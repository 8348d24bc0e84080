"""How we say it: asks as messages with choices, values in plain words, times in the clinic's zone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bot.domain.cases import Draft, Kind, MessageChoice
from bot.domain.dictionary import Value, Variable
from bot.domain.lengths import plain_length
from bot.domain.schedule import Appointment
from bot.protocols import AskPlan
from bot.services.case import naming
from bot.services.case_view import CaseView
from bot.services.context import Context

_ABOUT_THE_WRITER = (
    "who_for", "relation", "age", "contact_name", "contact_phone", "contact_email", "callback_ok_time",
)  # fmt: skip
_REST = {"G1": "rest_now", "G2": "rest_new"}
_LENGTHS = ("days", "weeks", "months", "years")
_YES_NO = (("yes", "affirm"), ("no", "deny"))


def say(ctx: Context, view: CaseView, text_id: str, *, kind: Kind = "info", **fields: object) -> Draft:
    """A text of the protocols as a message that asks nothing."""
    return Draft(kind=kind, text=text(ctx, view, text_id, **fields), text_id=text_id)


def text(ctx: Context, view: CaseView, text_id: str, **fields: object) -> str:
    """A text of the protocols in the words of the case's channel."""
    channel = "sms" if view.case.channel == "sms" else "web"
    return ctx.protocols.texts.say(text_id, channel=channel, **fields)


def ask_draft(ctx: Context, view: CaseView, plan: AskPlan, *, which: bool = False) -> Draft:
    """The question of a plan; the second time in plainer words, `which` after a bare yes to a group."""
    again = view.times_asked(plan.name) >= 1
    if plan.name in ctx.protocols.dictionary.gates:
        return _about(ctx, view, _gate_draft(ctx, view, plan, again=again, which=which))
    if plan.name in ctx.protocols.dictionary:
        draft = _variable_draft(ctx, view, plan, again=again)
        return draft if plan.name in _ABOUT_THE_WRITER else _about(ctx, view, draft)
    return _frame_draft(ctx, view, plan.name, again=again)


def show(variable: Variable, value: Value) -> str:
    """A value in plain words: the button's label where there is one, units where they belong."""
    if isinstance(value, tuple):
        return ", ".join(show(variable, item) for item in value)
    for choice in variable.choices:
        if choice.value == value:
            return choice.label
    if isinstance(value, (int, float)):
        return _amount(variable, float(value))
    return str(value).replace("_", " ") if variable.kind != "text" else str(value)


def told(variable: Variable, value: Value) -> str:
    """A value as a part of a sentence: "about the same", "MRI", "I am open to it", "(314) 555-0100"."""
    if variable.kind == "text":
        return _dialled(str(value)) if variable.name == "contact_phone" else str(value)
    if isinstance(value, tuple):
        return ", ".join(told(variable, item) for item in value)
    shown = show(variable, value)
    stands = shown.startswith("I ") or not (shown[1:2].islower() or shown[1:2] == " ")
    return shown if stands else shown[:1].lower() + shown[1:]


def _dialled(number: str) -> str:
    """An American number as people write it: (314) 555-0123."""
    return re.sub(r"\+1(\d{3})(\d{3})(\d{4})", r"(\1) \2-\3", number)


def moment(ctx: Context, when: dt.datetime) -> str:
    """ "Tue, Dec 1 at 9:00 AM" in the clinic's zone."""
    local = when.astimezone(ctx.protocols.clinic.zone)
    half = "AM" if local.hour < 12 else "PM"
    return f"{local:%a}, {local:%b} {local.day} at {local.hour % 12 or 12}:{local:%M} {half}"


def provider_name(ctx: Context, appointment: Appointment) -> str:
    """As the patient reads it; plain words for somebody who is no longer with the clinic."""
    found = (one.name for one in ctx.protocols.clinic.providers if one.id == appointment.provider_id)
    return next(found, ctx.protocols.texts.say("somebody_of_ours", channel="web"))


def visit_name(ctx: Context, appointment: Appointment) -> str:
    """As the patient reads it; plain words for a visit that the clinic has renamed."""
    visit = ctx.protocols.visits.get(appointment.visit)
    return visit.name if visit else ctx.protocols.texts.say("some_visit", channel="web")


def numbered(items: Iterable[tuple[str, str]]) -> tuple[MessageChoice, ...]:
    """Choices from (label, means), with ids that are unique within the message."""
    return tuple(
        MessageChoice(id=f"c{number}", label=label, means=means)
        for number, (label, means) in enumerate(items, start=1)
    )


def _about(ctx: Context, view: CaseView, draft: Draft) -> Draft:
    """To somebody who writes for the patient: whom the question is about, as they call them."""
    if not view.proxy:
        return draft
    body = naming.speaks_of(view, draft.text)
    if naming.speaks_to_the_writer(draft.text):
        whom = text(ctx, view, "for_whom", label=naming.called(view))
        in_other_words = text(ctx, view, "in_other_words")
        body = f"{whom} {body.removeprefix(in_other_words).lstrip()}"
    return replace(draft, text=body)


# --- the parts ----------------------------------------------------------------------------------


def _gate_draft(ctx: Context, view: CaseView, plan: AskPlan, *, again: bool, which: bool) -> Draft:
    gate = ctx.protocols.dictionary.gates[plan.name]
    if which and gate.choices:
        choices = tuple(_which_choices(ctx, view, plan.name))
        return Draft(
            kind="question",
            text=text(ctx, view, "which_of_these"),
            asks=plan.name,
            choices=choices,
            text_id="which_of_these",
        )
    open_facts = {name: value for name, value in gate.clear_no.items() if name not in view.values}
    partly = 0 < len(open_facts) < len(gate.clear_no)
    open_facts = open_facts or dict(gate.clear_no)  # put again as a whole: "go back"
    body = gate.question.wording(channel=_channel(view), proxy=view.proxy, again=again)
    if partly:
        body = _the_rest(ctx, view, plan.name, open_facts)
    choices = labelled(
        (
            ("choice_no_to_all", "deny", open_facts),
            ("choice_yes_some", "affirm", {}),
            ("choice_not_sure", "unsure", {}),
        ),
        ctx,
        view,
    )
    return Draft(kind="question", text=body, asks=plan.name, choices=choices, text_id=plan.name)


def _the_rest(ctx: Context, view: CaseView, name: str, open_facts: Mapping[str, Value]) -> str:
    """A gate that is partly answered asks for nothing but the rest."""
    labels: dict[str, str] = {}
    for choice in ctx.protocols.dictionary.gates[name].choices:
        labels.setdefault(choice.value.partition("=")[0], choice.label)
    items = [f"- {labels.get(fact, ctx.protocols.dictionary[fact].label)}" for fact in open_facts]
    return "\n".join([text(ctx, view, _REST.get(name, "anything_else_of_these")), *items])


def _which_choices(ctx: Context, view: CaseView, name: str) -> Iterator[MessageChoice]:
    gate = ctx.protocols.dictionary.gates[name]
    still_open = {item for item in gate.clear_no if item not in view.values} or set(gate.clear_no)
    for number, choice in enumerate(gate.choices, start=1):
        variable, _, value = choice.value.partition("=")
        if variable in gate.clear_no and variable not in still_open:
            continue  # told already
        yield MessageChoice(
            id=f"c{number}", label=choice.label, sets={variable: _typed(ctx, variable, value or "yes")}
        )
    none = {item: value for item, value in gate.clear_no.items() if item not in view.values} or gate.clear_no
    yield MessageChoice(id="c0", label=text(ctx, view, "choice_none_of_these"), sets=none, means="deny")


def _variable_draft(ctx: Context, view: CaseView, plan: AskPlan, *, again: bool) -> Draft:
    variable = ctx.protocols.dictionary[plan.name]
    body = _question_text(ctx, view, plan, again=again)
    return Draft(
        kind="question",
        text=body,
        asks=plan.name,
        also_asks=tuple(name for name in plan.variables if name != plan.name),
        choices=_variable_choices(ctx, view, variable),
        text_id=plan.name,
    )


def _question_text(ctx: Context, view: CaseView, plan: AskPlan, *, again: bool) -> str:
    if len(plan.variables) > 1 and (not again or _asks_anew(view, plan)):
        return _group_text(ctx, view, plan)
    third = f"ask_{plan.name}_third"
    if view.times_asked(plan.name) > 1 and ctx.protocols.texts.has(third):
        return text(ctx, view, third)
    question = ctx.protocols.dictionary[plan.name].question
    if question is None:
        return _unwritten(ctx, view, ctx.protocols.dictionary[plan.name], again=again)
    return question.wording(channel=_channel(view), proxy=view.proxy, again=again)


def _asks_anew(view: CaseView, plan: AskPlan) -> bool:
    """Whether a question that comes again has something beside it that was not asked before."""
    return any(view.times_asked(name) == 0 for name in plan.variables)


def said_of(view: CaseView, plan: AskPlan) -> AskPlan:
    """What is really asked of a plan: the plainer words of a question that comes again are about it alone."""
    again = view.times_asked(plan.name) >= 1 and plan.name in plan.variables
    return replace(plan, variables=(plan.name,)) if again and not _asks_anew(view, plan) else plan


def _group_text(ctx: Context, view: CaseView, plan: AskPlan) -> str:
    """The group's own words; where a part of it is known, the single questions one after the other."""
    dictionary = ctx.protocols.dictionary
    missing = [name for name in ctx.protocols.asked_with(plan.name) if name not in plan.variables]
    whole = not any(dictionary[name].ask == "plan" for name in missing)
    if whole and ctx.protocols.texts.has(f"group_{plan.name}"):
        return text(ctx, view, f"group_{plan.name}")
    single = [AskPlan(name=name, variables=(name,)) for name in plan.variables]
    return " ".join(_question_text(ctx, view, one, again=False) for one in single)


def _unwritten(ctx: Context, view: CaseView, variable: Variable, *, again: bool) -> str:
    """A fact that no plan asks for: about a danger sign a closed question all the same."""
    if again and ctx.protocols.texts.has(f"ask_{variable.name}_again"):
        return text(ctx, view, f"ask_{variable.name}_again")
    if ctx.protocols.texts.has(f"ask_{variable.name}"):
        return text(ctx, view, f"ask_{variable.name}")
    return text(ctx, view, "ask_closed" if variable.safety else "tell_me_more", label=variable.label)


def _variable_choices(ctx: Context, view: CaseView, variable: Variable) -> tuple[MessageChoice, ...]:
    if variable.choices:
        offered = [(choice.label, _typed(ctx, variable.name, choice.value)) for choice in variable.choices]
    elif variable.kind in ("four_valued", "yes_no"):
        offered = [(text(ctx, view, "choice_yes"), "yes"), (text(ctx, view, "choice_no"), "no")]
    else:
        return ()
    unsure = text(ctx, view, "choice_not_sure")
    choices = [
        MessageChoice(id=f"c{number}", label=label, sets={variable.name: value}, means=_means(value))
        for number, (label, value) in enumerate(offered, start=1)
    ]
    if variable.section != "A" and unsure not in [label for label, _ in offered]:
        choices.append(MessageChoice(id="c0", label=unsure, means="unsure"))
    return tuple(choices)


def _means(value: Value) -> str:
    return next((means for word, means in _YES_NO if word == value), "")


def _typed(ctx: Context, name: str, value: str) -> Value:
    kind = ctx.protocols.dictionary[name].kind
    if kind == "number":
        return float(value)
    return (value,) if kind == "list" else value


_FRAME_KINDS: dict[str, Kind] = {"choose_time": "times"}
_FRAME_CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "consent": (("choice_consent_agree", "affirm"), ("choice_consent_refuse", "deny")),
    "parent_present": (("choice_yes", "affirm"), ("choice_no", "deny")),
    "wants_person": (("choice_yes", "affirm"), ("choice_no", "deny")),
}


def _frame_draft(ctx: Context, view: CaseView, name: str, *, again: bool) -> Draft:
    variants = [one for one in (f"ask_{name}_again", f"ask_{name}_third") if ctx.protocols.texts.has(one)]
    times = view.times_asked(name)
    text_id = variants[(times - 1) % len(variants)] if again and variants else f"ask_{name}"
    choices = labelled(((label, means, {}) for label, means in _FRAME_CHOICES.get(name, ())), ctx, view)
    return Draft(
        kind=_FRAME_KINDS.get(name, "question"),
        text=text(ctx, view, text_id),
        asks=name,
        choices=choices,
        text_id=text_id,
    )


def frame_again(ctx: Context, view: CaseView, name: str) -> str:
    """The plainer words of a question of the frame; empty when there are none."""
    return text(ctx, view, f"ask_{name}_again") if ctx.protocols.texts.has(f"ask_{name}_again") else ""


def disc_or_slip(ctx: Context, view: CaseView) -> Draft:
    """ "A slipped disc": which of the two is meant."""
    items: tuple[tuple[str, str, dict[str, Value]], ...] = (
        ("choice_disc", "", {"dx": ("herniated_disc",)}),
        ("choice_slip", "", {"dx": ("spondylolisthesis",)}),
        ("choice_not_sure", "unsure", {}),
    )
    body = text(ctx, view, "disc_or_slip")
    return Draft(
        kind="question", text=body, asks="dx", choices=labelled(items, ctx, view), text_id="disc_or_slip"
    )


def laughing_or_loss(ctx: Context, view: CaseView) -> Draft:
    """A leak that was told with a laugh: asked once in those words (clinical.md 3.3)."""
    items: tuple[tuple[str, str, dict[str, Value]], ...] = (
        ("choice_laughing", "", {"bladder_incontinence": "no"}),
        ("choice_new_loss", "", {"bladder_incontinence": "yes"}),
        ("choice_not_sure", "unsure", {}),
    )
    return Draft(
        kind="question", text=text(ctx, view, "laughing_or_loss"), asks="bladder_incontinence",
        choices=labelled(items, ctx, view), text_id="laughing_or_loss",
    )  # fmt: skip


def labelled(
    items: Iterable[tuple[str, str, dict[str, Value]]], ctx: Context, view: CaseView
) -> tuple[MessageChoice, ...]:
    """Choices from (text id of the label, means, facts it sets)."""
    return tuple(
        MessageChoice(id=f"c{number}", label=text(ctx, view, label), sets=sets, means=means)
        for number, (label, means, sets) in enumerate(items, start=1)
    )


def _amount(variable: Variable, value: float) -> str:
    unit = variable.unit or ""
    if unit in _LENGTHS:
        return plain_length(value, unit)
    number = f"{value:g}" if value == round(value, 1) else f"{value:.1f}"
    return f"{number} {unit.rstrip('s') if value == 1 else unit}".strip()


def _channel(view: CaseView) -> str:
    return "sms" if view.case.channel == "sms" else "web"
