"""Limbs, hands, balance, the story of the pain: a new wording for each class of `data/lexicon/limbs.yml`."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("the thigh caves on every second stair", "weakness", "severe"),
        ("his legs refuse to carry him past the porch", "weakness", "severe"),
        ("the arm is dead weight since Sunday", "weakness", "severe"),
        ("the quad on my bad leg has shrunk", "weakness", "mild"),
        ("no weakness in my calves or wrists", "weakness", "none"),
        ("slipper catches on the doorway", "foot_drop", "yes"),
        ("I hike my hip so the toes do not drag", "foot_drop", "yes"),
        ("the crochet needle is a battle now", "hand_clumsiness", "yes"),
        ("my penmanship is all scrawl", "hand_clumsiness", "yes"),
        ("I do not drop plates", "hand_clumsiness", "no"),
        ("I walk like a newborn foal", "gait_imbalance", "yes"),
        ("the sidewalk feels like a waterbed", "gait_imbalance", "yes"),
        ("no problem with my balance", "gait_imbalance", "no"),
        ("when I tuck my chin a current runs to my heels", "lhermitte", "yes"),
        ("ankles, then knees, then belt", "ascending_weakness", "yes"),
        ("I gag on soup", "trouble_breathing_swallowing", "yes"),
        ("my shin turned waxy and icy an hour ago", "cold_pale_leg", "yes"),
        ("one calf is melon sized and shiny", "one_leg_swelling", "yes"),
        ("I have never fallen", "falls", "no"),
    ],
)
def test_classes_of_words_make_the_fact(read, text, fact, value):
    assert read(text).facts.get(fact) == value


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("I went back to my desk and came back at nine", "region"),
        ("I need to drop everything and pack", "hand_clumsiness"),
        ("my shaky hands, I have not eaten", "weakness"),
        ("wobbly in heels", "gait_imbalance"),
        ("eating the same food", "course"),
        ("the surgeon left a message", "side"),
    ],
)
def test_what_only_sounds_like_it_makes_none(read, text, fact):
    assert fact not in read(text).facts


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("zings from my glute clear to the instep", "leg_below_knee"),
        ("shoots into the hamstring", "leg_above_knee"),
        ("runs out my shoulder to the ring finger", "arm"),
    ],
)
def test_the_path_of_the_pain(read, text, value):
    assert read(text).facts["radiates"] == value
