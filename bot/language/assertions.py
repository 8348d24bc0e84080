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


def assertions_of(doc: Doc) -> Mapping[tuple[int, int], tuple[Assertion, bool]]:
    """Of every target, by its words (start, end): the assertion, and whether a relative is its subject."""
    found: dict[tuple[int, int], tuple[Assertion, bool]] = {}
    for span in doc.spans[TARGETS]:
        categories = {modifier.category for modifier in span._.modifiers}
        found[span.start, span.end] = (_assertion(categories), "RELATIVE" in categories)
    return found


def _assertion(categories: set[str]) -> Assertion:
    return next((assertion for name, assertion in _STRONGEST_FIRST if name in categories), "present")
