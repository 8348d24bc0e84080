"""Which sentences of a message are left over when its reading is taken out."""

from __future__ import annotations

import pytest

from bot.domain.findings import Finding, Reading
from bot.language.understood import left_over


def _reading(text: str, *words: str) -> Reading:
    found = tuple(
        Finding(
            variable="region", value=("mid_back",), assertion="present",
            start=text.index(one), end=text.index(one) + len(one), words=one,
        )
        for one in words
    )  # fmt: skip
    return Reading(findings=found, facts={"region": ("mid_back",)})


@pytest.mark.parametrize("text", ["no, nothing there", "no, nohting there", "yes, yes, same area", "8"])
def test_plain_words_leave_nothing(text: str) -> None:
    assert left_over(text, _reading(text)) == ""


def test_what_was_read_is_taken_out_and_other_sentences_stay() -> None:
    text = "Bear with me. mid back area, no"
    assert left_over(text, _reading(text, "mid back")) == "Bear with me."


def test_words_of_the_question_come_back_in_its_answers() -> None:
    assert left_over("only a ltitle bit", _reading("x"), question=("not at all, only a little",)) == ""


@pytest.mark.parametrize("text", ["no, it feels odd down there", "same area, numb", "left leg and between"])
def test_a_word_that_says_more_keeps_its_sentence(text: str) -> None:
    assert left_over(text, _reading(text)) == text


def test_a_finding_that_stands_for_the_whole_text_takes_nothing_out() -> None:
    assert left_over("no numb feeling", _reading("no numb feeling", "no numb feeling")) == "no numb feeling"
