"""What is carried from turn to turn: little, without words, and dropped at any doubt."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.dialogue.conftest import Talk, Wire

FULL = {"answer": "full", "polarity": "affirm"}


def test_the_state_stays_small_over_300_turns(wire: Wire) -> None:
    talk = Talk(wire, asked="opening")
    sizes = []
    for number in range(300):
        assert talk.send("thanks" if number % 3 else "how long is recovery?").status == 200
        sizes.append(len(talk.state or ""))
    assert max(sizes) < 4000
    assert max(sizes[200:]) <= max(sizes[:20])


def test_the_state_holds_no_word(talk: Talk) -> None:
    talk.say("giraffewords my back hurts")
    talk.say("giraffewords how long is recovery?")
    assert "giraffe" not in str(talk.state)
    assert "resume" not in str(talk.state)


def test_the_state_remembers_misses(talk: Talk) -> None:
    assert talk.say("flurb znork") == ["not_understood 1"]
    assert talk.say("glim gloop") == ["not_understood 2"]


def test_without_the_state_the_phase_is_enough(talk: Talk) -> None:
    talk.say("yes", **FULL)
    talk.state = None
    assert talk.say("how long is recovery?")[1:] == ["resume opening"]


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"model": "other"},
        {"case": "c" * 32},
        {"loop": "booking_form"},
        {"slots": []},
        {"tail": {}},
        {"tail": [{"event": "nothing-of-this-name"}]},
        {"tail": [{"event": "slot"}]},
        {"tail": [7]},
    ],
)
def test_a_state_that_does_not_fit_is_dropped(talk: Talk, change: dict[str, Any]) -> None:
    assert talk.say("flurb znork") == ["not_understood 1"]
    talk.state = json.dumps({**json.loads(talk.state or "{}"), **change})
    assert talk.say("glim gloop") == ["not_understood 1"]


@pytest.mark.parametrize("state", ["", "{}", "[]", "null", "garbage", "\u0000", "x" * 16000])
def test_a_broken_state_is_dropped(talk: Talk, state: str) -> None:
    talk.state = state
    assert talk.say("yes", **FULL) == ["take_turn affirm -> opening"]


def test_two_conversations_do_not_meet(wire: Wire) -> None:
    one, other = Talk(wire), Talk(wire)
    one.say("flurb znork")
    assert other.say("glim gloop") == ["not_understood 1"]
