"""Body temperatures: whose it is, and whether it was measured or only said to watch for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.language.text.numbers import Figure

_NO_UNIT = (
    r"(?![\d:/-])(?! ?(?:weeks?|days?|hours?|hrs?|months?|years?|mg|%|lbs?|pounds|miles?|times"
    r"|am\b|pm\b|dollars|bucks))"
)
_TEMP = re.compile(
    r"\b(?:temp|temps|temperature|fever|running|ran|tmax)\b[^.\n]{0,18}?\b(?P<a>1?\d\d(?:[.,]\d)?)\b"
    + _NO_UNIT
    + r"|\b(?P<b>(?:9[6-9]|10[0-6])[.,]\d)\b(?! ?(?:lbs?|pounds|mg|%))"
    r"|\b(?P<c>10[0-6])(?: something| and change|ish)? (?:fever|temp|degrees?|f\b)"
    r"|\b(?P<d>3[5-9]|4[0-2])(?P<dd>[.,]\d)? ?°?c\b|\b(?P<e>3[7-9][.,]\d|4[01][.,]\d)\b(?! ?(?:kg|mg|%))"
    r"|\bt:? ?(?P<t>3[5-9](?:[.,]\d)|4[01](?:[.,]\d)|9[6-9](?:[.,]\d)?|10[0-6](?:[.,]\d)?)\b"
)
_BARE = re.compile(
    r"\b(?:got|have|has|had|was|hit|at|says|said|reads?|of|to|about|like|around|over|is)"
    r" (?:a |an |about |like )?(?P<a>10[0-5])(?: something| and change|ish)?\b"
    + _NO_UNIT
    + r"|\A\W*(?:about |like )?(?P<b>10[0-5]|9[6-9])\W*\Z"
)
_FEVERISH = re.compile(
    r"\b(?:fever\w*|chill\w*|shak\w+|shiver\w*|thermometer|temp\w*|burning up|hot|sweat\w*|flu|sick)\b"
)
_WEATHER = re.compile(
    r"\b(?:outside|attic|weather|oven|room|garage|heat index|hot tub|pool|sauna|thermostat|bath)\b"
)
_CONDITION = re.compile(
    r"\b(?:if|unless|until|in case|whenever|should i"
    r"|(?:call|come|go|er|worry|return|told)\b.{0,30}\b(?:over|above|past|for))\b"
    r"|\b(?:over|above|past|higher than|more than)(?: a)?$"
)
_OTHERS = re.compile(
    r"\b(?:baby|babies|kid|kids|toddler|child|son|daughter|wife|husband|hubby|mom|mother|dad|father|brother"
    r"|sister|roommate|boyfriend|girlfriend|dog|cat|puppy|nephew|niece|grand\w+|boy|girl|neighbor|cousin"
    r"|aunt|uncle|class)(?:'?s)?\b(?! (?:says?|said|took|checked|thinks|measured|felt|read))"
)
_OWN = re.compile(r"\b(?:i|i'm|i've|me|mine)\b")
_LOW, _HIGH = 94, 108


def find_temperatures(text: str, *, asked: bool, other: bool) -> Iterator[Figure]:
    """`temp_f` of the patient; Celsius becomes Fahrenheit. `asked`: fever was asked; `other`: a proxy writes.

    A number to watch for ("call if over 101"), somebody else's and the weather's are none.
    """
    matches = list(_TEMP.finditer(text))
    if not matches and (asked or _FEVERISH.search(text)):
        matches = list(_BARE.finditer(text))
    for match in matches:
        degrees = _fahrenheit(match)
        if _LOW <= degrees <= _HIGH and _is_patients(text, match, other=other):
            yield Figure("temp_f", degrees, *match.span())


def _fahrenheit(match: re.Match[str]) -> float:
    groups = match.groupdict()
    number = next((groups[k] for k in "abcet" if groups.get(k)), None)
    degrees = float((number or groups["d"] + (groups["dd"] or "")).replace(",", "."))
    return round(degrees * 9 / 5 + 32, 1) if 35 <= degrees <= 42 else degrees


def _is_patients(text: str, match: re.Match[str], *, other: bool) -> bool:
    if _WEATHER.search(text[max(0, match.start() - 25) : match.end() + 25]):
        return False
    number = next(match.start(name) for name, found in match.groupdict().items() if found)
    before = re.split(r"[.!?;\n](?!\d)|, | but | and i ", text[:number])[-1]
    if _CONDITION.search(before.rstrip()):
        return False
    return other or not _OTHERS.search(before) or _OWN.search(before) is not None
