"""A time told once for several signs: at the head of a sentence, by a "since then", or alone in the message.

"Since last night I'm numb down below and can't pee" dates both; "Saturday I moved house. Since then wiping
feels like nothing" dates the second sentence by the first. A time that was told of no sign at all is lent to
the signs of its message only when it is young: an onset that is too old would make a sign look harmless.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.language.text.segments import CLAUSE, Token
from bot.language.text.time_line import word_set
from bot.language.times.slots import EVENT_SLOTS
from bot.language.times.time_anchors import KINDS_NEVER, Anchor, is_gestation, is_neutral, is_real
from bot.language.times.times import TimeMention

Given = Sequence[tuple[TimeMention, str]]

YOUNG_DAYS = 14
"""The window of "recent" (clinical.md 2.0)."""
_ONSET = "_onset_days"
_DATES = frozenset(("ago", "point", "date", "today"))
_LENGTHS = frozenset(("span", "old"))
_OPENERS = word_set("so and but well ok okay anyway then now plus , | for since from about hi hello")
_SINCE_REACH = 7
_SINCE_THEN = (
    ("since", "then"), ("ever", "since"), ("since", "that"), ("from", "then"), ("that", "night"),
    ("that", "day"), ("same", "day"), ("same", "night"), ("that", "even"), ("that", "morn"),
    ("that", "afternoon"),
)  # fmt: skip
_VISIT = word_set(
    """
    slot appointment appt visit cancel reschedule any free open available come book schedul scheduled due
    want will would could can next tomorrow before need
    """
)


def fronted(
    given: Given, times: Sequence[TimeMention], anchors: Sequence[Anchor], tokens: Sequence[Token]
) -> Iterator[tuple[TimeMention, str]]:
    """A time that opens its sentence is that of every sign up to the next time."""
    taken = {slot for _, slot in given}
    for mention in times:
        if not _dates(mention) or not _opens(mention, tokens) or is_gestation(mention, tokens):
            continue
        end = _reach(mention, times, tokens)
        for anchor in _onsets(anchors, mention.end, end):
            near = mention.kind in _LENGTHS or anchor.report.clause == tokens[mention.start].clause
            if anchor.slot not in taken and (near or _is_young(mention)):
                taken.add(anchor.slot or "")
                yield mention, anchor.slot or ""


def since_event(
    given: Given, times: Sequence[TimeMention], anchors: Sequence[Anchor], tokens: Sequence[Token]
) -> Iterator[tuple[TimeMention, str]]:
    """ "Neck pain since the crash in 2020", "foot drop since my 2012 fusion": as old as the event named."""
    taken = {slot for _, slot in given}
    for mention, slot in given:
        place = _since_before(mention, anchors, tokens) if slot in EVENT_SLOTS else None
        if place is None or mention.kind not in _DATES:
            continue
        told = [a for a in anchors if a.report.head < place and a.report.clause == tokens[place].clause]
        told = [a for a in told if is_real(a.report) and _is_begun(a)]
        for anchor in told:
            if anchor.slot not in taken:
                taken.add(anchor.slot or "")
                yield mention, anchor.slot or ""


def _is_begun(anchor: Anchor) -> bool:
    return _has_onset(anchor) or anchor.slot == "duration_weeks"


def _since_before(mention: TimeMention, anchors: Sequence[Anchor], tokens: Sequence[Token]) -> int | None:
    """The "since" that leads to the dated event, up to some words before its date."""
    first = max(0, mention.start - _SINCE_REACH)
    clause = tokens[mention.start].clause
    places = [
        i for i in range(first, mention.start + 1) if tokens[i].norm == "since" and tokens[i].clause == clause
    ]
    return places[-1] if places else None


def scanned_then(
    given: Given, times: Sequence[TimeMention], anchors: Sequence[Anchor], tokens: Sequence[Token]
) -> Iterator[tuple[TimeMention, str]]:
    """ "Hit by a car october 12, urgent care films fine": the scan of that visit is as old as the injury."""
    hurt = next((m for m, slot in given if slot == "trauma_days" and m.kind in _DATES), None)
    if hurt is None or any(slot == "imaging_months" for _, slot in given):
        return
    for anchor in anchors:
        if anchor.slot == "imaging_months" and is_real(anchor.report) and anchor.report.head > hurt.start:
            sentence = {token.norm for token in tokens if token.sentence == anchor.report.sentence}
            if not _EMERGENCY.isdisjoint(sentence):
                yield hurt, "imaging_months"
                return


_EMERGENCY = frozenset(("er", "emergency", "ed", "urgent", "ambulance", "scene", "hospital", "trauma"))


def since_then(
    given: Given, times: Sequence[TimeMention], anchors: Sequence[Anchor], tokens: Sequence[Token]
) -> Iterator[tuple[TimeMention, str]]:
    """ "Since then", "that night": the signs of its sentence are as old as the day told last."""
    taken = {slot for _, slot in given}
    for place in _back_references(tokens):
        told = [m for m in times if m.end <= place and _dates(m) and m.kind in _DATES]
        if not told:
            continue
        sentence = tokens[place].sentence
        later = [m.start for m in times if m.start > place]
        for anchor in _onsets(anchors, told[-1].end, min([len(tokens), *later])):
            if anchor.report.sentence == sentence and anchor.slot not in taken:
                taken.add(anchor.slot or "")
                yield told[-1], anchor.slot or ""


def _back_references(tokens: Sequence[Token]) -> Iterator[int]:
    norms = [(i, token.norm) for i, token in enumerate(tokens) if token.norm != CLAUSE]
    for (place, first), (_, second) in pairwise(norms):
        if (first, second) in _SINCE_THEN:
            yield place
    if norms and norms[-1][1] == "since":
        yield norms[-1][0]


def lent(
    given: Given, times: Sequence[TimeMention], anchors: Sequence[Anchor], tokens: Sequence[Token]
) -> Iterator[tuple[TimeMention, str]]:
    """The only time of the message, when it is young, is that of its signs that no other time dates."""
    dating = [m for m in times if m.kind not in ("rate", "woke")]
    if len(dating) != 1 or not _dates(dating[0]) or not _is_young(dating[0]):
        return
    mention = dating[0]
    if mention.kind == "today" or _is_wished(mention, tokens):
        return
    slots = {slot for m, slot in given if m is mention}
    if any(not _may_lend(slot) for slot in slots):
        return
    taken = {slot for _, slot in given}
    for anchor in _onsets(anchors, 0, len(tokens)):
        if anchor.slot not in taken:
            taken.add(anchor.slot or "")
            yield mention, anchor.slot or ""


def _is_wished(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """ "Any day but thursday", "cancel my friday slot": a day of the visit, not of the sign."""
    sentence = tokens[mention.start].sentence
    return any(token.norm in _VISIT for token in tokens if token.sentence == sentence)


def _may_lend(slot: str) -> bool:
    return slot.endswith(_ONSET) or slot in ("duration_weeks", "trauma_days")


def _dates(mention: TimeMention) -> bool:
    return mention.kind not in KINDS_NEVER and mention.kind in _DATES | _LENGTHS and mention.days is not None


def _is_young(mention: TimeMention) -> bool:
    return mention.days is not None and 0 <= mention.days <= YOUNG_DAYS


def _opens(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """Only openers and other neutral words stand before it in its sentence."""
    sentence = tokens[mention.start].sentence
    before = [t.norm for t in tokens[: mention.start] if t.sentence == sentence]
    return all(norm in _OPENERS or is_neutral(norm) for norm in before)


def _reach(mention: TimeMention, times: Sequence[TimeMention], tokens: Sequence[Token]) -> int:
    """Up to the next time of its sentence, or the sentence's end."""
    sentence = tokens[mention.start].sentence
    end = mention.end
    while end < len(tokens) and tokens[end].sentence == sentence:
        end += 1
    later = [m.start for m in times if m.start >= mention.end and _dates(m)]
    return min([end, *later])


def _onsets(anchors: Sequence[Anchor], start: int, end: int) -> list[Anchor]:
    """The signs between two words that carry an onset of their own."""
    return [a for a in anchors if _has_onset(a) and start <= a.report.start < end]


def _has_onset(anchor: Anchor) -> bool:
    return bool(anchor.slot) and (anchor.slot or "").endswith(_ONSET) and is_real(anchor.report)
