"""Where it hurts: a body part is the place of the complaint only when it is not there for something else.

"They fused my neck in 2004" names an operation, "not my back" a denial, "a shock down my spine" a sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import word_set

_OPERATED = frozenset(
    (
        "prior_spine_surgery",
        "prior_surgery_type",
        "surgery_region",
        "surgery_recommended",
        "recent_spine_procedure",
    )
)
_SIGNS = frozenset(
    (
        *(
            "lhermitte",
            "saddle_numbness",
            "one_leg_swelling",
            "cold_pale_leg",
            "wound_drainage",
            "wound_open",
        ),
        *("wound_redness", "clear_wound_fluid", "deformity_visible", "shingles_rash", "rash", "flank_pain"),
        *("hand_clumsiness", "bilateral_hand_numbness"),
    )
)
_ASKS_OF_OTHER_THINGS = word_set(
    """
    dominant lhermitte nicotine opioid heart_lung imaging imaging_months imaging_where imaging_matches
    can_bring er_cleared injection_days postop_days relief_after when_returned surgery_region
    surgery_preference surgery_recommended prior_spine_surgery prior_surgery_type
    prior_surgery_count prior_surgery_months_ago
    cons_pt cons_meds cons_injections cons_activity cons_laser cons_other cons_weeks cons_relief
    cons_modalities injection_count dx levels slip_grade function_limit
    """
)
_PLACES = frozenset(("region",))


def settle_places(reports: Sequence[Report], tokens: Sequence[Token], asked: str | None) -> list[Report]:
    """The reports without the places that are no place of the complaint; pain said beside one keeps it."""
    pained = {
        report.clause for report in reports if report.name == "complaint" and report.assertion == "present"
    }
    reports = _without_plans(reports)
    reports = [_not_gone(_not_denied_across(report, tokens), tokens) for report in reports]
    return [
        report
        for report in reports
        if not _over_a_join(report, tokens)
        if report.sets.keys() != _PLACES
        or report.clause in pained
        or not _is_elsewhere(report, reports, tokens, asked)
    ]


def _not_denied_across(report: Report, tokens: Sequence[Token]) -> Report:
    """ "No trauma, low back, 2 months": a bare place behind a comma is told, not denied with the rest."""
    if report.sets.keys() != _PLACES or report.assertion != "absent" or report.start < 2:
        return report
    before = [token.norm for token in tokens[max(0, report.start - 4) : report.start]]
    bare = report.end >= len(tokens) or tokens[report.end].norm in (",", ".", "|")
    alone = before[-1] == "," and not {"no", "not", "or", "nor"} & set(before[-1:])
    return replace(report, assertion="present") if bare and alone and len(before) > 1 else report


def _over_a_join(report: Report, tokens: Sequence[Token]) -> bool:
    """ "Shoulder pain, hand work": the pain before the comma is not that of the hand behind it."""
    if report.name not in _LIMB_PAINS or report.head != report.start:
        return False
    return any(token.norm in (",", "and", "|") for token in tokens[report.start : report.end])


_LIMB_PAINS = frozenset(("leg pain", "arm pain", "knee pain"))


def _without_plans(reports: Sequence[Report]) -> list[Report]:
    """ "They want to do a fusion": an operation somebody plans is none the patient had."""
    plans = [one for one in reports if one.name == _PLANNED]
    return [
        report
        for report in reports
        if _HAD.isdisjoint(report.sets) or not any(one.start <= report.head < one.end for one in plans)
    ]


_PLANNED = "somebody plans to cut"
"""Name of the frame that reads an operation somebody advises or plans."""
_HAD = frozenset(("prior_spine_surgery", "prior_surgery_type"))


def _not_gone(report: Report, tokens: Sequence[Token]) -> Report:
    """ "It never goes into my legs", "hasn't gone down the leg": the way is denied by the verb before it."""
    if report.sets.get("radiates") in (None, "none") or report.assertion != "present":
        return report
    before = [t.norm for t in tokens[max(0, report.start - 4) : report.head] if t.clause == report.clause]
    gone = next((i for i, norm in enumerate(before) if norm in _GONE), None)
    denied = gone is not None and not _NEVER.isdisjoint(before[max(0, gone - 2) : gone])
    return replace(report, assertion="absent") if denied else report


_GONE = word_set("go goes going gone went run travel shoot radiate spread come extend move reach get pass")
_NEVER = frozenset(("not", "never", "no", "nothing"))


def _is_elsewhere(
    report: Report, reports: Sequence[Report], tokens: Sequence[Token], asked: str | None
) -> bool:
    if asked in _ASKS_OF_OTHER_THINGS:
        return True
    others = [other for other in reports if other.clause == report.clause and other.counts]
    if any(not _OPERATED.isdisjoint(other.sets) for other in others):
        return True
    if any(not _SIGNS.isdisjoint(other.sets) and other.start <= report.head < other.end for other in others):
        return True
    before = [token.norm for token in tokens[max(0, report.start - 2) : report.start]]
    return "not" in before[-1:] or before[-1:] == ["never"]
