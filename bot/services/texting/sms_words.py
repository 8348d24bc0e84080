"""Words that steer the texting itself: the carrier's and the FCC's opt-out words, opt-in, help.

Only as the whole message, in any case and punctuation: "STOP!" is one, "pain won't stop" is not.
Sources: Twilio, "Twilio support for opt-out keywords"; 47 CFR 64.1200(a)(10) (stop, quit, end,
revoke, opt out, cancel, unsubscribe, or any other reasonable means).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Steering = Literal["stop", "start", "help", "stop_perhaps"]

STOP_WORDS = frozenset(
    {"stop", "stopall", "stop all", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"}
)
STOP_PHRASES = frozenset(
    {
        "stop texting me", "stop texting", "stop text", "stop texts", "stop messaging me",
        "stop sending me texts", "dont text me", "do not text me", "dont text me anymore",
        "do not text me anymore", "no more texts", "unsubscribe me", "opt me out", "remove my number",
        "take me off your list", "remove me from your list",
    }
)  # fmt: skip
"""Other ways to say nothing but that; each names the texts, the list or the number."""

PERHAPS = frozenset(
    {"stop please", "please stop", "stop it", "stop now", "stop this", "leave me alone", "wrong number"}
)
"""May speak of the texts or of the pain: answered as a message, and staff are told."""

START_WORDS = frozenset({"start", "unstop"})
START_WHEN_OUT = START_WORDS | {"yes"}
HELP_WORDS = frozenset({"help", "info"})


def steering(body: str, *, opted_out: bool) -> Steering | None:
    """What a text asks of the texting itself; None for an ordinary message.

    START, UNSTOP and YES mean something only from a number that opted out: from any other one
    "yes" is an answer and "start" is how somebody begins.
    """
    said = plain(body)
    if said in STOP_WORDS or said in STOP_PHRASES:
        return "stop"
    if opted_out and said in START_WHEN_OUT:
        return "start"
    if said in HELP_WORDS:
        return "help"
    return "stop_perhaps" if said in PERHAPS else None


def plain(body: str) -> str:
    """Lower case, words only: ` *Opt-Out*!! ` becomes `opt out`, `Don’t text me` `dont text me`."""
    folded = unicodedata.normalize("NFKC", body).casefold().replace("’", "'").replace("'", "")
    return re.sub(r"[\W_]+", " ", folded).strip()
