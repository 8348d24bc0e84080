"""Where a time is kept: the onset of a symptom, the date of an event, the length of the complaint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.dictionary import Dictionary
from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import word_set
from bot.language.times.times import DAYS_PER_MONTH

SURGERY_DATE = "surgery date"
"""Name of the frame that reads "surgery 9 days ago"; without a time it says nothing."""
CARE_LENGTH = "care length"
"""Name of the frame that reads "treatment lasted 7 weeks"; without a time it says nothing."""
OWN = {
    "weakness": "weakness_onset_days", "foot_drop": "weakness_onset_days",
    "hand_clumsiness": "myelo_onset_days", "gait_imbalance": "myelo_onset_days", "trauma": "trauma_days",
    "imaging": "imaging_months", "prior_spine_surgery": "prior_surgery_months_ago",
    "prior_surgery_type": "prior_surgery_months_ago", "cons_injections": "injection_days",
    "opioid": "opioid_months", "cancer_status": "cancer_years", "cons_pt": "cons_pt_weeks",
}  # fmt: skip
_NOTHING = ("no", "none")
"""Values of a sign that is not there: it began at no time."""
EVENT_SLOTS = frozenset((
    "trauma_days", "imaging_months", "prior_surgery_months_ago", "injection_days", "fracture_weeks",
    SURGERY_DATE,
))  # fmt: skip
COMPLAINTS = word_set(
    """
    region radiates dominant pain_constant mechanical_pain limits function_limit pain_nrs
    sudden_onset pain_cough_strain claudication deformity_visible night_pain
    """
)
_UNITS = (
    ("_weeks", 7.0), ("_days", 1.0), ("_months", DAYS_PER_MONTH), ("_months_ago", DAYS_PER_MONTH),
    ("_years", 365.0), ("_minutes", 1 / 1440),
)  # fmt: skip
_WOUNDS = word_set(
    """
    wound_drainage wound_open wound_redness clear_wound_fluid positional_headache pain_uncontrolled
    prior_spine_surgery prior_surgery_type recent_spine_procedure
    """
)
_OPERATED = word_set(
    """
    surgery operation op postop pod incision stitch stitches staple staples dressing scar wound cut
    fusion laminectomy lami discectomy microdiscectomy acdf decompression dural bandage steri sutur
    sutures hospital fused erythema exudate
    """
)
_ELSEWHERE = word_set(
    """
    appendix hernia gallbladder hysterectomy cesarean section birth baby bypass cataract tooth molar
    """
)


def unit_days(variable: str) -> float | None:
    """Days in the unit of a time variable, by its name; None for every other variable."""
    return next((unit for ending, unit in _UNITS if variable.endswith(ending)), None)


def slots_of(report: Report, dictionary: Dictionary) -> list[str]:
    """The slots a time beside this finding may fill; empty when it has none."""
    return list(dict.fromkeys(_slots(report, dictionary)))


def _slots(report: Report, dictionary: Dictionary) -> Iterator[str]:
    if report.name == "complaint":
        yield "duration_weeks"
    if report.name == SURGERY_DATE:
        yield SURGERY_DATE
    if report.name == CARE_LENGTH:
        yield "cons_weeks"
    for variable, value in report.sets.items():
        if variable == "dx":
            if "fracture" in value:  # type: ignore[operator]
                yield "fracture_weeks"
        elif variable == "trauma":
            yield "duration_weeks" if value == "none" else "trauma_days"
        elif variable in OWN:
            if value not in _NOTHING:
                yield OWN[variable]
        elif value == "no" and variable != "sudden_onset":
            continue  # "my bladder is fine, back pain for 3 weeks": nothing began
        elif f"{variable}_onset_days" in dictionary:
            yield f"{variable}_onset_days"
        elif variable in COMPLAINTS:
            yield "duration_weeks"


def after_surgery(tokens: Sequence[Token], near: Sequence[Report]) -> bool:
    """ "Day 5" and "3 weeks out" are said of an operation when the message speaks of one."""
    words = {token.norm for token in tokens}
    if words & _ELSEWHERE:
        return False
    return bool(words & _OPERATED) or any(not _WOUNDS.isdisjoint(report.sets) for report in near)
