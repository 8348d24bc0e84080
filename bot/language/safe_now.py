"""What somebody says after an emergency message: going, cannot get there, or it was a mistake.

Only looked at while a case stands at an emergency, so short words can be trusted; what fits nothing
is None, and the message is repeated. "Cannot" wins over "going" ("I want to go but have no car").
"""

from __future__ import annotations

import re
from typing import Literal

SafeNow = Literal["going", "cannot", "mistake"]

_MISTAKE = re.compile(
    r"\b(mistake|mis\s?typed|typo|wrong (person|answer|button|one)|not me|wasn'?t me|did\s?n'?t mean|misread"
    r"|misunderst\w+|nothing like that|none of (?:that|those|this|these)|no such thing|never said|not true"
    r"|do\s?n'?t have (?:any of )?(?:that|those|this|these)\b"
    r"|kidding|joking|just (a )?(test|testing)|pretend\w*|take (that|it) back)\b"
)
_CANNOT = re.compile(
    r"\b(no (ride|car|way|one|body|transport\w*|insurance|money)|nobody|can'?t|cant|cannot|can not|unable"
    r"|don'?t have (a )?(ride|car|way|anyone)|too far|stuck|won'?t|not going|rather not|refuse|wait)\b"
)
_GOING = re.compile(
    r"\b(going|i'?ll go|will go|we'?ll go|gonna go|on (my|our|the) way|heading|leaving|headed"
    r"|call(ing|ed)? (911|an ambulance)|ambulance|dialed|dialing"
    r"|(driving|taking|drives|takes|take|brings|bringing) (me|us|him|her|them)"
    r"|at the (er|hospital|emergency)|in the (er|ambulance|car)|okay|ok|yes|yep|yeah|sure|will do|alright)\b"
)


_OH_NO = re.compile(r"\A\W*(?:oh\W+)?(?:no|nope|nah)\b\W*", re.IGNORECASE)


def besides_the_mistake(text: str) -> str:
    """What a text says beside "oh no" and "a mistake": "oh no, my mistake, I can feel it" says the last."""
    return _MISTAKE.sub(" ", _OH_NO.sub("", text).lower().replace("\u2019", "'")).strip(" ,.!")


def safe_now(text: str) -> SafeNow | None:
    """`going`, `cannot`, `mistake`, or None when the words fit none of them."""
    said = text.lower().replace("\u2019", "'")
    if _MISTAKE.search(said):
        return "mistake"
    if _CANNOT.search(said):
        return "cannot"
    return "going" if _GOING.search(said) else None
