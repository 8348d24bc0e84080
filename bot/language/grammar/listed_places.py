"""Places told in one breath: "my hip and lower back hurt", "neck, left shoulder", "back n both legs".

What is said of one place of a list is said of them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import word_set

_NAMES = "place "
"""Frames of this name only say that a place is mentioned."""
_JOINS = word_set("and , n & + plus with then / also")
_BETWEEN = _JOINS | word_set(
    "left right both low lower upper on off in of all whole entire again pain hurt ache the my"
)
_APART = 6
_OF_A_SIGN = word_set(
    "weak numb tingle swell cold pale drag drop buckle give fine good ok normal okay strong"
)


def settle_listed_places(reports: Sequence[Report], tokens: Sequence[Token]) -> list[Report]:
    """The reports with the places listed beside a place of the complaint; bare names of places left out."""
    named = [report for report in reports if report.name.startswith(_NAMES)]
    out = [report for report in reports if not report.name.startswith(_NAMES)]
    waiting, grew = named, True
    while waiting and grew:
        joined = [one for one in waiting if _is_listed(one, out, tokens)]
        out += [_told(one) for one in joined]
        waiting, grew = [one for one in waiting if one not in joined], bool(joined)
    return out


def _told(named: Report) -> Report:
    return replace(named, sets={"region": (named.name.removeprefix(_NAMES),)}, name="listed place")


def _is_listed(named: Report, reports: Sequence[Report], tokens: Sequence[Token]) -> bool:
    if named.assertion != "present" or named.relative or _has_a_sign(named, tokens):
        return False
    return any(
        "region" in one.sets and one.counts and one.sentence == named.sentence and _joined(named, one, tokens)
        for one in reports
    )


def _joined(named: Report, told: Report, tokens: Sequence[Token]) -> bool:
    """Only a joining word and a side between the two."""
    first, last = (named, told) if named.start < told.start else (told, named)
    norms = [token.norm for token in tokens[first.end : last.start] if token.norm != "|"]
    return 0 < len(norms) <= _APART and not _JOINS.isdisjoint(norms) and _BETWEEN.issuperset(norms)


def _has_a_sign(named: Report, tokens: Sequence[Token]) -> bool:
    """ "Back pain and my legs are weak": the legs are told for another thing."""
    return any(not _OF_A_SIGN.isdisjoint((token.norm, token.raw)) for token in _rest_of_clause(named, tokens))


def _rest_of_clause(named: Report, tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens[named.end : named.end + 4]:
        if token.clause != named.clause or token.norm in ("|", "."):
            return
        yield token
