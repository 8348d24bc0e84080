"""Key slips are mended toward words of the examples, and only these."""

from __future__ import annotations

import pytest

from bot.engine.components.spelling import Spelling

EXAMPLES = [
    "need an appointment",
    "an appointment please",
    "need a question answered",
    "a question again please",
]


@pytest.fixture
def spelling() -> Spelling:
    spelling = Spelling(existing=frozenset({"apparent", "quest"}))
    spelling.fit(EXAMPLES)
    return spelling


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("apointment", "appointment"),
        ("appointmnet", "appointment"),
        ("appointmemt", "appointment"),
        ("appointmentt", "appointment"),
        ("nede an apointment plesae", "need an appointment please"),
    ],
)
def test_one_slip_is_mended(spelling: Spelling, written: str, meant: str) -> None:
    assert spelling.mended(written) == meant


@pytest.mark.parametrize(
    "written",
    ["appointment", "apparent", "quest", "ned", "xppointment", "apontment", "again", "agian", "555-0100"],
)
def test_the_rest_is_left_alone(spelling: Spelling, written: str) -> None:
    """Known and existing words, short ones, a wrong first letter, two slips, what the examples hold once."""
    assert spelling.mended(written) == written


@pytest.mark.parametrize(
    ("text", "nothing"),
    [("flurb znork", True), ("flurb appointment", False), ("ok 12", False), ("apointment", False)],
)
def test_a_text_without_a_known_word_is_noticed(spelling: Spelling, text: str, nothing: bool) -> None:
    assert spelling.knows_none(text) is nothing
