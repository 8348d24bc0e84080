"""Which facts keep people safe: the symptoms and conditions that the emergency and same-day rules read.

Onset, course and cause belong to a symptom and are not listed. Ordered by how soon care is needed, so that
when only a few may be asked about, the first come first.
"""

from __future__ import annotations

from bot.domain.dictionary import Value

SCREENED: tuple[str, ...] = (
    "self_harm", "overdose_signs",
    "chest_pain", "short_of_breath", "stroke_signs", "thunderclap_headache", "tearing_pain", "fainting",
    "cold_pale_leg", "pulsating_abdomen", "known_aaa", "trouble_breathing_swallowing", "ascending_weakness",
    "saddle_numbness", "bladder_retention", "bladder_sensation_loss", "bladder_incontinence",
    "bowel_incontinence", "rectal_sensation_loss",
    "cannot_walk", "foot_drop", "weakness", "trauma", "fever", "confusion", "looks_very_ill", "stiff_neck",
    "severe_headache", "pregnancy_warning", "urgency_frequency", "sexual_dysfunction",
    "bilateral_leg_symptoms", "gait_imbalance", "hand_clumsiness", "clear_wound_fluid",
    "positional_headache", "wound_drainage",
    "wound_open", "wound_redness", "pain_uncontrolled", "one_leg_swelling", "burning_urine", "blood_urine",
    "flank_pain", "cancer_status", "ivdu", "recent_bacteremia", "dialysis_or_line", "immunosuppressed",
    "recent_infection", "anticoagulant", "ank_spond", "osteoporosis", "steroid_long", "pregnant",
    "night_pain_unrelenting", "weight_loss", "feels_ill", "abuse_unsafe",
)  # fmt: skip

NEVER_ASKED = frozenset(("abuse_unsafe",))
"""Somebody else may read the screen (clinical.md 6.6)."""

FOR_ITS_OWN_SAKE = frozenset(("self_harm",))
"""Not asked earlier than its likelihood says, nor beside another: the question weighs on who has no such
thought."""

_NOTHING = frozenset(("no", "none", "never", "family_only", "skin_minor"))


def alarms(value: Value | None) -> bool:
    """Whether a value of a screened fact speaks for danger: present, gone or in doubt, but not denied."""
    return value is not None and value not in _NOTHING
