"""What a finding's surroundings make of it: ConText's modifiers to one assertion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spacy.tokens import Doc

from bot.domain.findings import Assertion
from bot.language.grammar.frames import Hit
from bot.language.grammar.pipeline import TARGETS

_STRONGEST_FIRST: tuple[tuple[str, Assertion], ...] = (
    ("HYPOTHETICAL", "hypothetical"),
    ("OTHER", "other_person"),
    ("DOUBLE", "unsure"),
    ("RESOLVED", "resolved"),
    ("UNSURE", "unsure"),
    ("NEGATED", "absent"),
    ("HISTORICAL", "historical"),
)

_PEOPLE = frozenset(("relative", "cared", "stranger", "proxy_for", "care_role", "read_word"))
_WHOLE = frozenset(("NEGATED", "UNSURE"))

Modifiers = Mapping[tuple[int, int], Sequence[Any]]


def modifiers_of(doc: Doc) -> Modifiers:
    """What ConText found of each target, by its words (start, end)."""
    return {(span.start, span.end): span._.modifiers for span in doc.spans[TARGETS]}


def assertion_of(hit: Hit, found: Modifiers, inside: Mapping[int, int]) -> tuple[Assertion, bool]:
    """Of one hit: its assertion, and whether a person near the writer is its subject.

    `inside` is `words_inside(doc)`.
    """
    categories = {
        modifier.category
        for modifier in found.get(hit.head, ())
        if _speaks_of(modifier.modifier_span, hit, inside, whole=modifier.category in _WHOLE)
    }
    return _assertion(categories), "RELATIVE" in categories


def words_inside(doc: Doc) -> Mapping[int, int]:
    """Words of concepts that hold a "not" of their own ("can not feel"): word -> end of the longest such."""
    held: dict[int, int] = {}
    for mention in doc.user_data["mentions"]:
        if mention.end - mention.start > 1 and not _is_cue(mention.concept):
            for place in range(mention.start, mention.end):
                held[place] = max(held.get(place, 0), mention.end)
    return held


def _speaks_of(cue: tuple[int, int], hit: Hit, inside: Mapping[int, int], *, whole: bool) -> bool:
    """A cue inside another concept denies nothing else, unless that concept runs on into the hit.

    "I can not sleep, my leg is numb" has a numb leg; "no urine leaking" has "no urine" before the leak. A
    denial or doubt of several words ("has not happened", "not sure if") speaks unless a longer concept holds
    it.
    """
    start, end = cue
    if not all(place in inside for place in range(start, end)):
        return True
    if whole and end - start > 1 and inside[start] == end and inside.get(start - 1, 0) < end:
        return True
    return any(end <= place < inside[start] for place in (hit.start, hit.head[0]))


def _is_cue(concept: str) -> bool:
    """People and cues keep their words' own meaning: "used to" in `cue_over` still says that it is over."""
    return concept in _PEOPLE or concept.startswith("cue_")


def _assertion(categories: set[str]) -> Assertion:
    return next((assertion for name, assertion in _STRONGEST_FIRST if name in categories), "present")
