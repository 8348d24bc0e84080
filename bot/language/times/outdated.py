"""An acute sign told of a day long past: "passed out in 2019", "a UTI last spring" are history, not now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import word_set
from bot.language.times.times import TimeMention

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
    dated = {tokens[mention.start].clause for mention in past}
    dated -= {token.clause for token in tokens if token.norm in _GOING_ON}
    return [
        replace(report, assertion="historical", event=False)
        if report.clause in dated and report.assertion == "present" and not _ACUTE.isdisjoint(report.sets)
        else report
        for report in reports
    ]
