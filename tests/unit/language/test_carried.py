"""A time told once for several signs, a course in the next sentence, what works, and whose limb is weak."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.domain.findings import Reading

Read = Callable[..., Reading]


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("since sunday my privates are numb and I can't pee", "bladder_retention_onset_days", 3),
        ("Sunday I shoveled gravel. Since then my crotch feels nothing.", "saddle_numbness_onset_days", 3),
        ("For two months I wear boots since my foot drags", "weakness_onset_days", 61),
        ("never leaked until a week ago, now I wet my pants", "bladder_incontinence_onset_days", 7),
        ("I wet the bed on Monday and again today", "bladder_incontinence_onset_days", 2),
        ("my hands are clumsy. It's been getting worse.", "myelo_course", "worsening"),
        ("my foot drags more each week", "weakness_course", "worsening"),
        ("my right foot drags, five weeks, no worse no better", "weakness_onset_days", 35),
    ],
)
def test_a_time_or_course_told_once_is_carried(read: Read, text: str, fact: str, value: object) -> None:
    assert read(text).facts.get(fact) == value


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("cancel my friday slot. I can't empty my bladder", "bladder_retention_onset_days"),
        ("I am 30 weeks and I pee every hour", "urgency_frequency_onset_days"),
    ],
)
def test_a_day_of_the_visit_or_a_pregnancy_dates_no_sign(read: Read, text: str, fact: str) -> None:
    assert fact not in read(text).facts


@pytest.mark.parametrize(
    ("text", "fact", "no"),
    [
        ("bowels and bladder behave", "bladder_retention", "no"),
        ("no drainage, legs move, bladder ok", "bladder_retention", "no"),
        ("balance okay, fingers fine", "hand_clumsiness", "no"),
        ("breathing fine and my chest doesn't hurt", "chest_pain", "no"),
        ("Saw a movie where a man can't move his legs. Mine work fine.", "weakness", "none"),
        ("My aunt wet herself with hers. None of that here.", "bladder_incontinence", "no"),
    ],
)
def test_what_works_or_is_anothers_is_no(read: Read, text: str, fact: str, no: str) -> None:
    assert read(text).facts.get(fact) == no


@pytest.mark.parametrize(
    ("text", "fact", "value"),
    [
        ("my arm won't go above the shoulder", "weakness_where", "arm"),
        ("too much pain to walk to the bathroom", "cannot_walk_cause", "pain"),
        ("my left leg is weak but only after I have walked a mile", "weakness_pattern", "only_after_walking"),
    ],
)
def test_which_limb_and_why(read: Read, text: str, fact: str, value: str) -> None:
    assert read(text).facts.get(fact) == value
