"""What patients and the bot said, for the cases of `staff_world`. Made up; numbers are 555-01xx."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.dictionary import Value


@dataclass(frozen=True, kw_only=True)
class Said:
    """One message of a conversation: the patient's with what was read in it, or ours."""

    text: str
    sender: str = "patient"
    kind: str = "answer"
    facts: Mapping[str, Value] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    half_read: tuple[str, ...] = ()
    intent: str = "inform"
    asks: str | None = None
    choices: Sequence[str] = ()


def bot(text: str, kind: str = "question", asks: str | None = None, choices: Sequence[str] = ()) -> Said:
    """A message of ours."""
    return Said(text=text, sender="bot", kind=kind, asks=asks, choices=choices)


EMERGENCY: tuple[Said, ...] = (
    bot("Hi, I'm an automated helper. Is it OK to go on?", "greeting", "consent", ("Yes, go on", "No")),
    Said(text="yes thats fine", intent="affirm"),
    bot("Are you the patient, or asking for someone else?", asks="who_for"),
    Said(text="me, im 54", facts={"who_for": "self", "age": 54}, words={"who_for": "me", "age": "im 54"}),
    bot("In a few words, what brings you in?", asks="opening"),
    Said(
        text="my lower back has been bad for 3 weeks, shoots down my left leg",
        facts={"region": ("low_back", "leg"), "duration_weeks": 3.0, "radiates": "leg_below_knee"},
        words={"region": "lower back", "duration_weeks": "3 weeks", "radiates": "down my left leg"},
    ),
    bot(
        "Right now, do you have chest pain, trouble breathing, or fainting?",
        asks="G1",
        choices=("Yes", "No", "Not sure"),
    ),
    Said(
        text="no none of that. but since yesterday i cant feel when i wipe",
        facts={"chest_pain": "no", "saddle_numbness": "yes", "saddle_numbness_onset_days": 1},
        words={
            "chest_pain": "no none of that",
            "saddle_numbness": "cant feel when i wipe",
            "saddle_numbness_onset_days": "since yesterday",
        },
    ),
    bot(
        "New numbness between your legs or new changes in how you pee or poop need to be checked right away."
        " This can be a sign of a serious problem that needs care right now. Please call 911 or have someone"
        " take you to the nearest emergency room now. Don't drive yourself. I've told our team.",
        "emergency",
        "safe_now",
        ("I'm going", "I can't get there", "Not me / made a mistake"),
    ),
    Said(
        text="ok my wife is driving me. Dana Example 555-0142",
        facts={"contact_name": "Dana Example", "contact_phone": "555-0142"},
        words={"contact_name": "Dana Example", "contact_phone": "555-0142"},
    ),
)

SAME_DAY: tuple[Said, ...] = (
    Said(
        text="low back pain 5 days and fever 100.9 since monday. Robin Sample, 555-0117",
        facts={
            "region": ("low_back",),
            "duration_weeks": 0.7,
            "fever": "yes",
            "temp_f": 100.9,
            "age": 52,
            "contact_name": "Robin Sample",
            "contact_phone": "555-0117",
        },
        words={
            "region": "low back",
            "duration_weeks": "5 days",
            "fever": "fever",
            "temp_f": "100.9",
            "contact_name": "Robin Sample",
            "contact_phone": "555-0117",
        },
    ),
    bot("Fever with new or worse back or neck pain should be checked today.", "same_day"),
)

ROUTINE: tuple[Said, ...] = (
    Said(
        text="my back and left leg have been killing me for about 10 months. did PT 12 weeks, meds and"
        " 2 epidurals, a little better. MRI 4 months ago showed a grade 1 slip",
        facts={
            "region": ("low_back", "leg"),
            "duration_weeks": 43.0,
            "radiates": "leg_below_knee",
            "cons_modalities": 3,
            "cons_weeks": 16.0,
            "cons_relief": "partial",
            "cons_pt": "yes",
            "imaging": "mri",
            "imaging_months": 4.0,
            "dx": ("spondylolisthesis",),
            "slip_grade": 1,
        },
        words={
            "region": "back and left leg",
            "duration_weeks": "10 months",
            "radiates": "left leg",
            "cons_modalities": "PT 12 weeks, meds and 2 epidurals",
            "cons_weeks": "12 weeks",
            "cons_relief": "a little better",
            "cons_pt": "PT",
            "imaging": "MRI",
            "imaging_months": "4 months ago",
            "dx": "grade 1 slip",
            "slip_grade": "grade 1",
        },
    ),
    bot("How much does it limit daily life?", asks="function_limit"),
    Said(
        text="a lot, I skip things",
        facts={"function_limit": "severe", "prior_spine_surgery": "no", "age": 58},
        words={"function_limit": "a lot, I skip things"},
    ),
    Said(
        text="Sam Placeholder 555-0188",
        facts={"contact_name": "Sam Placeholder", "contact_phone": "555-0188"},
        words={"contact_name": "Sam Placeholder", "contact_phone": "555-0188"},
    ),
)
