"""Reading back what was understood: the summary, which line is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.cases import Draft, MessageChoice
from bot.domain.dictionary import Value, Variable
from bot.services.case.wording import labelled, text, told
from bot.services.case_view import CaseView
from bot.services.context import Context

_JOINED = {
    "radiates": ("side",),
    "duration_weeks": ("course",),
    "imaging": ("imaging_months",),
    "dx": ("slip_grade", "levels", "cobb_deg"),
    "cons_modalities": (
        "cons_pt", "cons_meds", "cons_injections", "injection_count",
        "cons_activity", "cons_laser", "cons_other",
    ),
    "prior_spine_surgery": ("prior_surgery_type", "prior_surgery_count", "prior_surgery_months_ago"),
}  # fmt: skip
"""Facts that are told on one line, under the first one's label."""
COLLECTIVE = frozenset({"cons_modalities"})
"""Lines whose head says nothing that their parts do not say."""
_TOLD_ELSEWHERE = frozenset(name for tail in _JOINED.values() for name in tail)
_LINE_AND_VALUE = re.compile(
    r"(?:line|number|no\.?|#)?\s*(\d{1,2})\s*(?:is (?:wrong,? )?|should (?:be|say)|to|[:=-])\s*"
    r"(?:it'?s |it is )?(\S.*)",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"(?:change|fix|edit|no,?)?\s*(?:line|number|no\.?|#)?\s*(\d{1,2})"
    r"(?:\s*(?:is|was)?\s*(?:wrong|not right|off))?[.!]?"
)
_ONLY_WRONG = re.compile(
    r"(?:is |was |all )*(?:wrong|off|incorrect|not (?:right|correct|true))[.! ]*", re.IGNORECASE
)
"""Says that a line is wrong, not what is right."""
_FRAME = frozenset(
    {"who_for", "gate_incomplete", "recent_spine_procedure", "channel", "language", "visit_reason"}
)
_OF_THE_PERSON = frozenset(
    {
        "age",
        "sex",
        "relation",
        "birth_date",
        "contact_name",
        "contact_phone",
        "contact_email",
        "callback_ok_time",
    }
)
"""Read back last: first what hurts, then what was tried and wished."""
_NOTHING = ("no", "none", "unsure", ("none",))
_TOLD_AT_ALL_EVENTS = frozenset({"surgery_preference", "cons_relief"})
"""Here a "no" decides as much as a "yes": it is read back."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the summary; `variable` is what is asked again when it is wrong."""

    variable: str
    label: str
    told: str

    def __str__(self) -> str:
        return f"{self.label}: {self.told}"


def lines(ctx: Context, view: CaseView) -> list[Line]:
    """What is worth reading back, the complaint first, wishes and the person last; denials are left out."""
    dictionary = ctx.protocols.dictionary
    ordered = sorted(dictionary, key=lambda name: (name in _OF_THE_PERSON, dictionary[name].section == "A"))
    return [line for name in ordered if (line := _line(ctx, view.values, name)) is not None]


def summary_draft(ctx: Context, view: CaseView) -> Draft:
    """ "Here is what I understood": numbered lines, right or not."""
    # By text message numbers are the choices'; a second numbering would be read as one of them.
    plain = view.case.channel == "sms"
    placed = enumerate(lines(ctx, view), start=1)
    numbered = [f"- {line}" if plain else f"{number}. {line}" for number, line in placed]
    body = "\n".join([text(ctx, view, "summary_intro"), *numbered, text(ctx, view, "summary_outro")])
    choices = labelled(
        (("choice_summary_right", "affirm", {}), ("choice_summary_wrong", "deny", {})), ctx, view
    )
    return Draft(kind="summary", text=body, asks="confirm_summary", choices=choices, text_id="summary_intro")


def named_with_value(ctx: Context, view: CaseView, text: str) -> tuple[str, str] | None:
    """ "Line 3 should be 10 months": the fact of that line and the words of its new value."""
    if view.asked not in ("confirm_summary", "which_fact"):
        return None
    found = _LINE_AND_VALUE.fullmatch(text.strip())
    known = lines(ctx, view)
    if found is None or _ONLY_WRONG.fullmatch(found.group(2)):
        return None
    place = int(found.group(1))
    return (known[place - 1].variable, found.group(2)) if 1 <= place <= len(known) else None


def named_line(ctx: Context, view: CaseView, text: str) -> str | None:
    """ "3", "line 3 is wrong": the fact of that line of the summary."""
    number = _LINE.fullmatch(text.strip().lower())
    known = lines(ctx, view)
    place = int(number.group(1)) if number else 0
    return known[place - 1].variable if 1 <= place <= len(known) else None


def which_fact_draft(ctx: Context, view: CaseView, *, lead: str = "") -> Draft:
    """Which line is wrong?"""
    choices = tuple(
        MessageChoice(id=f"c{number}", label=str(line), means=f"fact:{line.variable}")
        for number, line in enumerate(lines(ctx, view), start=1)
    )
    body = f"{lead} {text(ctx, view, 'summary_which')}".strip()
    return Draft(kind="question", text=body, asks="which_fact", choices=choices, text_id="summary_which")


def _line(ctx: Context, values: dict[str, Value], name: str) -> Line | None:
    variable = ctx.protocols.dictionary[name]
    if name in _FRAME or name in _TOLD_ELSEWHERE or variable.section == "contact" or not variable.label:
        return None
    parts = dict(_told(ctx, values, name))
    if not parts:
        return None
    spoken_for = name if name in COLLECTIVE else next(iter(parts))
    label = ctx.protocols.dictionary[spoken_for].label
    return Line(variable=spoken_for, label=label, told=", ".join(parts.values()))


def _told(ctx: Context, values: dict[str, Value], head: str) -> Iterator[tuple[str, str]]:
    """Each known fact of the line with its words."""
    for name in (head, *_JOINED.get(head, ())):
        value = values.get(name)
        says = value not in _NOTHING or name in _TOLD_AT_ALL_EVENTS
        if value is not None and says and name not in COLLECTIVE:
            yield name, _words(ctx.protocols.dictionary[name], value, alone=name == head)


def _words(variable: Variable, value: Value, *, alone: bool) -> str:
    """A value, with what it needs beside other values of its line to be understood."""
    shown = told(variable, value)
    if variable.name == "imaging_months":
        return f"{shown} ago"
    if alone:
        return shown
    if variable.name == "side":
        return "both sides" if value == "both" else f"{shown} side"
    if value == "yes":
        return variable.label.lower()
    if variable.name in ("slip_grade", "levels"):
        return f"{variable.label.lower()} {shown}"
    return f"{shown} in all" if variable.name in ("injection_count", "prior_surgery_count") else shown
