"""A doubt ("not sure if ...") is neither a yes nor a no, whatever words of a sign it is made of."""

from __future__ import annotations

import pytest

from bot.language import Reader


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("not sure if i am running a fever", "fever"),
        ("im not sure if i blacked out", "fainting"),
        ("not sure if i have lost weight this year", "weight_loss"),
        ("could be pregnant, not sure", "pregnant"),
    ],
)
def test_a_doubted_sign_is_unsure(reader: Reader, text: str, name: str) -> None:
    assert reader.read(text).facts[name] == "unsure"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("not sure if my bladder empties all the way", "bladder_retention"),
        ("not sure my legs are normal", "weakness"),
        ("not sure if i can hold my bowels", "bowel_incontinence"),
    ],
)
def test_a_doubted_all_is_well_denies_nothing(reader: Reader, text: str, name: str) -> None:
    assert reader.read(text).facts.get(name) not in ("no", "none")


def test_a_doubt_about_something_else_leaves_the_sign(reader: Reader) -> None:
    assert reader.read("not sure what happened but i can't pee").facts["bladder_retention"] == "yes"
