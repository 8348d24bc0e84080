"""Which time belongs to which finding: the nearest one in its clause, else the neighbour clause.

"numb when i wipe since monday" gives saddle_numbness_onset_days; "back pain for 8 months" duration_weeks;
"MRI in September" imaging_months; "fell off a ladder yesterday" trauma_days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Dictionary, Value
from bot.language.report import Report
from bot.language.segments import Token
from bot.language.times import DAYS_PER_MONTH, TimeMention

OLD_DAYS = 730
""" "For years" without a number, said of a symptom (clinical.md 3.5)."""

_OWN = {
    "weakness": "weakness_onset_days", "foot_drop": "weakness_onset_days",
    "hand_clumsiness": "myelo_onset_days",
    "gait_imbalance": "myelo_onset_days", "trauma": "trauma_days", "imaging": "imaging_months",
    "prior_spine_surgery": "prior_surgery_months_ago", "cons_injections": "injection_days",
}  # fmt: skip
_COMPLAINTS = frozenset(
    ("region", "radiates", "dominant", "pain_constant", "mechanical_pain", "limits", "function_limit")
)
_UNITS = (
    ("_weeks", 7.0), ("_days", 1.0), ("_months", DAYS_PER_MONTH), ("_months_ago", DAYS_PER_MONTH),
    ("_years", DAYS_PER_MONTH * 12), ("_minutes", 1 / 1440),
)  # fmt: skip
_LENGTHS = frozenset(("for", "been", "deal", "past", "now", "since", "about", "last"))
_STARTS = frozenset(("since", "start", "begin", "began", "come", "came"))
_ABOUT_THE_STORY = frozenset((
    "opening", "clarify", "duration_weeks", "course", "sudden_onset", "side", "pain_nrs", "which_fact",
    "confirm_summary",
)) | _COMPLAINTS  # fmt: skip
"""Asks after which a time on its own still says how long the complaint has lasted."""
_SURGERY_DATE = "surgery date"
"""Name of the frame that reads "surgery 9 days ago"; without a time it says nothing."""
_LEADS_WITHIN = 3
_PARTS = {"cons_weeks": "cons_pt_weeks"}
"""Asked for the whole, the part named in the answer is the answer."""
_RECENT_SHOT_DAYS = 31
_POSTOP_DAYS = 90


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A time fact: variable, value, and the time's word positions."""

    variable: str
    value: Value
    start: int
    end: int


def unit_days(variable: str) -> float | None:
    """Days in the unit of a time variable, by its name; None for every other variable."""
    return next((unit for ending, unit in _UNITS if variable.endswith(ending)), None)


def time_facts(
    reports: Sequence[Report],
    times: Sequence[TimeMention],
    tokens: Sequence[Token],
    dictionary: Dictionary,
    *,
    asked: str | None = None,
    correcting: bool = False,
) -> list[Timed]:
    """The time facts of a message, each time in one place.

    With a question open, a time that leads the message or stands with nothing else answers it, and no
    other time becomes the complaint's duration by default. Without, and in a correction ("actually 6
    months"), leftover times do.
    """
    anchored = [(report, slot) for report in reports for slot in _slots(report, dictionary)]
    target = _asked_slot(asked, dictionary)
    loose = asked is None or asked in _ABOUT_THE_STORY or (correcting and target is None)
    bare = not reports and len(times) == 1
    out: list[Timed] = []
    durations: list[TimeMention] = []
    for mention in times:
        slot = _best(mention, anchored, tokens)
        if target is not None and (slot in (None, _PARTS.get(target)) or _leads(mention, anchored)):
            slot = target
        if slot == "duration_weeks" or (
            slot is None and loose and (bare or _is_duration(mention, reports, tokens))
        ):
            durations.append(mention)
        elif slot is not None:
            out += _dated(slot, mention, tokens)
    out += _durations(durations, tokens)
    return out


def _asked_slot(asked: str | None, dictionary: Dictionary) -> str | None:
    """Where the time of an answer belongs: the asked variable itself, or the onset of the asked symptom."""
    if asked is None or asked not in dictionary:
        return None
    if dictionary[asked].kind == "number" and unit_days(asked) is not None:
        return asked
    own = _OWN.get(asked, f"{asked}_onset_days")
    return own if own in dictionary and dictionary[asked].kind != "list" else None


def _leads(mention: TimeMention, anchored: Sequence[tuple[Report, str]]) -> bool:
    """Nothing but a lead word ("about", "maybe", "I guess") stands before it."""
    return mention.start < _LEADS_WITHIN and all(report.start >= mention.start for report, _ in anchored)


def _slots(report: Report, dictionary: Dictionary) -> Iterator[str]:
    if report.name == "complaint":
        yield "duration_weeks"
    if report.name == _SURGERY_DATE:
        yield _SURGERY_DATE
    for variable in report.sets:
        if variable == "dx":
            if "fracture" in report.sets[variable]:  # type: ignore[operator]
                yield "fracture_weeks"
        elif variable in _OWN:
            yield _OWN[variable]
        elif f"{variable}_onset_days" in dictionary:
            yield f"{variable}_onset_days"
        elif variable == "cons_pt":
            yield "cons_pt_weeks"
        elif variable in _COMPLAINTS:
            yield "duration_weeks"


def _best(
    mention: TimeMention, anchored: Sequence[tuple[Report, str]], tokens: Sequence[Token]
) -> str | None:
    clause, sentence = tokens[mention.start].clause, tokens[mention.start].sentence
    alone = not any(report.clause == clause for report, _ in anchored)
    best: tuple[float, str] | None = None
    for report, slot in anchored:
        if report.assertion in ("hypothetical", "other_person", "absent"):
            continue
        distance = max(report.start - mention.end, mention.start - report.end, 0)
        if report.clause != clause:
            if not alone or not _reaches(report, clause, sentence, mention, tokens):
                continue
            distance += 10 * abs(report.clause - clause)
        if slot == "duration_weeks":
            distance += 1
        if slot in ("cons_pt_weeks",) and mention.kind != "span":
            continue
        if best is None or distance < best[0]:
            best = (distance, slot)
    return best[1] if best else None


def _reaches(
    report: Report, clause: int, sentence: int, mention: TimeMention, tokens: Sequence[Token]
) -> bool:
    """A time alone in its clause speaks of the clause before (or, told first, the one after)."""
    if report.sentence == sentence and abs(report.clause - clause) <= 2:
        return True
    begins = {token.norm for token in tokens[max(0, mention.start - 4) : mention.end]}
    starters = {"start", "begin", "since", "it", "happen", "notice", "come", "go"}
    return report.sentence == sentence - 1 and bool(begins & starters)


def _is_duration(mention: TimeMention, reports: Sequence[Report], tokens: Sequence[Token]) -> bool:
    """A time nobody claims that is said as a length or a start, near a complaint: "back pain. since May."."""
    if mention.kind not in ("span", "point", "date", "old", "ago"):
        return False
    before = {token.norm for token in tokens[max(0, mention.start - 3) : mention.start + 2]}
    lead = _LENGTHS if mention.kind == "span" else _STARTS
    sentence = tokens[mention.start].sentence
    near = [report for report in reports if sentence - 1 <= report.sentence <= sentence]
    return bool(before & lead) and any(
        not _COMPLAINTS.isdisjoint(r.sets) or r.name == "complaint" for r in near
    )


def _dated(slot: str, mention: TimeMention, tokens: Sequence[Token]) -> Iterator[Timed]:
    days = mention.days
    if days is None:
        if mention.kind == "old" and slot.endswith("_onset_days"):
            yield _timed(slot, OLD_DAYS, mention)
        return
    if days < 0 or (slot == "injection_days" and days > _RECENT_SHOT_DAYS):
        return
    if slot == _SURGERY_DATE:
        if not _is_past(mention, tokens):
            return
        yield _timed("prior_spine_surgery", "yes", mention)
        slot = "prior_surgery_months_ago"
    unit = unit_days(slot) or 1.0
    value: Value = round(days / unit, 1) if unit > 1 else int(round(days / unit, 3))
    yield _timed(slot, value, mention)
    if slot == "prior_surgery_months_ago" and days <= _POSTOP_DAYS:
        yield _timed("postop_days", int(days), mention)


def _is_past(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """ "9 days ago", "in March", "9 days post op"; never "in 2 weeks" or "took 3 hours"."""
    if mention.kind != "span":
        return mention.kind in ("ago", "point", "date")
    after = [token.norm for token in tokens[mention.end : mention.end + 3]]
    lead = tokens[mention.start].norm
    return lead not in ("in", "within") and bool(
        {"post", "postop", "after", "out", "since", "from"} & set(after)
    )


def _timed(slot: str, value: Value, mention: TimeMention) -> Timed:
    return Timed(variable=slot, value=value, start=mention.start, end=mention.end)


def _durations(mentions: Sequence[TimeMention], tokens: Sequence[Token]) -> Iterator[Timed]:
    known = [m for m in mentions if m.days is not None and m.days >= 0]
    if not known:
        return
    current = min(known, key=lambda m: m.days or 0.0) if len(known) > 1 else known[0]
    yield Timed(variable="duration_weeks", value=current.weeks or 0.0, start=current.start, end=current.end)
    longest = max(known, key=lambda m: m.days or 0.0)
    if longest.days != current.days and (longest.days or 0) > 2 * (current.days or 0):
        yield Timed(
            variable="history_weeks", value=longest.weeks or 0.0, start=longest.start, end=longest.end
        )
        near = {token.norm for token in tokens[max(0, current.start - 4) : current.end + 2]}
        if near & {"bad", "worse", "worst", "really", "flare", "terrible"}:
            yield Timed(variable="course", value="worsening", start=current.start, end=current.end)


def course_slot(variable: str) -> str:
    """Which course belongs to a symptom: weakness_course, myelo_course, X_course, else the complaint's."""
    own = _OWN.get(variable, "")
    return own.replace("_onset_days", "_course") if own.endswith("_onset_days") else f"{variable}_course"
