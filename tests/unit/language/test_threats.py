"""A threat needs an intention and a person; idioms, fears and self-harm are none."""

from __future__ import annotations

import pytest

from bot.language.grammar.threats import threatens


@pytest.mark.parametrize(
    "text",
    [
        "i will kill my husband",
        "I'm going to shoot up your clinic",
        "i’m gonna hurt somebody",
        "I want to kill him",
        "I'll stab that doctor",
        "im thinking about hurting my wife",
    ],
)
def test_threat(text: str) -> None:
    assert threatens(text)


@pytest.mark.parametrize(
    "text",
    [
        "my back is killing me",
        "i could kill for some sleep",
        "i'm not going to hurt anyone",
        "i'm afraid i will hurt my back",
        "this will kill me",
        "i am going to hurt myself",
        "my husband wants to kill me",
        "my kids are killing me lol",
    ],
)
def test_no_threat(text: str) -> None:
    assert not threatens(text)
