"""Whether somebody threatens to hurt or kill another person (clinical.md 6.7). Not oneself: that is RF90.

An intention and a person are both needed; "my back is killing me" and "I could kill for sleep" have neither.
"""

from __future__ import annotations

import re

_WILL = r"\b(?:i'?m|i am|im|i|we|we're|were)\s+(?:am |are )?(?:really |just |so )?"
_MEAN = (
    r"(?:going to|gonna|goin to|will|want to|wanna|plan(?:ning)? to|about to|ready to|thinking (?:of|about)"
    r"|swear (?:to god )?i(?:'?ll| will))"
)
_HARM = (
    r"(?:kill(?:ing)?|murder(?:ing)?|shoot(?:ing)?(?: up)?|stab(?:bing)?|strangl(?:e|ing)|hurt(?:ing)?"
    r"|blow(?:ing)? up|burn(?:ing)? down)"
)
_WHOM = (
    r"(?:him|her|them|you|you all|y'?all|everyone|everybody|people|somebody|someone"
    r"|(?:my|the|that|this|your|his|her|those|these)\s+(?:\w+\s+){0,2}?"
    r"(?:wife|husband|ex|girlfriend|boyfriend|partner|boss|kids?|child(?:ren)?|son|daughter|mom|mother|dad|father"
    r"|brother|sister|neighbou?rs?|doctors?|dr|surgeon|nurses?|staff|clinic|office|place|hospital|family|roommate"
    r"|landlord|guy|man|woman|coworkers?))"
)
_THREAT = re.compile(
    rf"{_WILL}{_MEAN}\s+(?:\w+\s+)?{_HARM}\s+{_WHOM}\b|\bi'?ll\s+{_HARM}\s+{_WHOM}\b", re.IGNORECASE
)
_NOT = re.compile(
    r"\b(?:not|never|don'?t|didn'?t|wouldn'?t|afraid|scared|worried|lol|joking|kidding)\b", re.IGNORECASE
)


def threatens(text: str) -> bool:
    """True for "I'm going to kill my boss"; False for idioms, fears and denials."""
    said = text.replace("\u2019", "'")
    found = _THREAT.search(said)
    return found is not None and _NOT.search(said[max(0, found.start() - 25) : found.end()]) is None
