"""The part of a message that its reading does not account for.

A guess about a short answer is often a guess about its plain words: "yes, yes, same area". A sentence all
of whose words are understood hints at nothing more than what was read from it.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.domain.findings import Reading

_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
_WORD = re.compile(r"[a-z0-9]+(?:['\u2019][a-z]+)?", re.IGNORECASE)
_SHORTEST_SLIP = 5
"""Letters of a word in which two may have changed places."""
_PLAIN_WORDS = (
    "yes yeah yep yup no nope nah none nothing neither nor not never any all both each one ones of that "
    "those these this them it it's its is are was were am be been do does did have has had i i'm i've me "
    "my mine he she his her they their we you your the a an and or but so then too also plus just only "
    "really quite very pretty much more most less still again ok okay well there here same other others "
    "else otherwise apply applies now today with on at to for in from by about as than area areas spot "
    "place part bit little lot some thank thanks please sure right guess think oh ugh hmm gosh wow geez man "
    "come look listen question questions"
)
_PLAIN = frozenset(_PLAIN_WORDS.split())
"""Words of any answer: none of them speaks of a body or of what it feels."""


def left_over(text: str, reading: Reading, *, question: Collection[str] = ()) -> str:
    """The sentences in which some word is neither plain, nor read, nor of the question; empty when none is.

    `question`: the open question's texts, when its words say nothing of a danger sign.
    """
    known = _PLAIN | {word for part in question for word in _words(part)}
    read = [(one.start, one.end) for one in reading.findings if one.end - one.start < len(text.strip())]
    return " ".join(
        found.group().strip()
        for found in _SENTENCE.finditer(text)
        if any(
            not _is_known(word.group().lower().replace("\u2019", "'"), known)
            and not any(start <= found.start() + word.start() < end for start, end in read)
            for word in _WORD.finditer(found.group())
        )
    )


def _words(text: str) -> list[str]:
    return [word.lower().replace("\u2019", "'") for word in _WORD.findall(text)]


def _is_known(word: str, known: Collection[str]) -> bool:
    if word in known or word.isdigit():
        return True
    if len(word) < _SHORTEST_SLIP:
        return False
    return any(one[0] == word[0] and sorted(one) == sorted(word) for one in known)
