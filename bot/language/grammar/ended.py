"""A symptom told in one sentence and over in the next: "I had numbness down there. Gone now."."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.grammar.polarity import Phrases
from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import word_set

_ASIDE = word_set(
    """
    it that this they is are has have now all since thankfully luckily but and , . | so then pretty much
    after surgery op operation to day own on its thank god knock wood
    """
)
_LONGEST = 14


def settle_ended(
    reports: Sequence[Report], tokens: Sequence[Token], said: Phrases, four_valued: frozenset[str]
) -> list[Report]:
    """The reports with the one symptom of a sentence resolved when the next says only that it is over.

    Of several symptoms nobody knows which is over: they stand.
    """
    ended = {number - 1 for number, words in _sentences(tokens).items() if _is_over(words, said)}
    out = list(reports)
    for sentence in ended:
        told = [r for r in reports if r.sentence == sentence and r.assertion == "present" and not r.event]
        symptoms = {name for r in told for name in r.sets if name in four_valued and r.sets[name] == "yes"}
        if len(symptoms) == 1:
            over = [r for r in told if symptoms & r.sets.keys()]
            out = [replace(r, assertion="resolved") if r in over else r for r in out]
    return out


def _sentences(tokens: Sequence[Token]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for token in tokens:
        found.setdefault(token.sentence, []).append(token.norm)
    return found


def _is_over(norms: Sequence[str], said: Phrases) -> bool:
    if len(norms) > _LONGEST or not said.contains(norms, "over"):
        return False
    rest = {norm for norm in norms if norm not in _ASIDE}
    covered = {
        norm
        for index in range(len(norms))
        for norm in norms[index : index + said.match_at(norms, index, "over")]
    }
    return rest <= covered
