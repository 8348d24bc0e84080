"""The patient's sex, from a word for themselves or, when somebody writes for them, from who they are."""

from __future__ import annotations

import re

from bot.language.text.numbers import Figure

_MALE = (
    "husband|dad|father|daddy|pop|pops|pop pop|papa|papá|son|brother|uncle|grandpa|grandfather|gramps"
    "|granddad|boyfriend|nephew|grandson|stepson|stepdad|father-in-law|son-in-law|brother-in-law|hubby|fiancé|man|boy"
    "|guy|gentleman"
)
_FEMALE = (
    "wife|mom|mother|mum|mama|mamá|ma|daughter|sister|aunt|auntie|grandma|grandmother|gma|granny|nana|nan"
    "|girlfriend|niece|granddaughter|stepdaughter|stepmom|mother-in-law|daughter-in-law|sister-in-law|fiancée"
    "|lady|woman|girl"
)
_OWN = re.compile(
    r"\b(?:\d{1,3} ?(?:y/?o|yr old|year old|years old)?,? ?"
    r"(?:(?P<m>male|man|gentleman)|(?P<f>female|woman|lady))"
    r"|(?:i'?m|i am|im|being) (?:a |an |just a |only a )?(?:\w+ ){0,2}"
    r"(?:(?P<m2>male|man|dude|guy|grandfather|dad)"
    r"|(?P<f2>female|woman|lady|gal|chick|mom|grandmother|nurse lady)))\b"
)
_THEIRS = re.compile(rf"\b(?:(?P<m>{_MALE}|mr)|(?P<f>{_FEMALE}|mrs|ms|miss))\b")
_HE = re.compile(r"\b(?:(?P<m>he|his|him|hes|he's)|(?P<f>she|her|hers|shes|she's))\b")
_ANSWER = re.compile(
    r"\b(?:(?P<f>f|fem|female|woman|women|girl|lady|gal|she|her|trans man|ftm|afab|mujer|femenino)"
    r"|(?P<m>m|male|man|men|boy|guy|dude|he|him|trans woman|mtf|amab|hombre|masculino|gentleman|fella))\b"
)
_TRANS = re.compile(r"\b(?:(?P<f>trans man|ftm|afab)|(?P<m>trans woman|mtf|amab))\b")


def find_sex(clean_text: str, *, asked: bool, other: bool) -> Figure | None:
    """`sex` as `m` or `f`; None when the text does not tell, or tells of several people."""
    if asked:
        return _figure(_TRANS.search(clean_text) or _ANSWER.search(clean_text))
    own = _OWN.search(clean_text)
    if own is not None and not other:
        return _figure(own)
    return _of_other(clean_text) if other else None


def _of_other(text: str) -> Figure | None:
    """Of the person written for: the first named, unless the pronouns say another."""
    named = _THEIRS.search(text) or _HE.search(text)
    pronouns = {"m" if match["m"] else "f" for match in _HE.finditer(text)}
    said = _figure(named)
    if said is None or len(pronouns) == 2:
        return said if said is not None and named is not None and named.re is _THEIRS else None
    return said if not pronouns or said.value in pronouns else _figure(_HE.search(text))


def _figure(match: re.Match[str] | None) -> Figure | None:
    if match is None:
        return None
    groups = match.groupdict()
    value = "m" if groups.get("m") or groups.get("m2") else "f"
    return Figure("sex", value, *match.span())
