"""Which limb is weak, when the sign's own words do not settle it: the limb named in or beside it.

"Arm won't go above my shoulder" is an arm; "legs first, now my arms feel like wet noodles" is all four.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import word_set

_WEAK = ("mild", "severe")
_ONE_LEG = word_set("leg foot ankle knee thigh calf hip toe toes quad hamstring shin")
_LEGS = word_set("legs feet knees thighs ankles calves hips quads")
_ARM = word_set("arm hand wrist elbow shoulder bicep tricep grip thumb finger fingers forearm")
_ARMS = word_set("arms hands wrists elbows shoulders")
_BOTH = word_set("both")
_LIMBS = _ONE_LEG | _LEGS | _ARM | _ARMS
_BESIDE = 4
""" "Leg feels heavy and tired, not as strong": so many words before the sign its limb may stand."""


def name_weak_limbs(reports: Sequence[Report], tokens: Sequence[Token]) -> list[Report]:
    """The reports; the first weakness gets a `weakness_where` when none has one, or all limbs are named."""
    weak = [r for r in reports if r.sets.get("weakness") in _WEAK and r.assertion == "present"]
    if not weak:
        return list(reports)
    told = {str(r.sets["weakness_where"]) for r in weak if "weakness_where" in r.sets}
    where = _where(told, [place for report in weak for place in _limbs(report, tokens)])
    if where is None or where in told:
        return list(reports)
    first = weak[0]
    return [replace(r, sets={**r.sets, "weakness_where": where}) if r is first else r for r in reports]


def _limbs(report: Report, tokens: Sequence[Token]) -> Iterator[str]:
    """Limbs inside the sign's words, else those just before it in its clause."""
    inside = [t.norm for t in tokens[report.start : report.end] if t.norm in _LIMBS | _BOTH]
    before = [
        t.norm
        for t in tokens[max(0, report.start - _BESIDE) : report.start]
        if t.clause == report.clause and t.norm in _LIMBS
    ]
    yield from inside or before[-1:]


def _where(told: set[str], limbs: Sequence[str]) -> str | None:
    legs = {"leg", "both_legs"} & told or not _LEGS.isdisjoint(limbs) or not _ONE_LEG.isdisjoint(limbs)
    arms = "arm" in told or not (_ARM | _ARMS).isdisjoint(limbs)
    two_legs = "both_legs" in told or not _LEGS.isdisjoint(limbs)
    if told:
        return "all_limbs" if arms and two_legs else None
    if legs and arms:
        return "all_limbs" if two_legs else None
    if legs:
        return "both_legs" if two_legs or not _BOTH.isdisjoint(limbs) else "leg"
    return "arm" if arms else None
