"""Opt-out, opt-in and help words: only as the whole message, in any dress."""

from __future__ import annotations

import pytest

from bot.services.texting.sms_words import (
    HELP_WORDS,
    PERHAPS,
    START_WORDS,
    STOP_PHRASES,
    STOP_WORDS,
    steering,
)

DRESSES = [
    "{}", " {} ", "{}.", "{}!", "{}!!!", "'{}'", '"{}"', "“{}”", "*{}*", "({})", "{}\n", "\t{}\r\n",
    "-{}-",
    "{}...", "{}…", "😡{}😡", "{} 🙏", "{}\u200b", "\ufeff{}", "{}\u00a0", "{},", "#{}", "{}:)", "[{}]",
    "_{}_",
]  # fmt: skip
CASES = [str.upper, str.lower, str.title, str.swapcase]


@pytest.mark.parametrize("word", sorted(STOP_WORDS))
def test_stop_words_in_any_case_and_punctuation(word: str) -> None:
    for case in CASES:
        for dress in DRESSES:
            text = dress.format(case(word))
            assert steering(text, opted_out=False) == "stop", ascii(text)
            assert steering(text, opted_out=True) == "stop", ascii(text)


@pytest.mark.parametrize("phrase", sorted(STOP_PHRASES))
def test_other_ways_to_say_it(phrase: str) -> None:
    assert steering(f"{phrase.capitalize()}.", opted_out=False) == "stop"


@pytest.mark.parametrize(
    "text", ["Don't text me", "Don’t text me anymore!", "opt-out", "OPT_OUT", "ＳＴＯＰ", "stop-all"]
)
def test_spellings(text: str) -> None:
    assert steering(text, opted_out=False) == "stop"


@pytest.mark.parametrize("word", [*sorted(START_WORDS), "yes", "Yes!", "START."])
def test_opt_in_words_count_only_when_out(word: str) -> None:
    assert steering(word, opted_out=True) == "start"
    assert steering(word, opted_out=False) is None


@pytest.mark.parametrize("word", sorted(HELP_WORDS))
def test_help_words(word: str) -> None:
    for dress in DRESSES:
        assert steering(dress.format(word.upper()), opted_out=False) == "help"


@pytest.mark.parametrize("text", sorted(PERHAPS))
def test_doubtful_ones_are_messages_that_staff_see(text: str) -> None:
    assert steering(text.title() + "!", opted_out=False) == "stop_perhaps"


@pytest.mark.parametrize(
    "text",
    [
        "pain won't stop",
        "the pain won't stop",
        "it doesn't stop hurting",
        "stop and start pain",
        "it hurts when I stop",
        "cant stop peeing",
        "I had to quit my job",
        "quit smoking last year",
        "want to cancel my surgery",
        "I need to cancel my appointment on Friday",
        "end of the day it is worse",
        "at the end",
        "my rope's end",
        "want to end it",
        "end it all",
        "revoke what I said, it is the left leg",
        "no i cant stop it",
        "help me i cant feel my legs",
        "help please",
        "info about fusion",
        "yes",
        "yes it hurts",
        "no",
        "start of the year",
        "stop sign accident",
        "pit stop",
        "unsubscribed from PT",
        "opt out of surgery if i can",
        "1",
        "",
        "   ",
        "!!!",
        "STOP the pain please",
        "stopped PT in may",
        "ended up in the ER",
        "stopp",
        "nonstop",
        "stop stop stop it hurts",
    ],
)
def test_ordinary_messages(text: str) -> None:
    assert steering(text, opted_out=False) is None


@pytest.mark.parametrize("text", ["yes it hurts", "start of the year", "no", "my leg is worse"])
def test_ordinary_messages_of_somebody_who_opted_out(text: str) -> None:
    assert steering(text, opted_out=True) is None
