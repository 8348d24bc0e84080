"""The same story in another order, or with a slip of the keyboard, says the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain.findings import Reading

Read = Callable[..., Reading]


@pytest.mark.parametrize(
    ("text", "weeks"),
    [
        ("Doctors said herniated disc. Started 5 weeks ago. It goes past the knee, left.", 5.0),
        ("Never had spine surgery. Doctors said grade 1 spondylolisthesis. Started 8 months ago.", 34.8),
        ("It limits me: a lot. Started 5 weeks ago. Lower back.", 5.0),
    ],
)
def test_what_started_is_the_complaint_whatever_was_said_before(read: Read, text: str, weeks: float) -> None:
    assert read(text).facts["duration_weeks"] == weeks


def test_a_sign_that_started_keeps_its_own_time(read: Read) -> None:
    facts = read("My foot drags. Started 5 days ago.").facts
    assert (facts["weakness_onset_days"], "duration_weeks" in facts) == (5, False)


@pytest.mark.parametrize(
    "text",
    [
        "low back pain for 6 months, for me, I'm 61",
        "For me, I'm 61. Low back pain for 6 months.",
        "low back pain for 6 months, for me, 61",
        "I'm 61 and my low back has hurt for 6 months",
        "for myself. 61 years old, low back pain for 6 months",
    ],
)
def test_whose_story_it_is_stands_inside_it(read: Read, text: str) -> None:
    facts = read(text).facts
    assert (facts["who_for"], facts["age"], facts["duration_weeks"]) == ("self", 61, 26.1)


@pytest.mark.parametrize(
    "text",
    ["pt did nothing for me", "my mom, 61, says it is too much for me", "I'm 45 and my mom's back hurts"],
)
def test_other_words_for_me_say_nothing_of_it(read: Read, text: str) -> None:
    assert read(text).facts.get("who_for") != "self"


@pytest.mark.parametrize(
    ("text", "asked", "name"),
    [("no one explanied anything", "imaging", "dx"), ("open mnided", None, "surgery_preference")],
)
def test_two_letters_that_changed_places(read: Read, text: str, asked: str | None, name: str) -> None:
    assert name in read(text, asked).facts


def test_a_slip_makes_no_other_word_of_a_short_one(read: Read) -> None:
    assert not read("the trial was on the form").facts
