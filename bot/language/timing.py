"""Which time belongs to which finding.

"numb when i wipe since monday" gives saddle_numbness_onset_days; "back pain for 8 months" duration_weeks;
"MRI in September" imaging_months; "fell off a ladder yesterday" trauma_days. A time belongs to the nearest
finding of its clause; a time that stands alone ("Six days now.") to the clause before it. A time of anything
else ("had the flu last week") belongs to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Dictionary, Value
from bot.language.report import Report
from bot.language.segments import Token
from bot.language.slots import COMPLAINTS, EVENT_SLOTS, OWN, SURGERY_DATE, after_surgery, slots_of, unit_days
from bot.language.time_line import word_set
from bot.language.times import TimeMention

OLD_DAYS = 730
""" "For years" without a number, said of a symptom (clinical.md 3.5)."""
_KINDS_NEVER = frozenset(("rate", "until", "after"))
_KINDS_ASKED_ONLY = frozenset(("loose", "short", "vague", "postop"))
_LENGTHS = frozenset(("span", "old", "point", "date", "ago"))
_ABOUT_THE_STORY = COMPLAINTS | word_set(
    "opening clarify duration_weeks course sudden_onset side pain_nrs which_fact confirm_summary"
)
"""Asks after which a time on its own still says how long the complaint has lasted."""
_LEADS_WITHIN = 3
_PARTS = {"cons_weeks": "cons_pt_weeks"}
"""Asked for the whole, the part named in the answer is the answer."""
_RECENT_SHOT_DAYS = 92
_POSTOP_DAYS = 92
_ALONE_WORDS, _ALONE_WHEN_STARTING = 1, 3
"""A clause with at most so many words of its own besides the time is "alone"; "it started" may say more."""
_NEUTRAL = word_set(
    """
    it is this that these those they i be am are was have been had has go on now about around for
    since start begin began come came happen happening notice all in at by and or so then maybe say
    guess think would get got more less than over ago back up to there here which with every each as
    long me yes no well yeah approximately roughly probably almost nearly close not did do when
    first know believ reckon feel last past straight solid running run deal will still worse better
    bad off different same unchanged new newly never before steady constant constantly old news very
    too give take suppos let see pm night morn morning today
    """
)
_STARTERS = frozenset(
    ("start", "begin", "began", "since", "happen", "notice", "come", "came", "hit", "onset")
)
_ITS = frozenset(("it", "that", "this", "which", "all", "they", "them", "both", "these"))
_FUTURE = word_set(
    """
    schedul scheduled due expect expecting appointment appt upcoming book booked next will tomorrow
    planned plan
    """
)
_FLARE = word_set(
    """
    bad worse worst flare terrible unbearable awful horrible ramp
    """
)


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A time fact: variable, value, and the time's word positions."""

    variable: str
    value: Value
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class _Anchor:
    """A finding a time may belong to; `slot` None: its time is nobody's business."""

    report: Report
    slot: str | None


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
    months"), a time that is all the message says does.
    """
    anchors = [_Anchor(report=r, slot=slot) for r in reports for slot in slots_of(r, dictionary) or (None,)]
    target = _asked_slot(asked, dictionary)
    loose = (asked in _ABOUT_THE_STORY or (correcting and target is None)) and target is None
    given: list[tuple[TimeMention, str]] = []
    for mention in times:
        slot = _slot_of(mention, anchors, tokens)
        if target is not None and _answers(mention, slot, target, anchors):
            slot = target
        elif mention.kind in _KINDS_ASKED_ONLY and slot != "postop_days":
            slot = None
        if slot is None and (loose or asked is None) and _says_only_time(mention, reports, tokens):
            slot = "duration_weeks"
        if slot is not None:
            given.append((mention, slot))
    if asked is None or target is None:
        given += _shared(given, anchors, tokens)
    return [*_dated_all(_one_answer(given, target), tokens, target), *_durations(given, tokens)]


def _asked_slot(asked: str | None, dictionary: Dictionary) -> str | None:
    """Where the time of an answer belongs: the asked variable itself, or the onset of the asked symptom."""
    if asked is None or asked not in dictionary:
        return None
    if dictionary[asked].kind == "number" and unit_days(asked) is not None:
        return asked
    own = OWN.get(asked, f"{asked}_onset_days")
    return own if own in dictionary and dictionary[asked].kind != "list" else None


def _answers(mention: TimeMention, slot: str | None, target: str, anchors: Sequence[_Anchor]) -> bool:
    if mention.kind in _KINDS_NEVER or (
        mention.kind == "short" and not target.endswith(("_days", "_minutes"))
    ):
        return False
    if slot == target or slot in (None, _PARTS.get(target)):
        return True
    leads = mention.start < _LEADS_WITHIN and all(a.report.start >= mention.start for a in anchors)
    return leads or (slot == "duration_weeks" and all(a.report.name == "complaint" for a in anchors))


def _slot_of(mention: TimeMention, anchors: Sequence[_Anchor], tokens: Sequence[Token]) -> str | None:
    """The slot of the finding the time belongs to."""
    if mention.kind in _KINDS_NEVER or _is_gestation(mention, tokens):
        return None
    clause = list(_clause_of(mention, tokens))
    if any(tokens[index].norm in _FUTURE for index in clause if index < mention.end):
        return None
    if mention.kind == "postop":
        own = [a for a in anchors if a.report.clause == tokens[mention.start].clause]
        return "postop_days" if after_surgery(tokens, [a.report for a in own]) else None
    here = [a for a in anchors if a.report.clause == tokens[mention.start].clause and _real(a.report)]
    if mention.days is None or mention.days > _LATELY:
        here = [a for a in here if a.slot != "bilateral_leg_symptoms_onset_days"]
    if here:
        slot = min(here, key=lambda a: _distance(a, mention) + _across(a, mention, tokens)).slot
        return slot if _fits(slot, mention, here, [tokens[index].norm for index in clause]) else None
    return _before_or_after(mention, anchors, tokens, clause)


def _fits(slot: str | None, mention: TimeMention, here: Sequence[_Anchor], words: Sequence[str]) -> bool:
    """A day dates a complaint when it says pain or a start; a cancer's time counts when it is over."""
    if slot == "duration_weeks" and mention.kind in ("ago", "point", "date", "today"):
        pained = any(a.report.name == "complaint" for a in here)
        return pained or not _STARTERS.isdisjoint(words) or "from" in words
    if slot == "cancer_years":
        return mention.kind == "ago" or not _OVER.isdisjoint(words)
    return True


_OVER = frozenset(
    ("remission", "clean", "clear", "free", "finish", "finished", "done", "end", "ended", "beat", "survivor")
)
_LATELY = 180
_CARRYING = word_set(
    """
    labor contraction pregnant pregnancy preg ob trimester midwife baby along cervix expecting
    """
)


def _is_gestation(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """ "I'm 31 weeks", "at 36 weeks": how far a pregnancy is."""
    if mention.kind != "span" or mention.weeks is None or not 4 <= mention.weeks <= 42:
        return False
    before = [token.norm for token in tokens[max(0, mention.start - 2) : mention.start]]
    weeks = any(token.norm == "week" for token in tokens[mention.start : mention.end])
    bare = before in (["i", "am"], ["she", "is"]) or before[-1:] == ["at"]
    return weeks and (bare or any(token.norm in _CARRYING for token in tokens))


def _real(report: Report) -> bool:
    return report.assertion not in ("hypothetical", "other_person", "absent")


def _clause_of(mention: TimeMention, tokens: Sequence[Token]) -> Iterator[int]:
    clause = tokens[mention.start].clause
    first = mention.start
    while first > 0 and tokens[first - 1].clause == clause:
        first -= 1
    for index in range(first, len(tokens)):
        if tokens[index].clause != clause and index >= mention.end:
            return
        yield index


def _distance(anchor: _Anchor, mention: TimeMention) -> float:
    """Words between, with a bias: events like dates, complaints like lengths, symptoms before complaints."""
    report, slot = anchor.report, anchor.slot
    gap = float(max(report.start - mention.end, mention.start - report.end, 0))
    if slot == "duration_weeks":
        gap += 1.5 if mention.kind in ("span", "old") else 4
    elif slot is None:
        gap += 3 if report.sets.keys() <= _WEAK_CLAIMS else 1
    elif slot in EVENT_SLOTS and mention.kind == "span":
        gap += 2
    return gap


def _across(anchor: _Anchor, mention: TimeMention, tokens: Sequence[Token]) -> float:
    """A comma between the two sets them apart."""
    first, second = sorted(((anchor.report.start, anchor.report.end), (mention.start, mention.end)))
    return 2.0 if any(token.norm == "," for token in tokens[first[1] : second[0]]) else 0.0


_WEAK_CLAIMS = frozenset(
    ("side", "course", "who_for", "relation", "sex", "age", "existing_patient", "visit_reason")
)


def _before_or_after(
    mention: TimeMention, anchors: Sequence[_Anchor], tokens: Sequence[Token], clause: Sequence[int]
) -> str | None:
    """A time alone in its clause speaks of what was said before, else of what comes next in its sentence."""
    own = [i for i in clause if not mention.start <= i < mention.end and not _is_neutral(tokens[i].norm)]
    starts = any(tokens[i].norm in _STARTERS for i in clause) and any(tokens[i].norm in _ITS for i in clause)
    if len(own) > (_ALONE_WHEN_STARTING if starts else _ALONE_WORDS):
        return None
    sentence = tokens[mention.start].sentence
    real = [a for a in anchors if _real(a.report) and not a.report.sets.keys() <= _WEAK_CLAIMS]
    before = [a for a in real if a.report.start < mention.start and sentence - 1 <= a.report.sentence]
    if before:
        same = [a for a in before if a.report.sentence == sentence]
        return _latest(same or before, mention)
    if any(tokens[i].norm in _STARTERS for i in clause) and any(a.slot == "duration_weeks" for a in anchors):
        return "duration_weeks"  # "Low back pain. I'm 33. Started 5 weeks ago."
    after = [a for a in real if a.report.start >= mention.end and a.report.sentence == sentence]
    after = after or [a for a in real if a.report.start >= mention.end and a.report.sentence == sentence + 1]
    return min(after, key=lambda a: a.report.start).slot if after else None


def _latest(anchors: Sequence[_Anchor], mention: TimeMention) -> str | None:
    """The finding told last; of one place the symptom before the plain complaint, the event before both."""
    last = max(a.report.end for a in anchors)
    near = [a for a in anchors if last - a.report.end <= 3]
    if all(a.slot in (None, "duration_weeks", *_LIMB_SLOTS) for a in near) and any(
        a.slot == "duration_weeks" for a in anchors
    ):
        return "duration_weeks"
    return min(near, key=lambda a: _distance(a, mention) - (mention.start - a.report.end)).slot


_LIMB_SLOTS = ("limb_numbness_onset_days", "bilateral_leg_symptoms_onset_days")


def _is_neutral(norm: str) -> bool:
    return norm in _NEUTRAL or norm.isdigit() or not norm[:1].isalpha()


def _says_only_time(mention: TimeMention, reports: Sequence[Report], tokens: Sequence[Token]) -> bool:
    """Nothing is said but the time: "since May", "about 3 weeks now"."""
    if reports or mention.kind not in _LENGTHS:
        return False
    others = (token for i, token in enumerate(tokens) if not mention.start <= i < mention.end)
    return all(_is_neutral(token.norm) for token in others)


def _shared(
    given: Sequence[tuple[TimeMention, str]], anchors: Sequence[_Anchor], tokens: Sequence[Token]
) -> Iterator[tuple[TimeMention, str]]:
    """ "Numb in the crotch and I can't pee since monday": the time is that of both symptoms."""
    for mention, slot in given:
        if not slot.endswith("_onset_days") or mention.kind == "old":
            continue
        taken = {other for _, other in given}
        begin = max((m.end for m, _ in given if m.end <= mention.start), default=0)
        for anchor in anchors:
            near = (
                anchor.report.sentence == tokens[mention.start].sentence
                and begin <= anchor.report.start < mention.start
            )
            if (
                near
                and anchor.slot
                and anchor.slot.endswith("_onset_days")
                and anchor.slot not in taken
                and _real(anchor.report)
            ):
                taken.add(anchor.slot)
                yield mention, anchor.slot


def _one_answer(
    given: Sequence[tuple[TimeMention, str]], target: str | None
) -> list[tuple[TimeMention, str]]:
    """Of several times that answer the question a date counts before "today" and a rough length."""
    if target is None:
        target = "postop_days"
    mine = [mention for mention, slot in given if slot == target]
    if len(mine) < 2:
        return list(given)
    order = {"postop": 0, "date": 1, "ago": 2, "span": 2, "point": 3, "old": 4, "loose": 5, "today": 6}
    best = min(mine, key=lambda mention: order.get(mention.kind, 5))
    return [(mention, slot) for mention, slot in given if slot != target or mention is best]


def _dated_all(
    given: Sequence[tuple[TimeMention, str]], tokens: Sequence[Token], target: str | None
) -> Iterator[Timed]:
    for mention, slot in given:
        if slot != "duration_weeks":
            yield from _dated(slot, mention, tokens, asked_days=target == "postop_days")


def _dated(
    slot: str, mention: TimeMention, tokens: Sequence[Token], *, asked_days: bool = False
) -> Iterator[Timed]:
    days = mention.days
    if days is None:
        if mention.kind == "old" and slot.endswith("_onset_days"):
            yield _timed(slot, OLD_DAYS, mention)
        return
    if days < 0 or (slot == "injection_days" and days > _RECENT_SHOT_DAYS):
        return
    if slot == SURGERY_DATE:
        if not _is_past(mention, tokens):
            return
        yield _timed("prior_spine_surgery", "yes", mention)
        slot = "prior_surgery_months_ago"
    if slot in ("prior_surgery_months_ago", "postop_days"):
        slot = "postop_days" if days <= _POSTOP_DAYS or asked_days else "prior_surgery_months_ago"
    unit = unit_days(slot) or 1.0
    value: Value = round(days / unit, 1) if unit > 1 else round(days / unit) if days >= unit else 0
    yield _timed(slot, value, mention)


def _is_past(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """ "9 days ago", "in March", "9 days post op"; never "in 2 weeks" or "took 3 hours"."""
    if mention.kind != "span":
        return mention.kind in ("ago", "point", "date", "postop", "later")
    after = [token.norm for token in tokens[mention.end : mention.end + 3]]
    lead = tokens[mention.start].norm
    return lead not in ("in", "within") and bool(
        {"post", "postop", "after", "out", "since", "from"} & set(after)
    )


def _timed(slot: str, value: Value, mention: TimeMention) -> Timed:
    return Timed(variable=slot, value=value, start=mention.start, end=mention.end)


def _durations(given: Sequence[tuple[TimeMention, str]], tokens: Sequence[Token]) -> Iterator[Timed]:
    known = [m for m, slot in given if slot == "duration_weeks" and m.kind in _LENGTHS and (m.days or 0) > 0]
    if not known:
        return
    current = min(known, key=lambda m: m.days or 0.0)
    yield Timed(variable="duration_weeks", value=current.weeks or 0.0, start=current.start, end=current.end)
    longest = max(known, key=lambda m: m.days or 0.0)
    if (longest.days or 0) > 2 * (current.days or 0):
        yield Timed(
            variable="history_weeks", value=longest.weeks or 0.0, start=longest.start, end=longest.end
        )
        near = {token.norm for token in tokens[max(0, current.start - 4) : current.end + 2]}
        if near & _FLARE:
            yield Timed(variable="course", value="worsening", start=current.start, end=current.end)


def course_slot(variable: str) -> str:
    """Which course belongs to a symptom: weakness_course, myelo_course, X_course, else the complaint's."""
    own = OWN.get(variable, "")
    return own.replace("_onset_days", "_course") if own.endswith("_onset_days") else f"{variable}_course"
