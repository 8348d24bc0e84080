"""Classes of failing limbs, hands, balance and swallowing, in words the lists were not made from."""

from __future__ import annotations

import pytest

FAILS = [
    ("my left leg has no power", "weakness", "severe"),
    ("she can't stand on her heels", "foot_drop", "yes"),
    ("that was my fourth fall since june", "falls", "yes"),
    ("the weakness creeps up my body", "ascending_weakness", "yes"),
    ("I choke on bread and tea", "trouble_breathing_swallowing", "yes"),
    ("my right foot is icy and has no color", "cold_pale_leg", "yes"),
    ("I bounce off the walls when I walk", "gait_imbalance", "yes"),
]
SILENT = [
    "kids crawling all over me all day",
    "what is my balance",
    "I spilled coffee on the form",
    "break a leg tonight",
    "I lost my grip on reality with this paperwork",
]


@pytest.mark.parametrize(("text", "name", "value"), FAILS)
def test_a_limb_that_fails_is_heard(read, text, name, value):
    assert read(text).facts[name] == value


@pytest.mark.parametrize("text", SILENT)
def test_ordinary_talk_is_no_failing_limb(read, text):
    facts = read(text).facts
    assert not {"weakness", "cannot_walk", "gait_imbalance", "hand_clumsiness"} & set(facts)
