"""What the six safety questions ask about, part by part, in their order: "the second one" is a part."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

PARTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "G1": (
        ("chest_pain", "short_of_breath"),
        ("fainting",),
        ("tearing_pain",),
        ("stroke_signs", "thunderclap_headache"),
        ("cold_pale_leg",),
    ),
    "G2": (
        ("saddle_numbness",),
        ("bladder_retention", "bladder_sensation_loss", "rectal_sensation_loss"),
        ("bladder_incontinence", "bowel_incontinence"),
    ),
    "G3": (("weakness",), ("foot_drop",), ("hand_clumsiness",), ("gait_imbalance",)),
    "G4": (("fever", "feels_ill"), ("recent_infection",), ("ivdu",), ("immunosuppressed",)),
    "G5": (("cancer_status",), ("weight_loss",), ("night_pain_unrelenting",)),
    "G6": (
        ("trauma",),
        ("osteoporosis", "steroid_long"),
        ("recent_spine_procedure",),
        ("anticoagulant",),
        ("pregnant",),
    ),
}
"""The facts of each line of the question as it is written."""
_PLACES = {
    "first": 0, "1 st": 0, "second": 1, "2 nd": 1, "third": 2, "3 rd": 2, "fourth": 3, "4 th": 3,
    "fifth": 4, "5 th": 4, "last": -1,
}  # fmt: skip
PLACE_WORDS = frozenset(word for place in _PLACES for word in place.split())
_COUNTED = re.compile(r" (?:\d+|sec|just a|per) second")


def part_named(gate: str | None, norms: Sequence[str]) -> tuple[str, ...]:
    """The facts of the part that an ordinal names; empty when none does or the question has no such part."""
    line = f" {' '.join(norms)} "
    parts = PARTS.get(gate or "", ())
    if not parts or _COUNTED.search(line):  # "one second": a time, no place in a list
        return ()
    place = next((at for word, at in _PLACES.items() if f" {word} " in line), None)
    return () if place is None or place >= len(parts) else parts[place]


def one_by_one(gate: str | None, norms: Sequence[str]) -> Mapping[str, str]:
    """ "No no yes": as many answers as there are parts; a yes to a part of several facts names none."""
    parts = PARTS.get(gate or "", ())
    if len(parts) != len(norms) or not set(norms) <= {"yes", "no"}:
        return {}
    pairs = [(fact, mark, part) for part, mark in zip(parts, norms, strict=True) for fact in part]
    return {fact: mark for fact, mark, part in pairs if mark == "no" or len(part) == 1}
