"""Whose story it is: the writer's own, or that of somebody the writer speaks for.

"my dad can't pee" speaks of the patient; "my sister had cancer, my back hurts" does not. A relative is the
patient when the message is about them alone and in the present.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.lexicon import Lexicon
from bot.language.report import Report
from bot.language.segments import Token
from bot.language.words import ME, Words

_CARING = frozenset(
    (
        "think",
        "notice",
        "tak",
        "take",
        "am",
        "worry",
        "help",
        "need",
        "call",
        "want",
        "writ",
        "have",
        "do",
        "be",
        "hope",
        "can",
        "see",
        "know",
        "car",
        "believ",
        "would",
        "will",
        "guess",
        "ask",
    )
)
_GONE = frozenset(("died", "passed", "late", "deceased"))
_OWN_THINGS = frozenset(("i", "me", "i'm", "im", "ive", "i've", "myself", "i'd", "i'll", "mine"))
_WELL = frozenset(("ok", "okay", "fine", "good", "healthy", "great", "alright"))
""" "I am okay" after a relative's trouble: the writer speaks of both."""
_THIRD = frozenset(("he", "she", "hes", "shes", "he's", "she's", "his", "her", "him", "hers"))
_STAFF = frozenset(
    (
        *(
            "doctor",
            "doc",
            "dr",
            "surgeon",
            "nurse",
            "pt",
            "therapist",
            "chiropractor",
            "chiro",
            "boss",
            "lawyer",
        ),
        *(
            "adjuster",
            "urologist",
            "neurologist",
            "psych",
            "dentist",
            "guy",
            "lady",
            "fella",
            "man",
            "woman",
            "ob",
        ),
    )
)
"""People a "he" or "she" may mean who are not the patient."""


class Story:
    """Decides whether findings about a relative count for the patient."""

    def __init__(self, lexicon: Lexicon, words: Words) -> None:
        phrases = [words.phrase(phrase) for phrase in lexicon.concepts.get("relative", ())]
        self._relatives = frozenset(normal[0] for normal in phrases if len(normal) == 1)

    def settle(self, reports: Sequence[Report], concepts: set[str], words: Sequence[Token]) -> list[Report]:
        """The reports with relatives' findings turned to the patient's where the story is theirs."""
        relative = next((i for i, w in enumerate(words) if w.norm in self._relatives), None)
        if relative is None:
            relative = self._named_only(concepts, words)
            proxy = relative is not None
        else:
            proxy = self._is_proxy(reports, concepts, words)
        out = _without_crossed([self._settled(report, proxy) for report in reports])
        if "family_cancer" in concepts:
            out = [_in_the_family(report) for report in out]
        if proxy and relative is not None and not any("who_for" in r.sets for r in out):
            out.append(_who_for_other(relative, out))
        return out

    def _named_only(self, concepts: set[str], words: Sequence[Token]) -> int | None:
        """Where a "she" or "his" nobody introduced stands, when the whole message is about that person."""
        if "stranger" in concepts or any(word.raw in _STAFF for word in words) or self._speaks_of_self(words):
            return None
        return next((i for i, word in enumerate(words) if word.raw in _THIRD), None)

    def _is_proxy(self, reports: Sequence[Report], concepts: set[str], words: Sequence[Token]) -> bool:
        if "proxy_for" in concepts:
            return True
        about = [r for r in reports if r.relative]
        if not about or "family_cancer" in concepts:
            return False
        if len({word.norm for word in words if word.norm in self._relatives}) > 1:
            return False
        if all(r.event or not r.sets for r in about) or _is_dead(words):
            return False
        return not self._speaks_of_self(words)

    def _speaks_of_self(self, words: Sequence[Token]) -> bool:
        for index, word in enumerate(words):
            if word.norm == ME or (word.mine and not self._relative_near(words, index)):
                return True
            if word.raw in _OWN_THINGS:
                following = words[index + 1].norm if index + 1 < len(words) else ""
                after = words[index + 2].raw if index + 2 < len(words) else ""
                if word.raw == "mine" or (following in ("am", "be") and after in _WELL):
                    return True
                if word.raw != "me" and following not in _CARING:
                    return True
        return False

    def _relative_near(self, words: Sequence[Token], index: int) -> bool:
        """ "my 78 year old dad": the person may stand some words after "my"."""
        return any(word.norm in self._relatives for word in words[index : index + 5])

    def _settled(self, report: Report, proxy: bool) -> Report:
        if not report.relative or "abuse_unsafe" in report.sets:
            return report
        if proxy:
            return replace(report, relative=False)
        if "cancer_status" in report.sets and report.counts:
            return replace(report, assertion="present", sets={"cancer_status": "family_only"})
        return replace(report, assertion="other_person")


def _without_crossed(reports: Sequence[Report]) -> list[Report]:
    """ "back pain, no leg pain": the first "pain" does not reach over the "no" to the leg."""
    denied = [r for r in reports if r.assertion == "absent" and "region" in r.sets]
    return [r for r in reports if not any(_crosses(r, no) for no in denied)]


def _crosses(report: Report, denied: Report) -> bool:
    same = report.assertion == "present" and dict(report.sets) == dict(denied.sets)
    return same and report.start < denied.start < report.end <= denied.end and report.head < denied.start


def _is_dead(words: Sequence[Token]) -> bool:
    """ "passed" is death, "passed out" is not."""
    following = [*(word.norm for word in words[1:]), ""]
    return any(word.raw in _GONE and after != "out" for word, after in zip(words, following, strict=True))


def _in_the_family(report: Report) -> Report:
    """ "cancer runs in my family" is nobody's own cancer."""
    own = "cancer_status" in report.sets and report.counts
    return replace(report, sets={"cancer_status": "family_only"}) if own else report


def _who_for_other(position: int, reports: Sequence[Report]) -> Report:
    sample = reports[0] if reports else None
    return Report(
        name="proxy",
        sets={"who_for": "other"},
        assertion="present",
        event=True,
        asks=(),
        denies={},
        start=position,
        end=position + 1,
        head=position,
        clause=sample.clause if sample else 0,
        sentence=sample.sentence if sample else 0,
    )
