"""A sign named and denied in the next breath: "losing my pee: hasn't happened", "wet the bed? nah man"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.language.text.report import Report
from bot.language.text.segments import DENIALS, MOST_NAMING, TELLING, Token
from bot.language.text.time_line import word_set

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
    """
    none non nothing not no of it that those thos these thes them is are have has applies me mine min i do
    does any so far yet thank thankfully luckily god good to know here the case happen happened experienc same
    either like such self myself sort kind <nay> now ever
    """
)
_MINE = word_set("mine min me i")
_WELL = word_set("fine fin normal ok okay good great strong steady okey perfect well alright intact")
_MINE_DOES = word_set("move mov lift work feel is are do does go come behave behav stay hold just all still")
_TOLD_OF_OTHERS = ("hypothetical", "other_person")
_LACKS = DENIALS | {"can", "could", "lose", "lost", "gone", "nothing", "hardly", "barely"}
""" "I can't feel it. No.": a lack said twice is not taken back."""

_TOLD_BY_WHAT_IS = word_set(
    """
    chest_pain abdominal_pain flank_pain severe_headache positional_headache tearing_pain burning_urine
    stiff_neck fever confusion wound_drainage wound_open wound_redness one_leg_swelling night_pain
    """
)
"""Signs told by what is there; the others are lacks, whose own words hold a "not" ("will not start")."""


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
    others = _not_mine(clauses, sentences)
    return [
        replace(report, assertion="absent", relative=False)
        if (report.clause in denied and report.assertion == "present" and not report.event)
        or (report.sentence in others and _is_of_others(report))
        else report
        for report in reports
    ]


def _is_of_others(report: Report) -> bool:
    """Told of another person, of TV or of a warning: what the writer then has none of."""
    return not report.event and (report.assertion in _TOLD_OF_OTHERS or report.relative)


def _not_mine(clauses: dict[int, list[str]], sentences: dict[int, int]) -> set[int]:
    """Sentences that the next one keeps from the writer: "I have none of that", "mine move fine"."""
    told: dict[int, list[str]] = {}
    for number, said in clauses.items():
        told.setdefault(sentences[number], said)
    return {number - 1 for number, said in told.items() if _disowns(said)}


def _disowns(said: Sequence[str]) -> bool:
    mine = said[:1] in (["mine"], ["min"])
    if mine and not _WELL.isdisjoint(said):
        return _SAYS_NO.isdisjoint(said) and (_WELL | _MINE | _MINE_DOES).issuperset(said)
    return _ALL_OF_IT.issuperset(said) and not _SAYS_NO.isdisjoint(said)


def settle_denied_inside(reports: Sequence[Report]) -> list[Report]:
    """ "My chest does not hurt": the sign read from "chest" on is denied like that read from "hurt" on.

    So is another's: "kindergartner can't button" holds the "can't button" that is the kindergartner's.
    """
    denied = [r for r in reports if r.assertion == "absent" and r.sets]
    theirs = [r for r in reports if r.assertion == "other_person" and r.sets]
    return [_like_its_inside(report, denied, theirs) for report in reports]


def _like_its_inside(report: Report, denied: Sequence[Report], theirs: Sequence[Report]) -> Report:
    if report.assertion != "present":
        return report
    if any(_denies_its_end(no, report) for no in denied):
        return replace(report, assertion="absent")
    if any(other.sets == report.sets and _holds(report, other) for other in theirs):
        return replace(report, assertion="other_person")
    return report


def _holds(report: Report, inner: Report) -> bool:
    return report.start < inner.start and inner.end <= report.end


def settle_well_in_a_list(reports: Sequence[Report], tokens: Sequence[Token]) -> list[Report]:
    """ "No drainage, legs move, bladder ok": the "no" does not reach over the comma to what is well."""
    return [
        replace(report, assertion="present")
        if report.assertion == "absent" and _says_it_is_well(report) and _opens_an_item(report, tokens)
        else report
        for report in reports
    ]


def _says_it_is_well(report: Report) -> bool:
    return bool(report.sets) and all(value in ("no", "none") for value in report.sets.values())


def _opens_an_item(report: Report, tokens: Sequence[Token]) -> bool:
    before = tokens[report.start - 1].norm if report.start else ""
    inside = {token.norm for token in tokens[report.start : report.end]}
    return before == "," and DENIALS.isdisjoint(inside)


def _denies_its_end(no: Report, report: Report) -> bool:
    same = no.sets == report.sets and not report.event and not _TOLD_BY_WHAT_IS.isdisjoint(no.sets)
    return same and report.head < no.head < report.end and no.start >= report.start


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
