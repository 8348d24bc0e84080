"""Finding a case by name, phone or reference with equality only, so that keys can be sealed later.

A name is stored as the beginnings of its words (3 letters or more), a phone as all its digits, its
last ten, seven and four. A question must match all its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

SHORTEST = 3
LONGEST = 24
_COMMON = """
the and for but not are was were has have had you your with that this they them she her him his its from
can cant did didnt don dont does doesnt just about when what then than get got been being yes okay like
also very only some any all out off too because would could should
"""
TOO_COMMON = frozenset(_COMMON.split())
"""Words that nearly every conversation holds: they find nothing."""
_ENDINGS = ("ing", "ness", "ies", "es", "ed", "s", "e")
SEARCHED_FACTS = {"contact_name": "name", "contact_phone": "phone"}
"""Variables that make a case findable, and as what."""


def name_keys(name: str) -> set[str]:
    """`Ann-Marie Lee` -> ann, mari, marie, mar, lee."""
    return {word[:size] for word in _words(name) for size in _sizes(word)}


def phone_keys(phone: str) -> set[str]:
    """`+1 (555) 555-0142` -> 15555550142, 5555550142, 5550142, 0142."""
    digits = re.sub(r"\D", "", phone)
    return {part for part in (digits, digits[-10:], digits[-7:], digits[-4:]) if len(part) >= 4}


def said_keys(text: str) -> set[str]:
    """`My legs are tingling` -> leg, tingl: the words of a message by which its case is found."""
    return {stem(word[:LONGEST]) for word in _words(text) if len(word) >= SHORTEST and word not in TOO_COMMON}


def stem(word: str) -> str:
    """The word without its ending, so that `tingling` finds `tingles`; three letters at least stay."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word.removesuffix(ending)
    return word


def number_key(number: str) -> str:
    """The one form of a phone number by which opt-outs, cases and texts are matched."""
    digits = re.sub(r"\D", "", number)
    return digits[-10:] if len(digits) == 11 and digits.startswith("1") else digits or number.strip().lower()


def question_keys(text: str) -> list[str]:
    """What a search for these words must find, each of them; empty when nothing can be searched."""
    digits = re.sub(r"[\s()+.\-]", "", text)
    if digits.isdecimal() and len(digits) >= 4:
        return [digits[-10:]]
    return [word[:LONGEST] for word in _words(text)]


def reference_key(text: str) -> str:
    """How a reference is compared: capital letters and digits only."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _words(text: str) -> Iterable[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))


def _sizes(word: str) -> Iterable[int]:
    return range(min(SHORTEST, len(word)), min(len(word), LONGEST) + 1)
