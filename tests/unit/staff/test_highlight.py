"""Cutting a message at its findings loses and invents nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.console.highlight import pieces


def finding(start: int, end: int, assertion: str = "present") -> dict[str, Any]:
    return {"variable": "fever", "value": "yes", "assertion": assertion, "start": start, "end": end}


def test_words_of_a_finding_are_marked() -> None:
    shown = pieces("no fever but numb", [finding(3, 8, "absent"), finding(13, 17)])
    assert [(p.text, p.assertion) for p in shown] == [
        ("no ", ""),
        ("fever", "absent"),
        (" but ", ""),
        ("numb", "present"),
    ]


def test_overlapping_findings_show_the_stronger_one() -> None:
    shown = pieces("numb foot", [finding(0, 9, "absent"), finding(5, 9, "present")])
    assert [(p.text, p.assertion, len(p.findings)) for p in shown] == [
        ("numb ", "absent", 1),
        ("foot", "present", 2),
    ]


def test_offsets_count_code_points() -> None:
    assert [p.text for p in pieces("🙂 numb", [finding(2, 6)])] == ["🙂 ", "numb"]


def test_finding_outside_the_text_marks_nothing() -> None:
    shown = pieces("numb", [finding(2, 9), finding(-1, 2), finding(3, 3)])
    assert [(p.text, p.findings) for p in shown] == [("numb", ())]


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(-3, 45), st.integers(-3, 45)), max_size=6),
)
def test_pieces_join_to_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    shown = pieces(text, [finding(start, end) for start, end in spans])
    assert "".join(piece.text for piece in shown) == text
