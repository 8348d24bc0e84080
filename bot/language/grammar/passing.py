"""A sign with an ordinary, passing cause told in the same sentence: "legs are jelly after leg day".

Effort tires, drink slurs and sways, the dentist's needle numbs, a hard seat puts to sleep what wakes on
standing up (clinical.md 3.3). Such a sign is no fact; the dangerous ones are asked about once all the same.
Frames named "passing ..." say the cause; "passing over" says that it went by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import word_set

_PASSING = "passing "
_SEAT, _OVER = "passing seat", "passing over"
_MADE_BY = {
    "passing effort": word_set("weakness gait_imbalance cannot_walk limb_numbness bilateral_leg_symptoms"),
    "passing drink": word_set("gait_imbalance stroke_signs fainting confusion hand_clumsiness"),
    "passing needle": word_set("stroke_signs weakness limb_numbness bladder_retention saddle_numbness"),
    "passing nerves": word_set("gait_imbalance weakness hand_clumsiness bladder_retention"),
    "passing grease": word_set("hand_clumsiness"),
    _SEAT: word_set("saddle_numbness limb_numbness bilateral_leg_symptoms bladder_sensation_loss"),
}
_ASKED_ONCE = word_set("stroke_signs fainting saddle_numbness bladder_retention weakness cannot_walk")
_GOES_ON = word_set("still since even now worse worst anymore longer constant constantly keep never always")
""" "Drunk or not, still slurring": the cause does not end it."""


def settle_passing(reports: Sequence[Report], tokens: Sequence[Token]) -> list[Report]:
    """The reports, those a passing cause of their sentence explains turned to history and asked about."""
    causes = _causes(reports)
    over = [(r.start, r.end) for r in reports if r.name == _OVER]
    going_on = {
        token.sentence
        for place, token in enumerate(tokens)
        if token.norm in _GOES_ON and not any(start <= place < end for start, end in over)
    }
    return [
        _passed(report)
        if report.sentence not in going_on and _explained(report, causes.get(report.sentence, set()))
        else report
        for report in reports
    ]


def _causes(reports: Sequence[Report]) -> dict[int, set[str]]:
    """By sentence; one that tells of no sign itself goes on about the one before ("Get up, walk, gone")."""
    own: dict[int, set[str]] = {}
    for report in reports:
        if report.name.startswith(_PASSING) and report.assertion not in ("absent", "hypothetical"):
            own.setdefault(report.sentence, set()).add(report.name)
    telling = {r.sentence for r in reports if not _MADE_BY[_SEAT].isdisjoint(r.sets)}
    causes = {sentence: set(found) for sentence, found in own.items()}
    for sentence, found in own.items():
        if _OVER in found and sentence not in telling:
            causes.setdefault(sentence - 1, set()).update(found)
    return causes


def _explained(report: Report, causes: set[str]) -> bool:
    """A seat explains only what is said to wake up again."""
    if report.assertion not in ("present", "unsure", "resolved"):
        return False
    telling = causes if _OVER in causes else causes - {_SEAT}
    return any(not report.sets.keys().isdisjoint(_MADE_BY.get(cause, ())) for cause in telling)


def _passed(report: Report) -> Report:
    asks = tuple(name for name in report.sets if name in _ASKED_ONCE)
    return replace(report, assertion="historical", event=False, asks=(*report.asks, *asks))
