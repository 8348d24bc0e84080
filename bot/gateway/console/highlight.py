"""A message cut where its findings begin and end, so that the page can mark the words that gave them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A run of text and the findings that cover it; none for plain text."""

    text: str
    findings: tuple[Mapping[str, Any], ...] = ()

    @property
    def assertion(self) -> str:
        """The strongest one, for the colour of the mark: what is present comes before what is denied."""
        said = {finding["assertion"] for finding in self.findings}
        order = ("present", "unsure", "resolved", "historical", "hypothetical", "other_person", "absent")
        return next((name for name in order if name in said), "")


def pieces(text: str, findings: Sequence[Mapping[str, Any]]) -> list[Piece]:
    """The text in order, complete: joining the pieces gives it back. Offsets count code points;
    a finding that does not lie inside the text marks nothing."""
    inside = [f for f in findings if 0 <= f["start"] < f["end"] <= len(text)]
    cuts = sorted({0, len(text)} | {f["start"] for f in inside} | {f["end"] for f in inside})
    return [
        Piece(
            text=text[start:end],
            findings=tuple(f for f in inside if f["start"] <= start and end <= f["end"]),
        )
        for start, end in itertools.pairwise(cuts)
    ]
