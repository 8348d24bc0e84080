"""What people say about the conversation itself."""

from __future__ import annotations

import pytest

from bot.domain.errors import ProtocolError
from bot.language.answers.sayings import load_sayings, read_sayings
from bot.settings import ROOT

SAYINGS = load_sayings(ROOT / "data" / "lexicon")


@pytest.mark.parametrize(
    "text",
    [
        "stop asking me so many questions",
        "this is too long",
        "are you a robot?? I want out",
        "ugh this is taking forever",
        "I don\u2019t have time for this",
        "sick of all these questions",
        "im done answering",
    ],
)
def test_who_has_enough_of_the_questions(text):
    assert SAYINGS.says("too_many_questions", text)


@pytest.mark.parametrize(
    "text",
    [
        "I can't sit too long",
        "the pain makes it take me a while to get up",
        "my questions for the surgeon are many",
        "I am tired all day",
        "it took too long to heal",
    ],
)
def test_who_tells_of_the_back_has_not(text):
    assert not SAYINGS.says("too_many_questions", text)


def test_the_reader_and_a_process_without_one_know_the_same(reader):
    assert reader.sayings == SAYINGS


def test_a_phrase_with_a_gap_an_ending_and_either_word():
    lists = read_sayings({"one": ["too/so long ... form*"]})
    assert lists.says("one", "It's SO long, this silly forms thing")
    assert not lists.says("one", "so long")
    assert not lists.says("two", "so long")


@pytest.mark.parametrize("lists", [{"one": []}, {"one": [" "]}])
def test_an_empty_list_is_refused(lists):
    with pytest.raises(ProtocolError, match="one"):
        read_sayings(lists)
