"""Whose course it is: "getting worse" belongs to the symptom it is said of, else to the complaint."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.domain.dictionary import Dictionary, Value
from bot.language.grammar.settle import Settled
from bot.language.text.heard import Heard
from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import word_set
from bot.language.times.timing import course_slot

_NAMED = {"got worse": "worsening", "got better": "improving"}
"""Frames that say the course of the sign beside them and nothing of the complaint."""
_ENDINGS = ("_onset_days", "_course", "_explained", "_changed_14d")


def courses_of(reports: Sequence[Report]) -> Iterator[tuple[str, Value, Report]]:
    """Each symptom with the course said of it: in its clause, just before it, or in the next sentence.

    Yields (symptom, course, the report that says it).
    """
    for report in reports:
        course = report.sets.get("course") or _NAMED.get(report.name)
        if course is not None and report.assertion in ("present", "historical"):
            for symptom in _said_of(report, reports):
                yield from ((name, course, report) for name in symptom.sets if name != "course")


def _said_of(course: Report, reports: Sequence[Report]) -> list[Report]:
    symptoms = [one for one in reports if one.counts and _tells_a_sign(one)]
    if not any(one.sentence == course.sentence for one in symptoms):
        return [one for one in symptoms if one.sentence == course.sentence - 1]
    beside = [one for one in symptoms if one.clause == course.clause]
    before = [one for one in symptoms if one.sentence == course.sentence and one.clause < course.clause]
    last = max((one.clause for one in before), default=None)
    return beside or [one for one in before if one.clause == last]


def _tells_a_sign(report: Report) -> bool:
    return any(name != "course" and value not in ("no", "none") for name, value in report.sets.items())


def place_course(heard: Heard, settled: Settled, dictionary: Dictionary) -> None:
    """ "Worse" in an answer about a symptom is the symptom's course, not the complaint's."""
    asked, course = heard.asked, settled.facts.get("course")
    if asked is None or course is None:
        return
    slots = [slot for name in _asked_about(asked, settled, dictionary) if (slot := _slot(name)) in dictionary]
    if not slots and not _asks_of_a_symptom(asked, dictionary):
        return
    del settled.facts["course"]
    for slot in dict.fromkeys(slots):
        settled.add(heard.page.whole(slot, course), course)


def _asked_about(asked: str, settled: Settled, dictionary: Dictionary) -> list[str]:
    """The variable, or those of the gate that the answer did not deny."""
    if asked in dictionary:
        return [asked]
    gate = dictionary.gates.get(asked)
    return (
        [name for name in gate.clear_no if settled.facts.get(name) not in (None, "no", "none")]
        if gate
        else []
    )


def _asks_of_a_symptom(asked: str, dictionary: Dictionary) -> bool:
    return asked in dictionary.gates or (asked in dictionary and dictionary[asked].kind == "four_valued")


def _slot(name: str) -> str:
    for ending in _ENDINGS:
        if name.endswith(ending):
            return name[: -len(ending)] + "_course"
    return course_slot(name)


def settle_courses(reports: Sequence[Report], tokens: Sequence[Token], asked: str | None) -> list[Report]:
    """The reports without "worse" and "better" that compare instead of telling how it goes.

    "Worse at night", "right worse than left", "the massage made it worse"; and without a course in an answer
    about something else that tells no complaint ("can we change the day").
    """
    other = asked in _OF_OTHER_THINGS or (asked or "").startswith(_ABOUT_CARE)
    told = not other or any(one.counts and set(one.sets) - {"course"} for one in reports)
    return [
        report
        for report in reports
        if report.sets.keys() != _COURSE or (told and not _compares(report, tokens, asked))
    ]


def _compares(report: Report, tokens: Sequence[Token], asked: str | None) -> bool:
    after = [token.norm for token in tokens[report.end : report.end + 3]]
    before = {token.norm for token in tokens[max(0, report.start - 3) : report.start]}
    if report.sets["course"] == "same" or (asked == "course" and not after):
        return False
    if not _MAKES.isdisjoint(before):
        return True
    if after[:1] == ["than"]:
        return _THEN_BEFORE.isdisjoint(after)
    return after[:1] != [] and after[0] in _WHEN and _THEN_BEFORE.isdisjoint(after)


_COURSE = frozenset(("course",))
_OF_OTHER_THINGS = word_set(
    """
    consent choose_time confirm_time contact_name contact_phone contact_email callback_ok_time insurance_type
    nicotine opioid heart_lung existing_patient visit_reason language relation who_for age sex
    """
)
_ABOUT_CARE = ("cons_", "imaging", "prior_surgery", "relief_after", "surgery_")
_MAKES = word_set("make made making caus")
""" "It made it worse": what a treatment did."""
_WHEN = word_set(
    """
    when if with at in while after once sit sitting stand standing lie lying bend bending under
    overhead look walk walking lift lifting end gett getting get during
    """
)
_THEN_BEFORE = word_set("before last ever usual yesterday week month year it past since")
