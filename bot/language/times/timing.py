"""Which time belongs to which finding.

"numb when i wipe since monday" gives saddle_numbness_onset_days; "back pain for 8 months" duration_weeks;
"MRI in September" imaging_months; "fell off a ladder yesterday" trauma_days. A time belongs to the nearest
finding of its clause; a time that stands alone ("Six days now.") to the clause before it. A time of anything
else ("had the flu last week") belongs to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.domain.dictionary import Dictionary, Value
from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import word_set
from bot.language.times.slots import COMPLAINTS, EVENT_SLOTS, OWN, SURGERY_DATE, slots_of, unit_days
from bot.language.times.time_anchors import KINDS_NEVER, LENGTHS, Anchor, is_real, says_only_time, slot_of
from bot.language.times.time_carry import fronted, lent, scanned_then, since_event, since_then
from bot.language.times.time_owners import counted_from, is_of_a_life, lasting
from bot.language.times.times import TimeMention

OLD_DAYS = 730
""" "For years" without a number, said of a symptom (clinical.md 3.5)."""
_KINDS_ASKED_ONLY = frozenset(("loose", "short", "vague", "postop"))
_DATES = frozenset(("ago", "point", "date"))
_ABOUT_THE_STORY = COMPLAINTS | word_set(
    "opening clarify duration_weeks course sudden_onset side pain_nrs which_fact confirm_summary"
)
"""Asks after which a time on its own still says how long the complaint has lasted."""
_LEADS_WITHIN = 3
_PARTS = {"cons_weeks": ("cons_pt_weeks", "injection_days")}
"""Asked for the whole, the length that stands beside a part in the answer is the answer."""
_RECENT_SHOT_DAYS = 92
_POSTOP_DAYS = 92
_NOT_TODAY = word_set("1 one from after every each always keep sometimes used when once")
""" "Woke up one day with it", "woke up from surgery": some other morning."""
_PEACE = word_set("never not no fin fine ok okay good normal well perfect perfectly great")
_SOME_HOURS = 1.5 / 24
""" "On the toilet for an hour" is how long one sits; "not peed for 14 hours" how long it has been."""
_ENDS_PEACE = frozenset(("until", "till", "before"))
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
    anchors = [
        Anchor(report=r, slot=slot)
        for r in reports
        for slot in slots_of(r, dictionary) or ((None,) if _may_own_a_time(r) else ())
    ]
    anchors = anchors if _complains(reports) else [a for a in anchors if "sudden_onset" not in a.report.sets]
    target = _asked_slot(asked, dictionary)
    loose = (asked in _ABOUT_THE_STORY or (correcting and target is None)) and target is None
    given: list[tuple[TimeMention, str]] = []
    for mention in _stated(times, tokens):
        if mention.kind == "woke" or (target is None and is_of_a_life(mention, reports, tokens)):
            continue
        event = counted_from(mention, reports, tokens)
        slot = _event_slot(event, dictionary) if event is not None else None
        if slot is not None:
            mention = replace(mention, kind="ago")
        else:
            slot = slot_of(mention, anchors, tokens)
        if target is not None and _answers(mention, slot, target, anchors):
            slot = target
        elif (
            mention.kind in _KINDS_ASKED_ONLY
            and slot != "postop_days"
            and not _hours_of(mention, slot, tokens)
        ):
            slot = None
        if slot is None and (loose or asked is None) and says_only_time(mention, reports, tokens):
            slot = "duration_weeks"
        if slot is not None:
            given.append((mention, slot))
    if asked is None or target is None:
        given += _shared(given, anchors, tokens)
        given += _ever_since(given, times, anchors, tokens)
        for carried in (since_event, scanned_then, fronted, since_then, lent):
            given += carried(given, times, anchors, tokens)
    given += _since_waking(given, times, anchors, tokens)
    if (
        asked in (None, "opening")
        and _complains(reports)
        and all(slot != "duration_weeks" for _, slot in given)
    ):
        used = {mention.start for mention, _ in given}
        free = [m for m in times if m.start not in used and not is_of_a_life(m, reports, tokens)]
        length = lasting(free, anchors, tokens)
        given += [(length, "duration_weeks")] if length else []
    return [*_dated_all(_one_answer(given, target), tokens, target), *_durations(given, tokens)]


def _event_slot(event: Report, dictionary: Dictionary) -> str | None:
    """Where the time since an event is kept; None when it is not kept."""
    return next((slot for slot in slots_of(event, dictionary) if slot in EVENT_SLOTS), None)


def _may_own_a_time(report: Report) -> bool:
    """Whether a time beside it could be its own; what only denies, or only names a place, has none."""
    told = bool(report.sets or report.asks) or report.name.startswith("cause ")
    return told or report.name in ("unchanged", "got worse", "changed lately")


def _hours_of(mention: TimeMention, slot: str | None, tokens: Sequence[Token]) -> bool:
    """ "Not peed for 14 hours", "two hours now": a symptom of hours began today."""
    said = {token.norm for token in tokens[mention.start : mention.end]}
    hours = mention.kind == "short" and "hour" in said and (mention.days or 0) >= _SOME_HOURS
    return hours and (slot or "").endswith("_onset_days")


def _stated(times: Sequence[TimeMention], tokens: Sequence[Token]) -> list[TimeMention]:
    """ "In June, not July", "on Thursday and again today": the first time is what counts, if one stands."""
    denied = [m for m in times if m.start > 0 and tokens[m.start - 1].norm in ("not", "again")]
    kept = [m for m in times if m not in denied] if len(denied) < len(times) else list(times)
    return [replace(m, kind="ago") if _ends_a_peace(m, tokens) else m for m in kept]


def _ends_a_peace(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """ "Never had that until a week ago", "fine until last night": what follows a peace began then."""
    if mention.kind != "until" or mention.days is None or tokens[mention.start].norm not in _ENDS_PEACE:
        return False
    sentence = tokens[mention.start].sentence
    before = {token.norm for token in tokens[: mention.start] if token.sentence == sentence}
    return not _PEACE.isdisjoint(before)


def _ever_since(
    given: Sequence[tuple[TimeMention, str]],
    times: Sequence[TimeMention],
    anchors: Sequence[Anchor],
    tokens: Sequence[Token],
) -> Iterator[tuple[TimeMention, str]]:
    """ "Hit from behind in April, neck hurts since": the pain is as old as what began it."""
    place = next((i for i in range(len(tokens) - 1, 0, -1) if _is_bare_since(tokens, i)), None)
    if place is None:
        return
    yield from _symptoms_since(place, given, times, anchors, tokens)
    if any(slot == "duration_weeks" for _, slot in given):
        return
    clause = tokens[place].clause
    if not any(
        a.slot == "duration_weeks" and a.report.clause == clause and is_real(a.report) for a in anchors
    ):
        return
    slots = dict(given)
    begun = [
        m for m in times if m.end <= place and m.kind in _DATES and slots.get(m) in (None, "trauma_days")
    ]
    if begun:
        yield begun[-1], "duration_weeks"


def _symptoms_since(
    place: int,
    given: Sequence[tuple[TimeMention, str]],
    times: Sequence[TimeMention],
    anchors: Sequence[Anchor],
    tokens: Sequence[Token],
) -> Iterator[tuple[TimeMention, str]]:
    """ "Had the operation in 2011 and it dribbles ever since": the leak is as old as the operation."""
    sentence, clause = tokens[place].sentence, tokens[place].clause
    begun = [m for m in times if m.end <= place and m.kind in _DATES and tokens[m.start].sentence == sentence]
    taken = {slot for _, slot in given}
    for anchor in anchors:
        slot = anchor.slot or ""
        near = anchor.report.clause == clause and is_real(anchor.report)
        if begun and near and slot.endswith("_onset_days") and slot not in taken:
            taken.add(slot)
            yield begun[-1], slot


def _since_waking(
    given: Sequence[tuple[TimeMention, str]],
    times: Sequence[TimeMention],
    anchors: Sequence[Anchor],
    tokens: Sequence[Token],
) -> Iterator[tuple[TimeMention, str]]:
    """ "Woke up with a numb crotch": today, when the sentence says no other day."""
    for mention in times:
        sentence = tokens[mention.start].sentence
        said = [token.norm for token in tokens if token.sentence == sentence]
        others = [m for m in times if m is not mention and tokens[m.start].sentence == sentence]
        if mention.kind != "woke" or others or not _NOT_TODAY.isdisjoint(said):
            continue
        taken = {slot for _, slot in given}
        for anchor in anchors:
            begun = anchor.report.sentence == sentence and anchor.report.start > mention.start
            slot = anchor.slot or ""
            if begun and is_real(anchor.report) and slot.endswith("_onset_days") and slot not in taken:
                taken.add(slot)
                yield mention, slot


def _is_bare_since(tokens: Sequence[Token], index: int) -> bool:
    """ "Ever since.", "since then": no time of its own behind it."""
    if tokens[index].norm != "since":
        return False
    after = [token.norm for token in tokens[index + 1 : index + 3] if token.norm != "|"]
    return not after or after[0] in ("then", ".", ",")


def _complains(reports: Sequence[Report]) -> bool:
    """A pain or a place of it is told: only then a slow or sudden start is that of the complaint."""
    return any(
        r.name == "complaint" or not COMPLAINTS.isdisjoint(r.sets.keys() - {"sudden_onset"}) for r in reports
    )


def _asked_slot(asked: str | None, dictionary: Dictionary) -> str | None:
    """Where the time of an answer belongs: the asked variable itself, or the onset of the asked symptom."""
    if asked is None or asked not in dictionary:
        return None
    if dictionary[asked].kind == "number" and unit_days(asked) is not None:
        return asked
    own = OWN.get(asked, f"{asked}_onset_days")
    return own if own in dictionary and dictionary[asked].kind != "list" else None


def _answers(mention: TimeMention, slot: str | None, target: str, anchors: Sequence[Anchor]) -> bool:
    if mention.kind in KINDS_NEVER or (
        mention.kind == "short" and not target.endswith(("_days", "_minutes"))
    ):
        return False
    if slot in (target, None) or (slot in _PARTS.get(target, ()) and mention.kind == "span"):
        return True
    leads = mention.start < _LEADS_WITHIN and all(a.report.start >= mention.start for a in anchors)
    return leads or (slot == "duration_weeks" and all(a.report.name == "complaint" for a in anchors))


def _shared(
    given: Sequence[tuple[TimeMention, str]], anchors: Sequence[Anchor], tokens: Sequence[Token]
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
                and is_real(anchor.report)
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
    if target in _LAST_COUNTS and (dated := [m for m in mine if m.days is not None and m.days >= 0]):
        best = min(dated, key=lambda mention: mention.days or 0.0)
        return [(mention, slot) for mention, slot in given if slot != target or mention is best]
    order = {"postop": 0, "date": 1, "ago": 2, "span": 2, "point": 3, "old": 4, "loose": 5, "today": 6}
    best = min(mine, key=lambda mention: order.get(mention.kind, 5))
    return [(mention, slot) for mention, slot in given if slot != target or mention is best]


def _dated_all(
    given: Sequence[tuple[TimeMention, str]], tokens: Sequence[Token], target: str | None
) -> Iterator[Timed]:
    for mention, slot in _latest_operation(given):
        if slot != "duration_weeks":
            yield from _dated(slot, mention, tokens, asked_days=target == "postop_days")


def _latest_operation(given: Sequence[tuple[TimeMention, str]]) -> list[tuple[TimeMention, str]]:
    """Of several operations ("2009 and 2012") the latest is how long ago the last one was."""
    dated = [m for m, slot in given if slot in _OPERATIONS and m.days is not None and m.days >= 0]
    last = min(dated, key=lambda m: m.days or 0.0, default=None)
    return [(m, slot) for m, slot in given if slot not in _OPERATIONS or m is last or m not in dated]


_LAST_COUNTS = ("prior_surgery_months_ago", "injection_days", "imaging_months")
_OPERATIONS = ("prior_surgery_months_ago", SURGERY_DATE)


def _dated(
    slot: str, mention: TimeMention, tokens: Sequence[Token], *, asked_days: bool = False
) -> Iterator[Timed]:
    days = mention.days
    if days is None:
        if mention.kind == "old" and slot.endswith("_onset_days"):
            yield _timed(slot, OLD_DAYS, mention)
        return
    if days < 0 or (slot == "injection_days" and (days > _RECENT_SHOT_DAYS or mention.kind == "span")):
        return  # "it helped 3 weeks" is no date
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
    said = [m for m, slot in given if slot == "duration_weeks" and m.days is not None and m.days >= 0]
    known = [m for m in said if m.kind in LENGTHS and (m.days or 0) > 0]
    known = known or [m for m in said if m.kind in ("point", "ago")][:1]
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
