"""An acute sign told of a day long past: "passed out in 2019", "a UTI last spring" are history, not now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.report import Report
from bot.language.segments import Token
from bot.language.time_line import word_set
from bot.language.times import TimeMention

_ACUTE = word_set(
    """
    fever chest_pain short_of_breath fainting stroke_signs thunderclap_headache tearing_pain cold_pale_leg
    one_leg_swelling confusion looks_very_ill severe_headache stiff_neck recent_infection flank_pain
    burning_urine blood_urine wound_drainage wound_open wound_redness clear_wound_fluid positional_headache
    """
)
"""Facts that mean something only while they are young (clinical.md 2.2: infection in the last 30 days)."""
_LONG_PAST_DAYS = 60
_PAST_KINDS = frozenset(("ago", "date"))
_GOING_ON = word_set("since from start begin now still again return keep ever")


def settle_outdated(
    reports: Sequence[Report], times: Sequence[TimeMention], tokens: Sequence[Token]
) -> list[Report]:
    """The reports, with acute signs of a day more than two months past turned to history."""
    past = [m for m in times if m.kind in _PAST_KINDS and (m.days or 0) > _LONG_PAST_DAYS]
    if not past:
        return list(reports)
    return [_settled(report, past, tokens) for report in reports]


def _settled(report: Report, past: Sequence[TimeMention], tokens: Sequence[Token]) -> Report:
    if report.assertion != "present" or _ACUTE.isdisjoint(report.sets):
        return report
    clause = [token for token in tokens if token.clause == report.clause]
    dated = any(tokens[mention.start].clause == report.clause for mention in past)
    going_on = any(token.norm in _GOING_ON for token in clause)
    if not dated or going_on:
        return report
    return replace(report, assertion="historical", event=False)
