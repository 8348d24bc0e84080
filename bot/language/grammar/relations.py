"""How the writer is related to the patient: "his wife", "my mom" (so the writer is her child)."""

from __future__ import annotations

import re

_WORDS = {
    "spouse": "wife husband spouse partner hubby fiance fiancee boyfriend girlfriend",
    "parent": "mom mother mum mama dad father daddy parent stepmom stepdad",
    "child": "son daughter child kid stepson stepdaughter",
    "caregiver": "caregiver carer nurse aide caretaker",
    "other": "sister brother friend neighbor aunt uncle cousin niece nephew grandson granddaughter grandma "
    "grandpa grandmother grandfather roommate coworker nana",
}
_ROLE = {word: role for role, words in _WORDS.items() for word in words.split()}
_MIRROR = {"parent": "child", "child": "parent", "caregiver": "other"}
_HERE = re.compile(r" (?:here|speaking|writing|typing)\b")
""" "Husband here": the writer."""
_NOT_KIN = frozenset(("nurse", "child", "kid", "partner", "parent", "friend", "neighbor"))
_PERSON = re.compile(
    r"\b(?:(?P<owner>my|his|her|their|the patient's|(?:i'm|i am|im) (?:the|her|his|a))"
    r" (?:\w+ ){0,2}?|(?P<about>about|for|regarding) )?(?P<who>" + "|".join(_ROLE) + r")(?:'?s)?\b"
)
_AIDE = re.compile(r"\b(?:i'?m|i am|this is) (?:[\w.']+ ){1,4}?(?:aide|caregiver|carer|caretaker)\b")


_FOR_ME = re.compile(
    r"(?:^|[.,;!?] ?)for (?:me|myself)(?= ?(?:[.,;!]|$)| i'?m \d| i am \d| age)"
    r"|[.,;!?] (?:me|myself)(?=, [1-9]\d ?(?:[.,;!]|$))"
)
""" "For me, I'm 61": the words stand by themselves; "PT did nothing for me" says something else."""


_OWN_AGE = re.compile(r"\b(?:i'?m|i am) (?:an? )?(?:only )?\d{1,3}\b(?! ?(?:weeks?|months?|days?|%))")


def is_for_the_writer(clean_text: str, *, with_complaint: bool = False) -> tuple[int, int] | None:
    """Where a text says that it is about the writer; None when it does not.

    `with_complaint`: it tells of a pain too. Then an age of one's own says it, if nobody else is named.
    """
    said = _FOR_ME.search(clean_text)
    if said is None and with_complaint and relation_of(clean_text, bare=False) is None:
        said = _OWN_AGE.search(clean_text)
    return said.span() if said else None


def relation_of(clean_text: str, *, bare: bool) -> tuple[str, int, int] | None:
    """The writer's role to the patient with its place in the text, None when none is said.

    "my mom" names the patient, so the writer is the child; "his wife" names the writer. With `bare` a person
    without any owner word is the writer ("daughter", in answer to the question); "mom fell" is about her.
    """
    aide = _AIDE.search(clean_text)
    if aide is not None:
        return "caregiver", *aide.span()
    for match in _PERSON.finditer(clean_text):
        owner, role = match["owner"], _ROLE[match["who"]]
        if owner == "my" or (match["about"] and match["who"] not in _NOT_KIN):
            return _MIRROR.get(role, role), *match.span()
        if owner or bare or _HERE.match(clean_text, match.end()):
            return role, *match.span()
        if not clean_text[: match.start()].strip(" ,.!") and match["who"] not in _NOT_KIN:
            return _MIRROR.get(role, role), *match.span()
    return None
