"""What is only supposed: a question about people in general, and a warning that has come true.

"does a fusion cause incontinence?" tells nothing of the patient. "they said come back if I leak, and that's
exactly what happened this morning" does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from bot.language.text.report import Report
from bot.language.text.segments import DENIALS, MOST_NAMING, Token

_SELF = frozenset(
    (
        *("i", "i'm", "im", "i've", "ive", "i'd", "i'll", "me", "my", "mine", "myself", "we", "us", "our"),
        *("he", "she", "him", "her", "his", "they", "them", "their", "hes", "shes"),
    )
)
_OPENERS = frozenset(
    (
        *("what", "how", "when", "where", "who", "which", "why", "do", "does", "did", "is", "are"),
        *("can", "could", "will", "would", "should", "at", "has", "have"),
    )
)
_SURE_OPENERS = (
    *(("does",), ("do", "you"), ("do", "they"), ("do", "people"), ("is", "it", "true"), ("is", "there")),
    *(("at", "what", "point"), ("how", "do", "you"), ("how", "long"), ("what", "are"), ("what", "is")),
    ("what", "about"),
)
_LEAD_IN = frozenset(
    ("hi", "hello", "hey", "so", "ok", "okay", "and", "but", "just", "question", ",", "quick", "um")
)
_MODALS = frozenset(("will", "would", "can", "could", "does", "do", "might", "should"))
_EFFECTS = frozenset(("mak", "make", "caus", "cause", "giv", "give", "lead", "leav", "leave", "mean"))
_GOES_ON = frozenset(("keeps", "keep", "kept", "already", "still"))
_QUOTED = frozenset(
    (
        *("told", "said", "says", "say", "saying", "warned", "read", "google", "googled", "online", "sheet"),
        *(
            "handout",
            "card",
            "page",
            "paper",
            "pamphlet",
            "instructions",
            "list",
            "article",
            "worried",
            "afraid",
        ),
        *(
            "scared",
            "fear",
            "worry",
            "will",
            "would",
            "might",
            "could",
            "may",
            "pretend",
            "suppose",
            "imagine",
        ),
    )
)
"""Words of somebody's advice, of fear, of what may come: what stands beside them is only supposed."""
_HELD = frozenset(("can", "could", "will", "lost", "gone", "is", "are", "have"))
_LIMITS = frozenset(("only", "just", "no", "nope", "nah", "not", "never", "none", "sure"))
_KEPT_AWAY = DENIALS | {"if", "nothing", "neither", "that", "all"}
""" "None of that is me"."""
_DATED = frozenset(("since", "ago", "yesterday", "today", "tonight", "lately", "started", "began"))


def settle_supposed(
    reports: Sequence[Report],
    tokens: Sequence[Token],
    *,
    came_true: Sequence[int],
    mine_too: Sequence[int] = (),
) -> list[Report]:
    """General questions make no fact; what came true does, and a stranger's sign that is the writer's too.

    `came_true`, `mine_too`: word positions of such phrases.
    """
    general = {number for number, words in _sentences(tokens) if _is_general(words)}
    out = [_general(report) if report.sentence in general else report for report in reports]
    held_up = _held_up(_sentences(tokens), out)
    out = [_doubted(report) if report.sentence in held_up else report for report in out]
    lived = {number for number, words in _sentences(tokens) if _is_lived(words)}
    out = [_true(report) if report.sentence in lived - general else report for report in out]
    out = [
        _true(report) if any(_follows(report, place, tokens) for place in came_true) else report
        for report in out
    ]
    mine = [place for place in mine_too if tokens[max(place - 1, 0)].norm not in _KEPT_AWAY]
    return [_own(report) if any(_follows(report, n, tokens) for n in mine) else report for report in out]


def _sentences(tokens: Sequence[Token]) -> list[tuple[int, list[Token]]]:
    found: dict[int, list[Token]] = {}
    for token in tokens:
        found.setdefault(token.sentence, []).append(token)
    return list(found.items())


def _is_general(words: Sequence[Token]) -> bool:
    """A question that names neither the writer nor a patient, nor a time."""
    said = [word for word in words if word.raw and word.norm != "|"]
    if _asks_an_effect(said):
        return True
    if any(
        word.mine or word.raw in _SELF or word.norm in ("i", "me", "<me>") or word.raw in _DATED
        for word in said
    ):
        return False
    while said and said[0].raw in _LEAD_IN:
        said = said[1:]
    if len(said) < 3 or said[0].raw not in _OPENERS or said[1].norm in ("not", "hardly", "barely", "only"):
        return False
    opening = [word.norm for word in said[:3]]
    sure = any(tuple(opening[: len(known)]) == known for known in _SURE_OPENERS)
    return sure or said[-1].raw == "?"


def _held_up(sentences: Sequence[tuple[int, list[Token]]], reports: Sequence[Report]) -> set[int]:
    """ "Unsteady? Only after the second glass.": a word held up for what is said of it next.

    It is in doubt when the next sentence limits or denies it, or the message denies it anywhere.
    """
    denied = {name for report in reports for name in report.sets if _denies(report)}
    named = {number for number, words in sentences if _is_bare_question(words)}
    limited = {n for (n, _), (_, after) in pairwise(sentences) if after[0].raw in _LIMITS}
    refuted = {report.sentence for report in reports if not denied.isdisjoint(report.sets)}
    return named & (limited | refuted)


def _is_bare_question(words: Sequence[Token]) -> bool:
    """One to three words and a question mark, nothing of one's own, no "not", no time."""
    said = [word for word in words if word.raw and word.norm != "|"]
    told = any(word.norm in DENIALS | _HELD or word.raw in _SELF | _DATED for word in said)
    return 1 < len(said) <= MOST_NAMING + 1 and said[-1].raw == "?" and not told


def _denies(report: Report) -> bool:
    return report.assertion == "present" and not {"no", "none"}.isdisjoint(map(str, report.sets.values()))


def _doubted(report: Report) -> Report:
    return replace(report, assertion="unsure") if report.assertion == "present" else report


def _is_lived(words: Sequence[Token]) -> bool:
    """ "Is it ok to drive if my leg keeps giving out?": an "if" over what goes on already, nobody quoted."""
    raws = [word.raw for word in words]
    mine = any(word.mine or word.raw in ("i", "i'm", "i've", "im", "ive") for word in words)
    return mine and "what" not in raws[:2] and not _GOES_ON.isdisjoint(raws) and _QUOTED.isdisjoint(raws)


def _asks_an_effect(said: Sequence[Token]) -> bool:
    """ "will the injection make my legs weak?": what a treatment may do, not what it did."""
    if len(said) < 4 or said[-1].raw != "?" or said[0].raw not in _MODALS:
        return False
    subject = said[1]
    if subject.mine or subject.raw in _SELF or subject.norm in ("not", "it", "this", "that"):
        return False
    return any(word.norm in _EFFECTS for word in said[2:6])


def _general(report: Report) -> Report:
    return replace(report, assertion="hypothetical") if report.assertion in ("present", "unsure") else report


def _follows(report: Report, place: int, tokens: Sequence[Token]) -> bool:
    near = tokens[min(place, len(tokens) - 1)].sentence - report.sentence
    return report.start < place and near in (0, 1)


def _true(report: Report) -> Report:
    return replace(report, assertion="present") if report.assertion == "hypothetical" else report


def _own(report: Report) -> Report:
    return replace(report, assertion="present") if report.assertion == "other_person" else report
