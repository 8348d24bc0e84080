"""What somebody says after an emergency message: going, cannot get there, or it was a mistake.

Only looked at while a case stands at an emergency, so short words can be trusted; what fits nothing
is None, and the message is repeated. "Cannot" wins over "going" ("I want to go but have no car").
"""

from __future__ import annotations

import re
from typing import Literal

from bot.language.answers.sayings import Sayings

SafeNow = Literal["going", "cannot", "mistake"]

_LISTS: tuple[tuple[str, SafeNow], ...] = (
    ("mistake", "mistake"),
    ("cannot_go", "cannot"),
    ("going", "going"),
)
"""Lists of the lexicon and what they mean; the first that fits counts."""
_OH_NO = re.compile(r"\A\W*(?:oh\W+)?(?:no|nope|nah)\b\W*", re.IGNORECASE)


def besides_the_mistake(text: str, sayings: Sayings) -> str:
    """What a text says beside "oh no" and "a mistake": "oh no, my mistake, I can feel it" says the last."""
    return sayings.without("mistake", _OH_NO.sub("", text)).strip(" ,.!")


def safe_now(text: str, sayings: Sayings) -> SafeNow | None:
    """`going`, `cannot`, `mistake`, or None when the words fit none of them."""
    return next((meant for name, meant in _LISTS if sayings.says(name, text)), None)
