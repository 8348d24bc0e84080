"""Who the simulated patients are: facts, a manner of talking, a seed. The same seed is the same person."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

MANNERS = ("terse", "rambling", "anxious", "angry", "contradictory", "typos", "proxy")
NONE_OF_THE_GATES: Mapping[str, Any] = {
    "chest_pain": "no", "short_of_breath": "no", "fainting": "no", "tearing_pain": "no", "stroke_signs": "no",
    "thunderclap_headache": "no", "cold_pale_leg": "no", "saddle_numbness": "no", "bladder_retention": "no",
    "bladder_sensation_loss": "no", "bladder_incontinence": "no", "bowel_incontinence": "no",
    "rectal_sensation_loss": "no", "weakness": "none", "foot_drop": "no", "hand_clumsiness": "no",
    "gait_imbalance": "no", "fever": "no", "feels_ill": "no", "recent_infection": "no", "ivdu": "no",
    "immunosuppressed": "no", "cancer_status": "none", "weight_loss": "no", "night_pain_unrelenting": "no",
    "trauma": "none", "osteoporosis": "no", "steroid_long": "no", "anticoagulant": "no", "pregnant": "no",
    "recent_spine_procedure": "no",
}  # fmt: skip
_USUAL: Mapping[str, Any] = {
    "who_for": "self", "region": ("low_back", "leg"), "radiates": "leg_below_knee", "side": "left",
    "course": "same", "dominant": "limb", "sudden_onset": "no", "function_limit": "moderate",
    "claudication": "no", "limb_numbness": "no", "cons_relief": "partial", "imaging": "none", "dx": ("none",),
    "prior_spine_surgery": "no", "surgery_preference": "open", "surgery_recommended": "no",
    "second_opinion": "no", "pain_nrs": 6, "diabetes": "none", "imaging_matches": "no", "levels": 1,
}  # fmt: skip
_BACK_ONLY = {"region": ("low_back",), "radiates": "none", "side": None, "dominant": "back"}
_NECK = {"region": ("neck", "arm"), "radiates": "arm", "side": "right"}
_MRI = {"imaging": "mri", "imaging_matches": "yes"}

KINDS: Mapping[str, Mapping[str, Any]] = {
    "leg_no_picture": {},
    "leg_disc": {**_MRI, "dx": ("herniated_disc",)},
    "leg_stenosis": {**_MRI, "dx": ("lumbar_stenosis",), "claudication": "yes"},
    "slip": {**_MRI, "dx": ("spondylolisthesis",), "slip_grade": 1},
    "back_only": {**_BACK_ONLY, "function_limit": "mild"},
    "worn_disc": {**_BACK_ONLY, **_MRI, "dx": ("ddd",), "function_limit": "severe"},
    "no_surgery": {**_MRI, "dx": ("herniated_disc",), "surgery_preference": "no"},
    "recommended": {**_BACK_ONLY, "surgery_recommended": "yes", "second_opinion": "yes"},
    "revision": {"prior_spine_surgery": "yes", "symptoms_same_region": "yes", "course": "worsening"},
    "curve": {**_BACK_ONLY, "imaging": "xray", "dx": ("scoliosis",), "cobb_deg": 42,
              "deformity_progressive": "yes", "deformity_breathing": "no"},
    "arm": {**_NECK, **_MRI, "dx": ("herniated_disc",)},
    "improving": {**_BACK_ONLY, "course": "improving", "duration_weeks": 3.0, "cons_weeks": 2.0},
    "cancer_past": {**_BACK_ONLY, "region": ("mid_back",), "cancer_status": "history", "course": "worsening",
                    "duration_weeks": 4.0, "cons_weeks": 3.0},
    "fever": {**_BACK_ONLY, "fever": "yes", "duration_weeks": 2.0, "cons_weeks": 1.0, "course": "worsening"},
    "thin_blood": {"anticoagulant": "yes"},
    "weak_bones": {**_BACK_ONLY, "osteoporosis": "yes"},
    "unsteady": {**_NECK, "gait_imbalance": "yes", "myelo_onset_days": 40, "myelo_course": "worsening",
                 "lhermitte": "no", "bilateral_hand_numbness": "no", "falls": "no"},
    "foot": {"foot_drop": "yes", "weakness_onset_days": 6, "weakness_course": "same", "weakness_where": "leg",
             "weakness_pattern": "constant", "cannot_walk": "no"},
    "pregnant": {"age": 31, "pregnant": "yes", "pregnancy_warning": "no"},
    "skipped_picture": {"surgery_preference": "unsure"},
}  # fmt: skip
_TREATMENTS = ("cons_pt", "cons_meds", "cons_injections")


@dataclass(frozen=True, kw_only=True)
class Person:
    """One simulated patient. `emergency_at` and `person_at` number the answer in which they break in."""

    seed: int
    kind: str
    manner: str
    facts: Mapping[str, Any]
    full_story: bool
    emergency: str = ""
    emergency_at: int = 0
    person_at: int = 0
    shuffled: bool = False

    def __str__(self) -> str:
        extra = f" emergency {self.emergency} at {self.emergency_at}" if self.emergency else ""
        extra += f" person at {self.person_at}" if self.person_at else ""
        return f"#{self.seed} {self.manner} {self.kind}{' story' if self.full_story else ''}{extra}"


def population(count: int, *, seed: int = 0) -> list[Person]:
    """People of every kind and manner in turn; every third meets an emergency, every fifth of the others
    wants a person, some of those who tell a story are there twice and tell it in another order."""
    people = [person(seed + number) for number in range(count)]
    twins = [replace(one, shuffled=True) for one in people if is_twin(one)]
    return people[: count - len(twins)] + [one for one in twins if one.seed < seed + count - len(twins)]


def is_twin(one: Person) -> bool:
    """Whether this person's story is also told in another order."""
    return one.seed % 10 in (1, 3) and one.full_story and not one.emergency and not one.person_at


def person(seed: int) -> Person:
    """The person with this number."""
    rng = random.Random(seed)
    kind = list(KINDS)[seed % len(KINDS)]
    manner = MANNERS[(seed // 2) % len(MANNERS)]
    emergency = rng.random() < 1 / 3
    wants_person = not emergency and rng.random() < 1 / 5
    return Person(
        seed=seed,
        kind=kind,
        manner=manner,
        facts=_facts(rng, kind, proxy=manner == "proxy"),
        full_story=seed % 2 == 1,
        emergency=rng.choice(_EMERGENCIES) if emergency else "",
        emergency_at=rng.randint(1, 14) if emergency else 0,
        person_at=rng.randint(1, 14) if wants_person else 0,
    )


_EMERGENCIES = (
    "saddle_numbness", "bladder_retention", "bladder_incontinence", "bowel_incontinence", "chest_pain",
    "short_of_breath", "stroke_signs", "cold_pale_leg",
)  # fmt: skip


def _facts(rng: random.Random, kind: str, *, proxy: bool) -> dict[str, Any]:
    tried = rng.sample(_TREATMENTS, rng.randint(1, 3))
    weeks = rng.choice((5.0, 9.0, 4 * 4.345, 8 * 4.345, 14 * 4.345))
    facts = {
        **NONE_OF_THE_GATES,
        **_USUAL,
        "age": rng.randint(30, 62),
        "duration_weeks": weeks,
        "cons_weeks": float(min(int(weeks), rng.choice((4, 7, 12, 30)))),
        "imaging_months": rng.randint(1, 9),
        **KINDS[kind],
        **dict.fromkeys(sorted(tried), "yes"),
        "cons_modalities": len(tried),
    }
    if proxy:
        facts["who_for"] = "other"
    return {name: value for name, value in facts.items() if value is not None}
