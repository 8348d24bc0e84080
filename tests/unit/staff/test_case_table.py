"""Cells of the table: a patient's text is never a formula."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.protocols import Protocols
from bot.services.records.case_table import FRAME, cell, columns

FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r\n=1",
    "  =1",
    "＝1+1",
    "\x00=1",
    "=cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text(text: str) -> None:
    assert str(cell(text)).startswith("'")


@given(st.text(max_size=60))
def test_no_text_begins_as_a_formula_or_spans_lines(text: str) -> None:
    shown = str(cell(text))
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert "\n" not in shown
    assert "\r" not in shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""), (-3, -3), (4.5, 4.5), (True, "yes"), (("low_back", "leg"), "low_back; leg"),
        (("=1", "x"), "'=1; x"), ("+13145550164", "'+13145550164"),
        ("pick up\nmy 'kids'", "pick up my 'kids'"),
        (dt.datetime(2026, 11, 18, 18, tzinfo=dt.UTC), "2026-11-18T18:00:00+00:00"),
    ],
)  # fmt: skip
def test_cells(value: object, shown: object) -> None:
    assert cell(value) == shown


def test_each_column_once_and_nothing_private(protocols: Protocols) -> None:
    header = columns(protocols)
    assert len(set(header)) == len(header)
    assert header[: len(FRAME)] == list(FRAME)
    assert "abuse_unsafe" not in header
    assert {"duration_weeks", "saddle_numbness"} <= set(header)
