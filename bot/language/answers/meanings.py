"""A choice in the patient's own words, or by its place in the list: "out of the blue", "the second one".

The words stand in the lexicon as `means FACT VALUE` and count only in an answer to that very question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Value, Variable
from bot.language.answers.answer_values import shaped
from bot.language.grammar.polarity import Phrases

_LONGEST_ANSWER = 16
"""In a longer message the words may speak of anything."""
_DENIES = frozenset(("not", "no", "never", "without"))
_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth")
_ONE = frozenset(("1", "choice", "option", "thing"))


@dataclass(frozen=True)
class Meaning:
    """The value meant and how many words say so."""

    value: Value
    words: int


def meaning_of(variable: Variable, norms: Sequence[str], said: Phrases) -> Meaning | None:
    """What the answer means by the longest of its phrases; None when none is known or two are as long."""
    if not norms or len(norms) > _LONGEST_ANSWER:
        return None
    picked = _by_place(variable, norms)
    if picked is not None:
        return Meaning(picked, len(norms))
    found = sorted(_matches(variable, norms, said), reverse=True)
    if not found:
        return None
    longest = found[0][0]
    values = dict.fromkeys(value for length, value in found if variable.kind == "list" or length == longest)
    if variable.kind == "list":
        return Meaning(tuple(values), longest)
    return Meaning(next(iter(values)), longest) if len(values) == 1 else None


def _matches(variable: Variable, norms: Sequence[str], said: Phrases) -> Iterator[tuple[int, str]]:
    for value in ("yes", "no", *variable.values):
        kind = f"means {_asked_like(variable.name)} {value}"
        for index in range(len(norms)) if said.knows(kind) else ():
            length = said.match_at(norms, index, kind)
            denied = value == "yes" and not _DENIES.isdisjoint([*norms[:index], *norms[index + length :]])
            if length and not denied and not (index and norms[index - 1] in _DENIES):
                yield length, value


def _asked_like(name: str) -> str:
    """The course and the cause of any symptom are asked, and answered, in the same words."""
    return next((ending for ending in ("course", "explained") if name.endswith(f"_{ending}")), name)


def _by_place(variable: Variable, norms: Sequence[str]) -> Value | None:
    """ "The second one", "third", "last one" of the choices shown."""
    kept = [norm for norm in norms if norm not in _ONE]
    if len(kept) != 1 or not variable.choices or variable.kind == "number":
        return None
    if kept[0] == "last":
        return shaped(variable.choices[-1].value, variable)
    place = _PLACES.index(kept[0]) if kept[0] in _PLACES else len(variable.choices)
    return shaped(variable.choices[place].value, variable) if place < len(variable.choices) else None
