"""What a patient wants to get back to, in their own words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.language.text.numbers import Figure

_GOAL = re.compile(
    r"\b(?:want|wanna|hope|hoping|(?:would|i'd|id) (?:just )?(?:like|love)|wish i could|need|my goal is)"
    r" ?(?:to )?(?P<goal>(?:get(?:ting)? back to|be able to|go back to|return to|play(?:ing)? with"
    r"|pick(?:ing)? up my|walk(?:ing)? (?:my|the|again)|sleep(?:ing)? (?:through|again)|work again"
    r"|garden|golf)"
    r"[^.!?\n;]{0,80})"
)


def find_goals(clean_text: str) -> Iterator[Figure]:
    """The first wish of a message ("I just want to get back to gardening")."""
    match = _GOAL.search(clean_text)
    if match is not None:
        yield Figure("goals", match["goal"].strip(), match.start("goal"), match.end("goal"))
