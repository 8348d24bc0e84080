"""Which finding a time belongs to: the nearest of its clause, else what was told before or comes next.

"numb when i wipe since monday" dates the numbness; "Six days now." what the sentence before it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.language.text.report import Report
from bot.language.text.segments import Token
from bot.language.text.time_line import piece_of, word_set
from bot.language.times.slots import EVENT_SLOTS, after_surgery
from bot.language.times.times import TimeMention

LENGTHS = frozenset(("span", "old", "point", "date", "ago"))
"""Kinds of times that say how long something has been."""
KINDS_NEVER = frozenset(("rate", "until", "after"))
"""Kinds of times that date nothing."""
_SENTENCES_BACK = 3
"""So near stands what a time of its own speaks of: "I can't feel it. I'm not kidding. Four days."."""
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
    too give take suppos let see pm night morn morning today spel spell bout episod patch stretch right
    current currently call wors ayuh yep yup so mayb maybe hard whole entire lately recent recently
    bother again later total change chang
    """
)
_STARTERS = frozenset(
    (
        *("start", "begin", "began", "since", "happen", "notice", "come", "came", "hit", "onset", "from"),
        *("show", "showed", "appear", "pop", "crept", "creep", "kick", "set", "flare", "arriv", "develop"),
        *("turn", "return", "went", "snap", "pull", "tweak", "strain", "wrench", "hurt", "injur"),
        *("lock", "seiz", "seize", "threw", "throw", "blew", "tore"),
    )
)
_CORRECTS = word_set(
    """
    scratch wait actual actually mean meant sorry typo correct correction chang oop oops not should make
    """
)
_ITS = frozenset(("it", "that", "this", "which", "all", "they", "them", "both", "these"))
_FUTURE = word_set(
    """
    schedul scheduled due expect expecting appointment appt upcoming book booked next will tomorrow
    planned plan
    """
)


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """A finding a time may belong to; `slot` None: its time is nobody's business."""

    report: Report
    slot: str | None


def slot_of(mention: TimeMention, anchors: Sequence[Anchor], tokens: Sequence[Token]) -> str | None:
    """The slot of the finding the time belongs to."""
    if mention.kind in KINDS_NEVER or is_gestation(mention, tokens):
        return None
    clause = list(_clause_of(mention, tokens))
    if any(tokens[index].norm in _FUTURE for index in clause if index < mention.end):
        return None
    if mention.kind == "postop":
        own = [a for a in anchors if a.report.clause == tokens[mention.start].clause]
        return "postop_days" if after_surgery(tokens, [a.report for a in own]) else None
    here = [a for a in anchors if a.report.clause == tokens[mention.start].clause and is_real(a.report)]
    here = [a for a in here if not a.report.sets.keys() & _OF_THE_COMPLAINT]
    if mention.kind == "today" and any(a.report.name == "unchanged" for a in here):
        return None  # "it's identical today"
    if mention.kind == "span":
        here = [a for a in here if a.report.name != _UNCHANGED]
    elif mention.kind in _DAYS:
        here = [a for a in here if not a.report.sets or not a.report.sets.keys() <= _OUTCOMES]
    if tokens[mention.start].norm == "always" and not here:
        return None  # "I've always been healthy": nothing in its clause that it dates
    alone = stands_alone(mention, tokens)
    if alone:
        earlier = [a for a in here if a.report.head < mention.start]
        here = earlier or ([] if _told_before(mention, anchors, tokens) else here)
    here = _without_causes(here, mention, [tokens[index].norm for index in clause if index < mention.start])
    if mention.days is None or mention.days > _LATELY:
        here = [a for a in here if a.slot != "bilateral_leg_symptoms_onset_days"]
    if here:
        slot = min(here, key=lambda a: _distance(a, mention) + _across(a, mention, tokens)).slot
        return slot if _fits(slot, mention, here, [tokens[index].norm for index in clause]) else None
    return _before_or_after(mention, anchors, tokens, clause)


def _told_before(mention: TimeMention, anchors: Sequence[Anchor], tokens: Sequence[Token]) -> bool:
    """Its sentence has told something before it that a time could date."""
    sentence = tokens[mention.start].sentence
    return any(
        a.slot and is_real(a.report) and a.report.sentence == sentence and a.report.head < mention.start
        for a in anchors
    )


def stands_alone(mention: TimeMention, tokens: Sequence[Token]) -> tuple[int, int] | None:
    """The piece between marks that holds nothing but the time and words like "that was": else None.

    Such a time belongs to what stands before it: "sciatica, 11 weeks, PT x 8 weeks", "flipped twice, that
    was sunday, neck killing me".
    """
    start, end = piece_of(mention.start, mention.end, tokens)
    others = (i for i in range(start, end) if not mention.start <= i < mention.end)
    return (start, end) if all(is_neutral(tokens[i].norm) for i in others) else None


def _without_causes(here: list[Anchor], mention: TimeMention, before: Sequence[str]) -> list[Anchor]:
    """ "Tingly feet from diabetes for years", "leaks since my twins 9 years ago": the time is the symptom's.

    `before`: the words of its clause before it. "I had a baby 2 years ago" keeps its own time.
    """
    if not _THAT_WAY.isdisjoint(before):
        here = [a for a in here if a.report.name != "unchanged"]
    since = not _SINCE.isdisjoint(before)
    begun = any((a.slot or "").endswith("_onset_days") for a in here)
    if not (since or (begun and mention.kind in ("span", "old"))):
        return here
    causes = [a.report for a in here if a.slot is None and a.report.name.startswith("cause ")]
    return [a for a in here if not any(c.start <= a.report.start and a.report.end <= c.end for c in causes)]


_UNCHANGED = "unchanged"
""" "Five weeks, no worse no better": the time is that of what was told before."""
_DAYS = frozenset(("ago", "point", "date"))
_OUTCOMES = frozenset(("relief_after", "cons_relief", "er_cleared"))
"""What came of something: a length beside it is its own ("helped 2 weeks"), a day is that of the thing."""
_THAT_WAY = frozenset(("way", "that"))
""" "Been that way 8 years": the time is that of what is so."""
_SINCE = frozenset(("since", "from"))


def _fits(slot: str | None, mention: TimeMention, here: Sequence[Anchor], words: Sequence[str]) -> bool:
    """A day dates a complaint when it says pain or a start; a cancer's time counts when it is over."""
    if slot == "duration_weeks" and mention.kind in ("ago", "point", "date", "today"):
        told = any(a.report.name == "complaint" or not _BEGAN.isdisjoint(a.report.sets) for a in here)
        return told or "since" in words or not _STARTERS.isdisjoint(words)
    if slot == "cancer_years":
        return mention.kind == "ago" or not _OVER.isdisjoint(words)
    return True


_BEGAN = frozenset(("sudden_onset", "trauma"))
""" "Threw it out on sunday", "felt a snap lifting": how the pain began."""
_OVER = frozenset(
    ("remission", "clean", "clear", "free", "finish", "finished", "done", "end", "ended", "beat", "survivor")
)
_LATELY = 180
_YEARS = 730
_CARRYING = word_set(
    """
    labor contraction pregnant pregnancy preg ob trimester midwife baby along cervix expecting child
    spotting contracting
    """
)


def is_gestation(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """ "I'm 31 weeks", "at 36 weeks": how far a pregnancy is."""
    if mention.kind != "span" or mention.weeks is None or not 4 <= mention.weeks <= 42:
        return False
    before = [token.norm for token in tokens[max(0, mention.start - 2) : mention.start]]
    weeks = any(token.norm == "week" for token in tokens[mention.start : mention.end])
    bare = before in (["i", "am"], ["she", "is"]) or before[-1:] == ["at"]
    return weeks and (bare or any(token.norm in _CARRYING for token in tokens))


def is_real(report: Report) -> bool:
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


def _distance(anchor: Anchor, mention: TimeMention) -> float:
    """Words between, with a bias: events like dates, complaints like lengths, symptoms before complaints."""
    report, slot = anchor.report, anchor.slot
    gap = float(max(report.start - mention.end, mention.start - report.end, 0))
    if slot == "duration_weeks":
        gap += 1.5 if mention.kind in ("span", "old") else 4
    elif slot is None:
        gap += 3 if report.sets.keys() <= _WEAK_CLAIMS else 1
    elif slot in EVENT_SLOTS and mention.kind == "span":
        gap += 2
    elif slot in EVENT_SLOTS and mention.kind in _DAYS:
        gap -= 1
    behind = report.head >= mention.end and (mention.kind != "span" or report.start > mention.end)
    return gap + behind


def _across(anchor: Anchor, mention: TimeMention, tokens: Sequence[Token]) -> float:
    """A comma between the two sets them apart."""
    first, second = sorted(((anchor.report.start, anchor.report.end), (mention.start, mention.end)))
    return 2.0 if any(token.norm == "," for token in tokens[first[1] : second[0]]) else 0.0


_OF_THE_COMPLAINT = frozenset(
    (
        *("side", "course", "dominant", "insurance_type", "workers_comp", "surgery_preference", "sex"),
        *("surgery_region", "levels", "symptoms_same_region"),
    )
)
"""What has no time of its own: one beside it is the complaint's."""
_WEAK_CLAIMS = frozenset(
    ("side", "course", "who_for", "relation", "sex", "age", "existing_patient", "visit_reason")
)


def _before_or_after(
    mention: TimeMention, anchors: Sequence[Anchor], tokens: Sequence[Token], clause: Sequence[int]
) -> str | None:
    """A time alone in its clause speaks of what was said before, else of what comes next in its sentence."""
    said = _up_to_comma(mention, tokens, clause)
    own = [i for i in said if not mention.start <= i < mention.end and not is_neutral(tokens[i].norm)]
    starts = any(tokens[i].norm in _STARTERS for i in clause) and any(tokens[i].norm in _ITS for i in clause)
    if len(own) > (_ALONE_WHEN_STARTING if starts else _ALONE_WORDS):
        return None
    sentence = tokens[mention.start].sentence
    real = [a for a in anchors if is_real(a.report) and not a.report.sets.keys() <= _WEAK_CLAIMS]
    before = [a for a in real if a.report.start < mention.start]
    last = max((a.report.sentence for a in before), default=-_SENTENCES_BACK)
    if sentence - last < _SENTENCES_BACK:
        if _bare_start(clause, tokens) and _starts_nothing([a for a in before if a.report.sentence == last]):
            return "duration_weeks"
        return _latest([a for a in before if a.report.sentence == last], mention)
    if any(tokens[i].norm in _STARTERS for i in clause) and any(a.slot == "duration_weeks" for a in anchors):
        return "duration_weeks"  # "Low back pain. I'm 33. Started 5 weeks ago."
    after = [a for a in real if a.report.start >= mention.end and a.report.sentence == sentence]
    if not own:
        after = after or [
            a for a in real if a.report.start >= mention.end and a.report.sentence == sentence + 1
        ]
    if mention.days is None or mention.days >= _YEARS:
        # "Myself, 44 years. This week I began to leak": years said ahead are an age, or the complaint's
        after = [a for a in after if not (a.slot or "").endswith("_onset_days")]
    if after:
        return min(after, key=lambda a: a.report.start).slot
    return _of_the_story(mention, real)


def _bare_start(clause: Sequence[int], tokens: Sequence[Token]) -> bool:
    """ "Started 3 weeks ago.", with nothing that started named."""
    first = [tokens[i].norm for i in clause if tokens[i].norm[:1].isalpha()][:1]
    return not {"start", "begin", "began"}.isdisjoint(first)


def _starts_nothing(anchors: Sequence[Anchor]) -> bool:
    """ "Tried PT, pills. Started 3 weeks ago.": what started is the complaint, not the treatment.

    Nor is it what doctors called it: "They said herniated disc. Started 3 weeks ago."
    """
    return bool(anchors) and all(
        all(name.startswith(_NO_STARTERS) for name in a.report.sets) and a.report.sets for a in anchors
    )


def _up_to_comma(mention: TimeMention, tokens: Sequence[Token], clause: Sequence[int]) -> Sequence[int]:
    """ "Two months or so, about a 4 on most days": a time that opens its clause is alone up to the comma."""
    if piece := stands_alone(mention, tokens):
        return range(*piece)
    if any(not is_neutral(tokens[i].norm) for i in clause if i < mention.start):
        return clause
    comma = next((i for i in clause if i >= mention.end and tokens[i].norm == ","), None)
    return clause if comma is None else [i for i in clause if i < comma]


def _of_the_story(mention: TimeMention, real: Sequence[Anchor]) -> str | None:
    """ "My neck. Both sides. Two months.": with nothing near, a length is the complaint's, told before."""
    told = [a.slot for a in real if a.report.start < mention.start]
    lasting = mention.kind in ("span", "old") or (mention.kind in ("point", "date") and mention.days != 0)
    return "duration_weeks" if lasting and told[-1:] == ["duration_weeks"] else None


def _latest(anchors: Sequence[Anchor], mention: TimeMention) -> str | None:
    """The finding told last; of one place the symptom before the plain complaint, the event before both."""
    last = max(a.report.end for a in anchors)
    near = [a for a in anchors if last - a.report.end <= 3]
    if all(a.slot in (None, "duration_weeks", *_LIMB_SLOTS) for a in near) and any(
        a.slot == "duration_weeks" for a in anchors
    ):
        return "duration_weeks"
    return min(near, key=lambda a: _distance(a, mention) - (mention.start - a.report.end)).slot


_NO_STARTERS = (
    *("cons_", "injection_count", "opioid", "imaging", "anticoagulant", "region", "dx", "slip_grade"),
    *("surgery_recommended", "second_opinion", "limits", "function_limit"),
)
_LIMB_SLOTS = ("limb_numbness_onset_days", "bilateral_leg_symptoms_onset_days")


def is_neutral(norm: str) -> bool:
    """A word that says nothing of its own beside a time."""
    return norm in _NEUTRAL or norm.isdigit() or not norm[:1].isalpha()


def says_only_time(mention: TimeMention, reports: Sequence[Report], tokens: Sequence[Token]) -> bool:
    """Nothing but the time is said, or what it is not: "since May", "that's 10 weeks not 10 months"."""
    if reports or mention.kind not in LENGTHS:
        return False
    taken_back = next((i for i, t in enumerate(tokens) if t.norm == "not" and i >= mention.end), len(tokens))
    others = (token for i, token in enumerate(tokens[:taken_back]) if not mention.start <= i < mention.end)
    return all(is_neutral(token.norm) or token.norm in _CORRECTS for token in others)
