"""Whose story it is: the writer's own, or that of somebody the writer speaks for.

"my dad can't pee" speaks of the patient; "my sister had cancer, my back hurts" does not. A relative is the
patient when the message is about them alone and in the present. Somebody the writer cares for, or a neighbor
or friend, is so when it says that it is written for them, how old they are, or that it is of today.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.text.lexicon import Lexicon
from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.words import ME, Words

_OWN_THINGS = frozenset(("i", "me", "i'm", "im", "ive", "i've", "myself", "i'd", "i'll", "mine"))
_BEFORE_AN_AGE = frozenset((",", "is", "be", "who", "age", "aged"))
_PROXY = "proxy_for"
_BORDERS = frozenset((".", "!", "?", ",", "|", "and"))
_ABLE = frozenset(("can", "could", "not"))
_NO_AGE = frozenset(("day", "week", "month", "year", "hour", "minute", "percent", "%", "pound", "lb", "."))
_OPENS_WITHIN = 9
""" "Hi, my 78 year old mother ...": so early the person is the message's subject."""


class Story:
    """Decides whether findings about a relative count for the patient."""

    def __init__(self, lexicon: Lexicon, words: Words) -> None:
        self._relatives = _single_words(lexicon, words, "relative")
        self._cared = _single_words(lexicon, words, "cared")
        self._people = {
            name: frozenset(map(str, listed)) for name, listed in lexicon.words.get("people", {}).items()
        }

    def settle(self, reports: Sequence[Report], concepts: set[str], words: Sequence[Token]) -> list[Report]:
        """The reports with relatives' findings turned to the patient's where the story is theirs."""
        person, proxy = self._patient(reports, concepts, words)
        kin = any(word.norm in self._relatives for word in words)
        out = _without_crossed([self._settled(report, proxy, kin=kin) for report in reports])
        if not proxy:
            out = [report for report in out if report.name != _PROXY]
        if not proxy and not kin:
            out = self._without_others(out, words)
        if not proxy and not kin and person is not None:
            out = [self._told_of(report, words, person) for report in out]
        if "family_cancer" in concepts:
            out = [_in_the_family(report) for report in out]
        if proxy and person is not None and not any("who_for" in r.sets for r in out):
            out.append(_who_for_other(person, out))
        return out

    def _patient(
        self, reports: Sequence[Report], concepts: set[str], words: Sequence[Token]
    ) -> tuple[int | None, bool]:
        """Where the person of the story is named, and whether the writer speaks for them."""
        kin = next((i for i, word in enumerate(words) if word.norm in self._relatives), None)
        if kin is not None:
            return kin, self._is_proxy(reports, concepts, words, kin)
        if "cared" in concepts:
            person = next((i for i, word in enumerate(words) if word.norm in self._cared), 0)
            here = any(word.raw == "here" for word in words[person + 1 : person + 2])
            if here and concepts.isdisjoint(("care_role", "proxy_for")):
                return None, True  # "client here": the writer
            return person, self._writes_for(reports, concepts, words, person)
        person_only = self._named_only(concepts, words)
        if person_only is None and "care_role" in concepts and not self._own_complaint(reports, words):
            some = self._people["third"] | self._people["someone"]
            person_only = next((i for i, word in enumerate(words) if word.raw in some), None)
        return person_only, "proxy_for" in concepts or person_only is not None

    def _writes_for(
        self, reports: Sequence[Report], concepts: set[str], words: Sequence[Token], person: int
    ) -> bool:
        """Whether somebody who is no kin is the patient; a client in a story of one's own is not."""
        if "proxy_for" in concepts and "care_role" not in concepts:
            return True
        hurt_me = any(word.raw == "me" for word in words)
        if (hurt_me and any("abuse_unsafe" in report.sets for report in reports)) or self._is_dead(words):
            return False
        if self._own_complaint(reports, words) or self._is_tale(words, person):
            return False
        if concepts & {"care_role", "proxy_for"} or _aged(words, person):
            return True
        raws = frozenset(word.raw for word in words)
        beside = not self._people["beside"].isdisjoint(raws) or "stranger" in concepts
        if beside or self._own_statements(words) or not self._is_one(words, person):
            return False
        return not self._people["acute"].isdisjoint(raws) or (
            words[person].norm in self._people["ward"] and any(report.sets for report in reports)
        )

    def _is_one(self, words: Sequence[Token], person: int) -> bool:
        """ "My client", "one of our residents": one person, named early; no "transplant patient"."""
        word, before = words[person], words[person - 1] if person else None
        if person >= _OPENS_WITHIN:
            return False
        if before is not None and before.raw in ("one", "of"):
            return True
        many = word.raw.removesuffix("'s") != word.norm
        mine = any(one.mine for one in words[max(0, person - 3) : person + 1])
        return not many and (mine or before is None or before.norm in _BORDERS)

    def _own_complaint(self, reports: Sequence[Report], words: Sequence[Token]) -> bool:
        """ "I hurt my back lifting a client", "I can't pee": one's own body; not "I can't wake her"."""
        mine = {
            word.clause
            for place, word in enumerate(words)
            if word.norm == ME or (word.mine and not self._person_near(words, place))
        }
        told = [report for report in reports if report.counts and report.sets]
        return any(report.clause in mine or self._says_i(words, report) for report in told)

    def _says_i(self, words: Sequence[Token], report: Report) -> bool:
        before = range(max(0, report.start - 2), report.start)
        about_them = any(word.raw in self._people["third"] for word in words[report.start : report.end + 2])
        able = report.start < len(words) and words[report.start].norm in _ABLE
        return not about_them and any(
            words[place].norm == "i" and (able or self._is_own(words, place)) for place in before
        )

    def _named_only(self, concepts: set[str], words: Sequence[Token]) -> int | None:
        """Where a "she" or "his" nobody introduced stands, when the whole message is about that person."""
        staff = any(word.raw in self._people["staff"] for word in words)
        if "stranger" in concepts or staff or self._own_statements(words):
            return None
        places = [i for i, word in enumerate(words) if word.raw in self._people["third"]]
        at_me = any(word.raw == "me" for word in words)
        if len(places) == 1 and (at_me or self._reports_only(words, places[0])):
            return None
        return places[0] if places else None

    def _told_of(self, report: Report, words: Sequence[Token], person: int) -> Report:
        """ "My client told me she can't pee": behind the "she" it is the client's, who is not the patient."""
        if report.assertion != "present" or report.sentence != words[person].sentence:
            return report
        said = reversed(words[person + 1 : report.head])
        speaks_of = (
            word.raw in self._people["third"] for word in said if self._is_person(word) or word.norm == ME
        )
        return replace(report, assertion="other_person") if next(speaks_of, False) else report

    def _is_person(self, word: Token) -> bool:
        return word.raw in self._people["third"] or word.raw in _OWN_THINGS or word.mine

    def _without_others(self, reports: Sequence[Report], words: Sequence[Token]) -> list[Report]:
        """ "Our old shepherd can't feel his legs, my back hurts": his signs are not the writer's.

        Only where the writer complains of the own body too: else the "he" may be the patient.
        """
        theirs = self._about_third(words)
        mine = {words[i].clause for i, word in enumerate(words) if word.mine or word.raw in _OWN_THINGS}
        complains = any(
            r.clause in mine and r.counts and "region" in r.sets and not theirs[r.head] for r in reports
        )
        if not complains:
            return list(reports)
        return [
            replace(r, assertion="other_person")
            if theirs[r.head] and r.assertion == "present" and "abuse_unsafe" not in r.sets
            else r
            for r in reports
        ]

    def _about_third(self, words: Sequence[Token]) -> list[bool]:
        """For each word whether its sentence speaks of a he or she there: from its clause on until an "I"."""
        named = {
            word.clause
            for place, word in enumerate(words)
            if word.raw in self._people["third"] and not self._reports_only(words, place)
        }
        about: list[bool] = []
        sentence, third = -1, False
        for word in words:
            third = third and word.sentence == sentence
            sentence = word.sentence
            if word.mine or word.norm == ME or word.raw in _OWN_THINGS:
                third = False
            elif word.clause in named and not third:
                third = not any(w.clause == word.clause and (w.mine or w.raw in _OWN_THINGS) for w in words)
            about.append(third)
        return about

    def _reports_only(self, words: Sequence[Token], place: int) -> bool:
        """ "he told me it is the disc": somebody of a clinic."""
        return any(word.raw in self._people["reporting"] for word in words[place + 1 : place + 3])

    def _is_proxy(
        self, reports: Sequence[Report], concepts: set[str], words: Sequence[Token], person: int
    ) -> bool:
        if "care_role" in concepts and self._own_complaint(reports, words):
            return False
        if "proxy_for" in concepts:
            return True
        if "family_cancer" in concepts or self._is_dead(words):
            return False
        if "care_role" in concepts:
            return True
        own = self._own_statements(words)
        third = len({word.start for word in words if word.raw in self._people["third"]})
        about = [r for r in reports if r.relative]
        if person < _OPENS_WITHIN and third > max(1, 2 * own):
            return True
        if person < _OPENS_WITHIN and about and not own and _aged(words, person):
            return True
        if own or len({word.norm for word in words if word.norm in self._relatives}) > 1:
            return False
        if self._is_tale(words, person):
            return False
        return any((not r.event or "trauma" in r.sets) and r.sets for r in about)

    def _is_tale(self, words: Sequence[Token], person: int) -> bool:
        """ "My cousin had numb privates from a disc": past, and nothing that brings it to these days."""
        told = any(word.raw in self._people["past"] for word in words[person + 1 : person + 5])
        these_days = self._people["these_days"]
        return told and not any(word.raw in these_days for word in words)

    def _own_statements(self, words: Sequence[Token]) -> int:
        """How often the writer speaks of their own body: "my leg", "I fell", "mine", "I am okay"."""
        return sum(self._is_own(words, index) for index in range(len(words)))

    def _is_own(self, words: Sequence[Token], index: int) -> bool:
        word = words[index]
        if word.norm == ME or (word.mine and not self._person_near(words, index)):
            return True
        if word.raw not in _OWN_THINGS or word.raw in ("me", "myself"):
            return False
        following = words[index + 1].norm if index + 1 < len(words) else ""
        after = words[index + 2].raw if index + 2 < len(words) else ""
        if word.raw == "mine" or (following in ("am", "be") and after in self._people["well"]):
            return True
        return following not in self._people["caring"]

    def _is_dead(self, words: Sequence[Token]) -> bool:
        """ "passed" is death, "passed out" is not."""
        following = [*(word.norm for word in words[1:]), ""]
        gone = self._people["gone"]
        return any(word.raw in gone and after != "out" for word, after in zip(words, following, strict=True))

    def _person_near(self, words: Sequence[Token], index: int) -> bool:
        """ "my 78 year old dad": some words after "my", but not behind a part of the body."""
        for word in words[index : index + 5]:
            if word.raw in self._people["body"]:
                return False
            if word.norm in self._relatives or word.norm in self._cared or word.raw in self._people["ours"]:
                return True
        return False

    def _settled(self, report: Report, proxy: bool, *, kin: bool) -> Report:
        if not report.relative or "abuse_unsafe" in report.sets:
            return report
        if proxy:
            return replace(report, relative=False)
        if kin and "cancer_status" in report.sets and report.counts:
            return replace(report, assertion="present", sets={"cancer_status": "family_only"})
        return replace(report, assertion="other_person")


def _single_words(lexicon: Lexicon, words: Words, concept: str) -> frozenset[str]:
    """The people of a concept that are named by one word, as normal words."""
    phrases = (words.phrase(phrase) for phrase in lexicon.concepts.get(concept, ()))
    return frozenset(normal[0] for normal in phrases if len(normal) == 1)


def _aged(words: Sequence[Token], person: int) -> bool:
    """ "My brother, 61, ...", "my daughter is 24": who gives somebody's age speaks for them."""
    ahead = [word.norm for word in words[person + 1 : person + 6]]
    while ahead and ahead[0] in _BEFORE_AN_AGE:
        ahead.pop(0)
    if not ahead or not ahead[0].isdecimal() or len(ahead[0]) != 2:
        return False
    return "old" in ahead[1:3] or _NO_AGE.isdisjoint(ahead[1:2])


def _without_crossed(reports: Sequence[Report]) -> list[Report]:
    """ "back pain, no leg pain": the first "pain" does not reach over the "no" to the leg."""
    denied = [r for r in reports if r.assertion == "absent" and "region" in r.sets]
    return [r for r in reports if not any(_crosses(r, no) for no in denied)]


def _crosses(report: Report, denied: Report) -> bool:
    same = report.assertion == "present" and dict(report.sets) == dict(denied.sets)
    return same and report.start < denied.start < report.end <= denied.end and report.head < denied.start


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
