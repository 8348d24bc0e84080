"""Old bladder and bowel troubles with a known cause: what explains them, and whether they changed lately.

"BPH for years but can't pee at all since last night": retention, explained by bph, changed in 14 days. A
cause counts when it is a diagnosis or the patient says that a clinician named it; a water pill, pregnancy,
much drinking explain peeing often by themselves, a cough or sneeze an old leak (clinical.md 2.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Dictionary, Value
from bot.language.text.report import Report

RECENT_DAYS = 14
_CAUSE = "cause "
"""Frames of this name say a cause: "cause bph"."""
_STEADY, _CHANGED = "unchanged", "changed lately"
_WORSE = "got worse"
_TOLD = "told by a clinician"
_ORDINARY = frozenset(("medicine", "fluids", "pregnancy"))
_NEED_TELLING = frozenset(("medicine", "postpartum"))
"""Causes of a symptom other than peeing often that count when a clinician named them."""
_STRESS = "stress_incontinence"
_OLD_DAYS = 90
_SAID = ("present", "historical", "resolved")
"""How a cause may be told: "he told me but the name is gone" still tells that there is one."""
_UNNAMED = ("other_told_by_doctor", "none")


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One fact about a symptom's cause: the variable, its value, the report that says it."""

    variable: str
    value: Value
    said_by: Report


def explanations(
    reports: Sequence[Report], facts: Mapping[str, Value], dictionary: Dictionary
) -> Iterator[Explained]:
    """Cause and change of every symptom of the message that can have them."""
    for report in reports:
        for name, value in report.sets.items():
            if value == "yes" and report.counts and f"{name}_explained" in dictionary:
                yield from _of_symptom(name, report, reports, facts)


def cause_told(reports: Sequence[Report], asked: str | None) -> Iterator[Explained]:
    """ "He said it's the diabetes", asked what a doctor told: the first cause of the answer."""
    if asked is None or not asked.endswith("_explained"):
        return
    named = [r for r in reports if r.name.startswith(_CAUSE) and r.assertion in _SAID]
    cause = min(named, key=lambda r: _cause_of(r) in _UNNAMED, default=None)
    if cause is not None:
        yield Explained(variable=asked, value=_cause_of(cause), said_by=cause)


def _of_symptom(
    name: str, symptom: Report, reports: Sequence[Report], facts: Mapping[str, Value]
) -> Iterator[Explained]:
    near = [r for r in reports if abs(r.sentence - symptom.sentence) <= 1 and r.assertion != "hypothetical"]
    told = any(r.name == _TOLD and r.assertion == "present" for r in near)
    cause = next((r for r in near if _explains(r, name, told=told)), None)
    if cause is not None:
        yield Explained(variable=f"{name}_explained", value=_cause_of(cause), said_by=cause)
    known = cause is not None or f"{name}_explained" in facts
    yield from _courses(name, symptom, near, facts)
    change = _change(name, near, facts, known=known)
    if change is not None:
        yield Explained(variable=f"{name}_changed_14d", value=change, said_by=symptom)


def _courses(
    name: str, symptom: Report, near: Sequence[Report], facts: Mapping[str, Value]
) -> Iterator[Explained]:
    """ "Unchanged" and "wider every day" said of the symptom itself, when nothing said its course before."""
    if f"{name}_course" in facts:
        return
    said = {r.name for r in near if r.assertion in ("present", "historical")}
    if any(r.name == _WORSE and r.sentence == symptom.sentence and r.assertion == "present" for r in near):
        yield Explained(variable=f"{name}_course", value="worsening", said_by=symptom)
    elif _STEADY in said and _CHANGED not in said:
        yield Explained(variable=f"{name}_course", value="same", said_by=symptom)


def _explains(report: Report, name: str, *, told: bool) -> bool:
    if not report.name.startswith(_CAUSE) or report.assertion in ("absent", "other_person", "unsure"):
        return False
    cause = _cause_of(report)
    if cause == _STRESS:
        return name == "bladder_incontinence"
    if name == "urgency_frequency":
        return True
    return told if cause in _NEED_TELLING else cause not in _ORDINARY


def _cause_of(report: Report) -> str:
    return report.name.removeprefix(_CAUSE)


def _change(name: str, near: Sequence[Report], facts: Mapping[str, Value], *, known: bool) -> Value | None:
    """Whether the symptom changed in the last 14 days; None when the message does not say."""
    onset = facts.get(f"{name}_onset_days")
    young = isinstance(onset, (int, float)) and onset <= RECENT_DAYS
    old = isinstance(onset, (int, float)) and onset > _OLD_DAYS
    said = {r.name for r in near if r.assertion in ("present", "historical")}
    if known and (young or _CHANGED in said):
        return "yes"
    if (known or old) and (_STEADY in said or facts.get(f"{name}_course") == "same"):
        return "no"
    return None
