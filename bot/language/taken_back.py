"""A sign named and denied in the next breath: "losing my pee: hasn't happened", "wet the bed? nah man"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.language.report import Report
from bot.language.segments import DENIALS, MOST_NAMING, TELLING, Token
from bot.language.time_line import word_set

_LONGEST = 9
_SAYS_NO = word_set("not no nope nah negative negativ none non neither <nay>")
_ASIDE = word_set(
    """
    have has do does did is am are be it that those they i me mine so say would happen happened never yet
    also all luckily far lol haha though these such
    man sir thank god at of them the either here to or case one a think doctor check checked true problem
    """
)
"""What may stand beside the "no" of such an answer; any other word says something more."""
_WARNED = word_set("warn ask told mention")
_TELLERS = word_set("he she him they warn ask told mention single")
""" "I don't have it, he just warned me"."""
_REFUTES = word_set("happen happened have has me negative negativ so mean")
_ALL_OF_IT = word_set(
    "none non nothing not no of it that those these them is are have has applies me mine i do any"
)
_LACKS = DENIALS | {"can", "could", "lose", "lost", "gone", "nothing", "hardly", "barely"}
""" "I can't feel it. No.": a lack said twice is not taken back."""


def settle_taken_back(reports: Sequence[Report], tokens: Sequence[Token]) -> list[Report]:
    """The reports, those absent that the clause or sentence right behind them denies and says no more."""
    clauses = _clauses(tokens)
    sentences = {token.clause: token.sentence for token in tokens}
    denied = {
        before
        for before, after in _neighbours(clauses, sentences)
        if _is_denial(clauses[after])
        and not _says_it_again(clauses[before], clauses[after])
        and (_only_names(clauses[before]) or not _REFUTES.isdisjoint(clauses[after]))
    }
    return [
        replace(report, assertion="absent")
        if report.clause in denied and report.assertion == "present" and not report.event
        else report
        for report in reports
    ]


def _clauses(tokens: Sequence[Token]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for token in tokens:
        said = found.setdefault(token.clause, [])
        if token.norm[:1].isalpha() or token.norm == "<nay>":
            said.append(token.norm)
    return {number: said for number, said in found.items() if said}


def _neighbours(clauses: dict[int, list[str]], sentences: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Each clause with the one it may deny: that before it, asides between ("drop foot, my doctor checked,
    I don't have it"); a sentence "none of it is me" denies every clause of the sentence before.
    """
    numbers = sorted(clauses)
    for place, after in enumerate(numbers):
        before = [number for number in numbers[:place] if not _is_aside(clauses[number])]
        if not before:
            continue
        yield before[-1], after
        if sentences[before[-1]] < sentences[after] and _ALL_OF_IT.issuperset(clauses[after]):
            for number in before[:-1]:
                if sentences[number] == sentences[before[-1]]:
                    yield number, after


def _is_aside(said: Sequence[str]) -> bool:
    return all(word in _ASIDE for word in said)


def _says_it_again(said: Sequence[str], after: Sequence[str]) -> bool:
    return not _LACKS.isdisjoint(said) and _REFUTES.isdisjoint(after)


def _only_names(said: Sequence[str]) -> bool:
    """ "Numb groin. No" denies it. "My leg turned cold. No, never" tells of it and answers something else."""
    return len(said) <= MOST_NAMING and TELLING.isdisjoint(said)


def _is_denial(said: Sequence[str]) -> bool:
    aside = _ASIDE if _WARNED.isdisjoint(said) else _ASIDE | _TELLERS
    return (
        len(said) <= _LONGEST
        and not _SAYS_NO.isdisjoint(said)
        and all(word in _SAYS_NO or word in aside for word in said)
    )
