"""Signs read by half: a part of their construction stands there, and the learned screen is all but sure.

Two keys open what neither may open alone (bot/decisions/0006-two-lines-of-safety.md): the screen never sets
a fact by itself, and a word of a sign is no sign. The lexicon's `half` frames are constructions too broad to
count alone ("launched", "won't lift"): more than a word, so that a screen that holds the fact for likely is
enough, and they say how bad it is. The words are looked at like any other finding's: a supposition, a
relative's story or what was long ago makes no fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from operator import attrgetter

from bot.language.grammar.frames import FrameMatcher, Hit, Mention
from bot.language.grammar.phrase_tree import PhraseTree
from bot.language.grammar.screened import SCREENED
from bot.language.text.lexicon import Frame
from bot.language.text.report import Report
from bot.language.text.segments import Token

_NAME = "half-read"
HALF = "half_"
"""Before the names of concepts that only half frames use."""
IDIOM = "everyday_idiom"
"""What this concept holds means no danger anywhere; other idioms keep their words from some frames only."""
ALL_BUT_SURE = 0.7
"""From here any word of a sign is enough: of what both keys read in unread messages nine in ten are so."""
_WHOLE_FRAME = ("bilateral_leg_symptoms", "pregnant", "pregnancy_warning")
"""Not these: the word "leg" is no second leg, and weeks are not only those of a pregnancy."""
LIKELY = 0.5
"""From here a `half` frame is enough."""


_IN_ORDER = attrgetter("start", "end", "concept")


class HalfReader:
    """Which signs the parts of the lexicon's frames point to."""

    def __init__(self, frames: Sequence[Frame], phrases: PhraseTree) -> None:
        signs: dict[str, set[str]] = {}
        for frame in frames:
            for concept in frozenset().union(*frame.parts) if not frame.half else ():
                signs.setdefault(concept, set()).update(_signs(frame))
        self._signs: Mapping[str, frozenset[str]] = {name: frozenset(of) for name, of in signs.items() if of}
        self._phrases = phrases
        self._matcher = FrameMatcher([replace(frame, name=_NAME) for frame in frames if frame.half])

    def hits(
        self,
        words: Sequence[str],
        mentions: Sequence[Mention],
        tokens: Sequence[Token],
        likely: Mapping[str, float],
    ) -> list[Hit]:
        """The half frames of what is `likely`, and of each fact that is all but sure the clause that holds
        most parts of its frames.
        """
        sure = sorted(
            name for name, chance in likely.items() if chance >= ALL_BUT_SURE and name not in _WHOLE_FRAME
        )
        found = [hit for name in sure for hit in self._of(name, mentions, tokens)]
        more = _not_in_an_idiom(self._phrases.find(words), mentions)
        halves = self._matcher.hits(sorted([*mentions, *more], key=_IN_ORDER), tokens)
        return found + [hit for hit in halves if next(iter(hit.frame.sets)) in likely]

    def _of(self, name: str, mentions: Sequence[Mention], tokens: Sequence[Token]) -> Iterator[Hit]:
        parts = [one for one in mentions if name in self._signs.get(one.concept, ())]
        clauses = [list(group) for _, group in groupby(parts, key=lambda one: tokens[one.start].clause)]
        if clauses:
            best = max(clauses, key=len)
            end = max(one.end for one in best)
            yield Hit(_frame(name), best[0].start, end, (best[0].start, best[0].end))


def _not_in_an_idiom(found: Sequence[Mention], mentions: Sequence[Mention]) -> list[Mention]:
    """ "Almost fainted when I saw the price": what an idiom holds is no half of a sign either."""
    idiomatic: set[int] = set()
    for mention in mentions:
        if mention.concept == IDIOM:
            idiomatic.update(range(mention.start, mention.end))
    return [one for one in found if not idiomatic.issuperset(range(one.start, one.end))]


def settle_half_read(reports: Sequence[Report]) -> list[Report]:
    """Without the half-read signs that were read in full, or that are a supposition or another's.

    "Not" is part of many a sign ("do not feel"), and whoever denies one is known to the screen: a half-read
    sign counts with it and without.
    """
    told = {name for report in reports if report.name != _NAME for name in report.sets}
    return [
        replace(report, assertion="present") if report.name == _NAME else report
        for report in reports
        if report.name != _NAME
        or (told.isdisjoint(report.sets) and report.assertion in ("present", "absent"))
    ]


def half_read(reports: Sequence[Report]) -> tuple[str, ...]:
    """The facts that rest on half a construction and the screen."""
    names = {name for report in reports if report.name == _NAME for name in report.sets}
    return tuple(sorted(names.intersection(SCREENED)))


def _signs(frame: Frame) -> set[str]:
    return {name for name, value in frame.sets.items() if value == "yes" and name in SCREENED}


def _frame(name: str) -> Frame:
    return Frame(
        name=_NAME,
        sets={name: "yes"},
        parts=(),
        head=0,
        within=0,
        ordered=False,
        event=False,
        asks=(),
        unless=frozenset(),
        reach="clause",
        denies={},
        asked=frozenset(),
        not_asked=frozenset(),
        half=True,
    )
