"""Choices as digits, and digits as choices."""

from __future__ import annotations

import pytest

from bot.domain.cases import Draft, MessageChoice
from bot.domain.sms_segments import alphabet
from bot.protocols import Protocols
from bot.protocols.lint import all_said
from bot.services.queues.sms_text import PLAIN_LETTERS, choices_in, render, resolve_digits, words_start

TIMES = (
    MessageChoice(id="a", label="Tue, Dec 1 at 9:00 AM", means="slot:1"),
    MessageChoice(id="b", label="Wed, Dec 2 at 1:30 PM", means="slot:2"),
    MessageChoice(id="c", label="None of these", means="deny"),
)
SYMPTOMS = (
    MessageChoice(id="x", label="Fever", sets={"fever": "yes"}),
    MessageChoice(id="y", label="Weight loss", sets={"weight_loss": "yes"}),
    MessageChoice(id="z", label="None of these", sets={"fever": "no"}, means="deny"),
)


def test_choices_become_numbered_lines() -> None:
    draft = Draft(kind="times", text="Which time?", choices=TIMES)
    assert render(draft) == (
        "Which time?\n1) Tue, Dec 1 at 9:00 AM\n2) Wed, Dec 2 at 1:30 PM\n3) None of these"
    )


def test_text_without_choices_stays() -> None:
    assert render(Draft(kind="info", text="Thanks.")) == "Thanks."


def test_typography_that_costs_segments_becomes_plain() -> None:
    assert (
        render(Draft(kind="info", text="**Don’t** wait — “now”…\u00a0ok\u200b"))
        == 'Don\'t wait - "now"... ok'
    )


@pytest.mark.parametrize(
    "text",
    [
        "1",
        " 1 ",
        "1)",
        "1.",
        "(1)",
        "[1]",
        "#1",
        "# 1",
        "1!",
        "1️⃣",
        "１",
        "option 1",
        "Number 1",
        "no. 1",
        "1\n",
        "01",
    ],
)
def test_one_digit_in_any_dress(text: str) -> None:
    assert resolve_digits(text, TIMES) == ["a"]


@pytest.mark.parametrize(
    "text", ["1, 2", "1,2", "1 2", "1 and 2", "2 & 1", "1) 2)", "1, 2.", "#1 #2", "1,1,2"]
)
def test_several_digits_where_several_can_be_true(text: str) -> None:
    assert sorted(resolve_digits(text, SYMPTOMS) or []) == ["x", "y"]


@pytest.mark.parametrize("text", ["1, 2", "2 3"])
def test_several_digits_where_one_excludes_the_others(text: str) -> None:
    assert resolve_digits(text, TIMES) is None


@pytest.mark.parametrize("text", ["1, 3", "3 1"])
def test_none_of_these_together_with_one_is_not_resolved(text: str) -> None:
    assert resolve_digits(text, SYMPTOMS) is None


@pytest.mark.parametrize(
    "text",
    [
        "0", "4", "12", "1 8 months", "the first one", "one", "yes", "", "-1", "1-2", "9am", "1/2 hour",
        "100",
        "2 weeks", "1. my back", "+1 555 555 0142", "¹½", "1;DROP",
    ],
)  # fmt: skip
def test_everything_else_is_words(text: str) -> None:
    assert resolve_digits(text, TIMES) is None


def test_without_choices_digits_are_words() -> None:
    assert resolve_digits("1", ()) is None


@pytest.mark.parametrize(
    ("text", "ids", "words"),
    [
        ("1, 8 months, yes", ["a"], "8 months, yes"),
        ("2\nthe left one", ["b"], "the left one"),
        ("#1; my back", ["a"], "my back"),
        (" 3) , and more", ["c"], "and more"),
        ("1", ["a"], None),
        ("1,", ["a"], None),
        ("1, 2", [], None),
        ("2 weeks", [], None),
        ("1 8 months", [], None),
        ("9, maybe", [], "maybe"),
        ("8/10, bad", [], None),
        ("12/1, morning", [], None),
        ("yes, 1", [], None),
    ],
)
def test_digits_before_words(text: str, ids: list[str], words: str | None) -> None:
    start = words_start(text)
    assert choices_in(text, TIMES) == ids
    assert (None if start is None else text[start:]) == words


def test_several_digits_before_words_where_several_can_be_true() -> None:
    assert choices_in("1, 2, and my leg", SYMPTOMS) == ["x", "y"]


def test_every_text_of_ours_fits_the_plain_alphabet(protocols: Protocols) -> None:
    """One letter outside it would more than double the segments; Spanish has letters that need it."""
    odd = {
        (said.id, letter)
        for said in all_said(protocols)
        if said.channel == "sms" and said.id != "other_language"
        for letter in said.wording.translate(PLAIN_LETTERS)
        if alphabet(letter) != "GSM-7"
    }
    assert odd == set()
