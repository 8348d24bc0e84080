"""What a finding's surroundings make of it: ConText's modifiers to one assertion."""

from __future__ import annotations

from collections.abc import Mapping

from spacy.tokens import Doc

from bot.domain.findings import Assertion
from bot.language.pipeline import TARGETS

_STRONGEST_FIRST: tuple[tuple[str, Assertion], ...] = (
    ("HYPOTHETICAL", "hypothetical"),
    ("OTHER", "other_person"),
    ("DOUBLE", "unsure"),
    ("RESOLVED", "resolved"),
    ("UNSURE", "unsure"),
    ("NEGATED", "absent"),
    ("HISTORICAL", "historical"),
)

_PEOPLE = frozenset(("relative", "stranger", "proxy_for", "read_word"))


def assertions_of(doc: Doc) -> Mapping[tuple[int, int], tuple[Assertion, bool]]:
    """Of every target, by its words (start, end): the assertion, and whether a relative is its subject."""
    found: dict[tuple[int, int], tuple[Assertion, bool]] = {}
    inside = _inside(doc)
    for span in doc.spans[TARGETS]:
        categories = {m.category for m in span._.modifiers if not inside.issuperset(range(*m.modifier_span))}
        found[span.start, span.end] = (_assertion(categories), "RELATIVE" in categories)
    return found


def _inside(doc: Doc) -> set[int]:
    """Words of concepts that hold a "not" of their own ("can not feel"): those deny nothing else."""
    held: set[int] = set()
    for mention in doc.user_data["mentions"]:
        if mention.end - mention.start > 1 and not _is_cue(mention.concept):
            held.update(range(mention.start, mention.end))
    return held


def _is_cue(concept: str) -> bool:
    """People and cues keep their words' own meaning: "used to" in `cue_over` still says that it is over."""
    return concept in _PEOPLE or concept.startswith("cue_")


def _assertion(categories: set[str]) -> Assertion:
    return next((assertion for name, assertion in _STRONGEST_FIRST if name in categories), "present")
