"""Times whose owner is not the finding beside them: the event they count from, a life, the whole complaint.

"Three days after my back injection" dates the injection, wherever the complaint stands; "31 years on the
roofs" is how long somebody has worked and dates nothing; a length with nothing beside it ("low back into the
hip, can't sit, 5 months") is that of the complaint.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import piece_of, word_set
from bot.language.times.time_anchors import Anchor, is_gestation, is_neutral, is_real
from bot.language.times.times import TimeMention

_COUNTS_FROM = frozenset(("after", "since", "from", "past", "post"))
_REACH = 7
"""So many words behind "after" the event stands: "a week since they did my facet shots"."""
_A_YEAR = 300
_LIFE = word_set(
    """
    work works worked working job trade career retir retired drive drives drove driving driver truck haul
    hauling teach taught teacher teaching nurse nursing farm farming ranch roof roofing sew sewn sewing
    mop mopping marri married marriage wife husband divorc divorce widow sober clean smok smoke smoked
    smoking pack army navy service company employ employed union school licens desk office own live lived
    living wfh shop cook
    """
)
_LIES_IN = frozenset(("on", "in", "at", "as", "behind", "with", "under"))
_NO_WORK = word_set(
    """
    hurting aching suffering getting having being going trying living nothing dealing waiting something
    worsening running during everything coming
    """
)
_CALLINGS = ("er", "eer", "or", "man", "ist", "ian", "smith", "ant")
_CALLING_WORDS, _CALLING_LETTERS = 3, 6
_SINCE_KINDS = ("date", "point")
_STRAY_WORDS, _SINCE_WORDS = 1, 4
"""So many words of no meaning here may stand beside it; behind a "since" the occasion is named."""
_WELL = word_set("good great well fine wonderful perfect ok okay clean relief better")


def counted_from(mention: TimeMention, reports: Sequence[Report], tokens: Sequence[Token]) -> Report | None:
    """The report right behind "after", "since" or "from": what the length is counted from."""
    place = mention.end
    if (
        mention.kind not in ("span", "short")
        or place >= len(tokens)
        or tokens[place].norm not in _COUNTS_FROM
    ):
        return None
    ahead = [
        r
        for r in reports
        if place < r.head <= place + _REACH and r.sentence == tokens[place].sentence and r.counts
    ]
    return min(ahead, key=lambda r: r.head, default=None)


def is_of_a_life(mention: TimeMention, reports: Sequence[Report], tokens: Sequence[Token]) -> bool:
    """ "Roof work, 31 years", "26 years of sitting", "sober since 2011": no finding is as old as that."""
    if mention.kind not in ("span", "ago", "date", "old") or (mention.days or _A_YEAR) < _A_YEAR:
        return False
    start, end = piece_of(mention.start, mention.end, tokens)
    if _tells(reports, start, end):
        return False
    if mention.kind in ("span", "old") and mention.end < end and _is_spent(tokens[mention.end]):
        return True
    if any(_names_a_life(tokens, start, end)):
        return True
    others = (i for i in range(start, end) if not mention.start <= i < mention.end)
    if start == 0 or mention.kind != "span" or not all(is_neutral(tokens[i].norm) for i in others):
        return False
    before, last = piece_of(*_piece_before(start, tokens), tokens)
    if tokens[before].sentence != tokens[mention.start].sentence or _tells(reports, before, last):
        return False
    return any(_names_a_life(tokens, before, last)) or _is_a_calling(tokens[before:last])


def _piece_before(start: int, tokens: Sequence[Token]) -> tuple[int, int]:
    """The last word before a piece, over the marks between."""
    place = start - 1
    while place > 0 and not tokens[place].norm[:1].isalnum():
        place -= 1
    return place, place + 1


def _is_a_calling(words: Sequence[Token]) -> bool:
    """ "Mailman", "court reporter", "Plumber here": two or three words that say what somebody is."""
    return len(words) <= _CALLING_WORDS and any(
        word.raw.endswith(_CALLINGS) and len(word.raw) >= _CALLING_LETTERS for word in words
    )


def _tells(reports: Sequence[Report], start: int, end: int) -> bool:
    """A finding begins in this piece."""
    return any(start <= r.head < end and (r.sets or r.name == "complaint") for r in reports)


def _is_spent(following: Token) -> bool:
    """ "Years of sitting", "years on the truck"."""
    spent = following.raw.endswith("ing") and following.raw not in _NO_WORK
    return spent or following.norm in _LIES_IN


def _names_a_life(tokens: Sequence[Token], start: int, end: int) -> Iterator[bool]:
    return (token.norm in _LIFE or token.raw in _LIFE for token in tokens[start:end])


def lasting(
    times: Sequence[TimeMention], anchors: Sequence[Anchor], tokens: Sequence[Token]
) -> TimeMention | None:
    """The one length that stands between marks with nothing of its own beside it, near a complaint."""
    free = [
        m
        for m in times
        if (m.kind == "span" or (m.kind in _SINCE_KINDS and _since_leads(m, tokens)))
        and not is_gestation(m, tokens)
        and _stands_alone(m, anchors, tokens)
        and _near_complaint(m, anchors, tokens)
    ]
    return free[0] if len({m.days for m in free}) == 1 else None


def _stands_alone(mention: TimeMention, anchors: Sequence[Anchor], tokens: Sequence[Token]) -> bool:
    start, end = piece_of(mention.start, mention.end, tokens)
    if any(start <= a.report.head < end and a.slot != "duration_weeks" for a in anchors):
        return False
    others = [i for i in range(start, end) if not mention.start <= i < mention.end]
    if any(tokens[i].norm in _WELL for i in others):
        return False  # "wonderful for about five years"
    strays = _SINCE_WORDS if _since_leads(mention, tokens) else _STRAY_WORDS
    return sum(not is_neutral(tokens[i].norm) for i in others) <= strays


def _since_leads(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """ "Since august", "since the honey harvest in august"."""
    start, _ = piece_of(mention.start, mention.end, tokens)
    return any(token.norm == "since" for token in tokens[start : mention.start + 1])


def _near_complaint(mention: TimeMention, anchors: Sequence[Anchor], tokens: Sequence[Token]) -> bool:
    """The complaint is told in its sentence, in the one before, or behind it in the next."""
    sentence = tokens[mention.start].sentence
    told = [a.report.sentence for a in anchors if a.slot == "duration_weeks" and is_real(a.report)]
    return any(abs(sentence - other) <= 1 for other in told)
