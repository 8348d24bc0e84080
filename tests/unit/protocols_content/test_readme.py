"""The README keeps the clinic's open questions and the facts that only staff see."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.protocols import Protocols

README = Path(__file__).resolve().parents[3] / "data" / "protocols" / "README.md"


@pytest.mark.parametrize("number", [*(f"D{n}" for n in range(1, 13)), *(f"G{n}" for n in range(1, 13))])
def test_every_open_question_has_a_default_in_force(number: str) -> None:
    row = next(
        line for line in README.read_text(encoding="utf-8").splitlines() if line.startswith(f"| {number} |")
    )
    assert len([cell for cell in row.strip("|").split("|") if cell.strip()]) == 3


def test_facts_that_only_staff_see_are_listed_with_their_reason(protocols: Protocols) -> None:
    text = README.read_text(encoding="utf-8")
    for name in protocols.dictionary:
        reason = protocols.dictionary[name].shown_only
        assert (f"| `{name}` | {reason} |" in text) is bool(reason), name
