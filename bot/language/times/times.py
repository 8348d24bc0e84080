"""When and how long: time expressions over normal words, resolved against the message's date.

Month = 4.345 weeks, year = 365 days (clinical.md 2.0). "8 months" is 34.8 weeks; "since tuesday" counts
days back to the last Tuesday; "years" without a number is vague and stays without one. A time that says how
often or how long at a stretch ("every 20 minutes", "twice a night") is kept apart as a `rate`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.language.text.segments import Token
from bot.language.text.time_line import Line
from bot.language.times.dates import (
    WEEKDAY_WORDS,
    WEEKS_PER_MONTH,
    days_back,
    find_dates,
    near_days,
    weekday_days,
    weekday_pattern,
)
from bot.language.times.time_rates import find_rates
from bot.language.times.time_vague import find_vague

DAYS_PER_MONTH = WEEKS_PER_MONTH * 7
_UNIT_DAYS = {
    "minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "night": 1.0, "d": 1.0, "week": 7.0, "w": 7.0,
    "month": DAYS_PER_MONTH, "year": 365.0, "y": 365.0, "decade": 3650.0,
}  # fmt: skip
_QUANTITY = {"couple": 2.0, "few": 3.0, "several": 5.0, "half": 0.5, "half 1": 0.5, "dozen": 12.0}

_N = (
    r"(?P<n>\d+ 1 / 2|[2-9]0 [1-9](?= )|\d+(?:[.,]\d+| · \d)?|couple|few|several|dozen|half 1|half|many"
    r"|better part 1)"
)
_UNIT = r"(?P<unit>minute|hour|day|night|week|month|year|decade|[dwy](?= |$)(?! /| o))"
_LEAD = (
    r"(?:(?P<lead>for|since|about|past|last|been|over|almost|nearly|in|within|after|go on|within last|x|push|"
    r"until|til|close to|around|approx|~|×|more than|less than|at least|maybe|next|first|every|come up on) )*"
)
_SPAN = re.compile(
    rf"(?<!\S){_LEAD}{_N}(?: (?:ish|odd|plus|some|\+|whole|full|solid|straight|long))?"
    rf"(?: (?P<to>-+|–|to|or|,) (?P<n2>\d+(?:[.,]\d+)?))?"
    rf"(?P<half> and (?:1 )?half)?"
    rf" {_UNIT}(?: (?:and )?(?P<m>\d+|half) (?P<unit2>month|week|day)|(?P<half2> and (?:1 )?half)"
    rf"|(?P<or2> or (?:2|3)(?! \d)))?(?P<ago> ago(?: today| tonight)?| back| earlier| prior| before"
    rf"| later)?(?! old| - old|\S)"
)
_POSTOP = re.compile(
    r"(?<!\S)(?:(?:post op |postop |post operative |postoperative |on |at |this is |today is |is )?"
    r"(?:day|pod) # ?(?P<a>\d{1,3})|(?:post op |postop |post operative |on |at |is )?(?:day"
    r"|pod) (?P<b>\d{1,3})"
    r"|pod(?P<c>\d{1,3})|(?:post op |postop )d(?P<d>\d{1,3})|(?P<e>\d{1,3}) (?:th|st|nd|rd) day)(?!\S)"
)
_NTH = re.compile(
    r"(?<!\S)(?<!\d )(?<!since )(?<!by )(?<!at )(?:(?:in|on|this is|it is|now) )*"
    r"(?:(?P<unit>week|month) #? ?(?P<n>\d{1,2})"
    r"|(?P<n2>\d{1,2}) (?:th|st|nd|rd) (?P<unit2>week|month))"
    r"(?! (?:-|to|or|day|week|month|hour|time|ago|\)|/)|\S)"
)
""" "Week 4", "third month": how far into something it is."""
_POSTOP_SPAN = re.compile(
    rf"(?<!\S){_N}(?P<half> and (?:1 )?half)? {_UNIT}(?P<half2> and (?:1 )?half)? "
    r"(?:(?:after|since|from|past|post|into)(?: me)?(?: back| neck| spine| spinal| l\d| c\d| \d"
    r"| -)* (?:surgery|op|operation|fusion|laminectomy|lami"
    r"|discectomy|microdiscectomy|acdf|decompression|kyphoplasty|procedure)"
    r"|out|in|post op|postop|post operative|post|status post|s / p)(?!\S)"
)
_NEAR = re.compile(
    r"(?<!\S)(?:(?P<lead>since|from|start|begin|on|this|until|by) )?"
    r"(?P<word>day before yesterday|day before last|yesterday|last night|this am|this \. m \."
    r"|this morn|this morning"
    r"|this afternoon|this even|tonight|today|overnight|week before last|last week|past week"
    r"|this past weekend|last weekend|this weekend|over weekend|weekend before last|weekend"
    r"|last month|past month"
    r"|month before last|last year|past year|year before last|just now|few minute ago|minute ago"
    r"|(?:(?<=since )|(?<=since about )|(?<=since around ))(?:noon|dawn|lunch|lunchtime|breakfast|midnight"
    r"|i wake up|waking up|i get up|sunup|sunrise|dinner|supper|this noon|am"
    r"|\d{1,2}(?: : \d\d)? ?(?:am|pm)|0\d{3}))(?!\S)"
)
_LOOSE = re.compile(
    r"(?<!\S)(?P<word>this week|this month|this year|all week|all month|all year|all weekend"
    r"|1 other day|other day"
    r"|earlier this week|earlier this month)(?!\S)"
)
_ONE = re.compile(
    r"(?<!\S)(?:(?:for|since|about|past|last|been|over|almost|nearly|go on|around"
    r"|maybe) )*(?P<unit>day|week|month|year|decade)"
    r"(?: or(?! (?:\d|day|week|month|year|couple|few|more|less))"
    r"|(?P<half> and (?:1 )?half))(?P<ago> ago| back)?(?!\S)"
)
""" "Month or so", "week and a half": one of the unit without its "a"."""
_WHOLE = re.compile(r"(?<!\S)(?:for|almost|nearly) (?P<unit>day|week|month|year)(?!\S)")
""" "For a whole year": the articles are gone, "for years" is told by its plural."""
_WEEKS_AGO_DAY = re.compile(
    r"(?<!\S)(?P<n>\d{1,2}|couple) week (?:ago |back |from |ago on |ago last |ago this past )?"
    r"(?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday)(?!\S)"
)
_SINCE_AGE = re.compile(
    r"(?<!\S)(?:since|when) i (?:was|is|be|turn) (?:about |around "
    r"|maybe )?(?P<age>\d{1,2})(?! \w* ?(?:week|month|day))(?!\S)"
)
_AGE_NOW = re.compile(
    r"(?<!\S)(?:i am|i be|am|now|i m) (?P<a>\d{2})(?! (?:week|month|day))(?!\S)"
    r"|(?<!\S)(?P<b>\d{2}) (?:year old|yo|y / o|m|f)(?!\S)"
    r"|(?<!\S)(?P<c>\d{2})(?:yo|m|f|y)(?!\S)"
)
_AGE_BEFORE = re.compile(r"(?<!\S)(?:age|aged) $")
_GROWN = 12
_AM_AGED = re.compile(r"(?<!\S)(?:i|<me>|she|he|who) (?:am|is) $")
_AFTER_AN_AGE = re.compile(r" ?(?:,|¦|male|female|man|woman|$)")
_WOKE = frozenset(("woke", "awoke", "woken"))
_STAY_SHORT = frozenset(("minute", "hour"))


@dataclass(frozen=True)
class TimeMention:
    """A time in a text, as days before the message; `days` None = vague. Token positions start..end."""

    days: float | None
    start: int
    end: int
    kind: str
    """span ("3 weeks"), ago, point ("since tuesday"), date ("in March 2020"), vague, old ("for years"),
    later ("3 weeks later"), postop ("day 5"), loose ("this week"), short ("20 minutes"), rate ("a day"),
    woke ("woke up with it")."""

    @property
    def weeks(self) -> float | None:
        """Weeks, one decimal."""
        return None if self.days is None else round(self.days / 7, 1)


def find_times(tokens: Sequence[Token], date: dt.date, text: str = "") -> list[TimeMention]:
    """All time expressions, in reading order, none overlapping. `text` is the message as written ("'98")."""
    line = Line(tokens)
    found: list[TimeMention] = []
    taken: set[int] = set()
    for mention in _candidates(line, tokens, date, text):
        places = set(range(mention.start, mention.end))
        if not places & taken:
            taken |= places
            found.append(mention)
    return sorted(found, key=lambda mention: mention.start)


def _candidates(line: Line, tokens: Sequence[Token], date: dt.date, text: str) -> Iterator[TimeMention]:
    yield from (TimeMention(None, start, end, "rate") for start, end in find_rates(line))
    yield from _postop(line)
    for match in line.find(_WEEKS_AGO_DAY, naming=WEEKDAY_WORDS):
        days = 7 * _quantity(match["n"]) + weekday_days(match["day"], date)
        yield TimeMention(days, *line.span(*match.span()), "point")
    yield from (TimeMention(days, *place, "date") for days, place in find_dates(line, date))
    yield from _short_years(tokens, date, text)
    for match in _SPAN.finditer(line.text):
        if not _is_an_age(match, line.text):
            mention = _span(match, line)
            if not _is_some_day(mention, tokens):
                yield replace(mention, kind="rate") if _is_a_bout(mention, tokens) else mention
    for match in _ONE.finditer(line.text):
        days = _UNIT_DAYS[match["unit"]] * (1.5 if match["half"] else 1)
        yield TimeMention(days, *line.span(*match.span()), "ago" if match["ago"] else "span")
    for match in _WHOLE.finditer(line.text):
        place = line.span(*match.span())
        if not tokens[place[1] - 1].raw.endswith("s"):
            yield TimeMention(_UNIT_DAYS[match["unit"]], *place, "span")
    for match in _NEAR.finditer(line.text):
        place = line.span(*match.span())
        kind = "until" if match["lead"] in ("until", "by") else "today" if _only_today(match) else "point"
        kind = "rate" if tokens[place[1] - 1].raw == "weekends" else kind
        yield TimeMention(near_days(match["word"], date), *place, kind)
    yield from _weekdays(line, tokens, date)
    yield from _since_age(line)
    for match in _LOOSE.finditer(line.text):
        yield TimeMention(_loose_days(match["word"]), *line.span(*match.span()), "loose")
    yield from (TimeMention(*vague) for vague in find_vague(line, tokens))
    yield from (TimeMention(0.0, i, i + 1, "woke") for i, token in enumerate(tokens) if token.raw in _WOKE)


def _postop(line: Line) -> Iterator[TimeMention]:
    for match in _POSTOP.finditer(line.text) if line.has_digits else ():
        digits = next(match[group] for group in "abcde" if match[group])
        yield TimeMention(float(digits), *line.span(*match.span()), "postop")
    for match in _NTH.finditer(line.text) if line.has_digits else ():
        number, unit = match["n"] or match["n2"], match["unit"] or match["unit2"]
        yield TimeMention(float(number) * _UNIT_DAYS[unit], *line.span(*match.span()), "postop")
    for match in _POSTOP_SPAN.finditer(line.text):
        days = _length(match)
        if days is not None:
            yield TimeMention(days, *line.span(*match.span()), "postop")


def _is_some_day(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """ "Woke up one day with it": some day, not one day long."""
    return mention.kind == "span" and mention.days == 1.0 and tokens[mention.start].raw == "one"


def _is_an_age(match: re.Match[str], text: str) -> bool:
    """ "Age 53 years", "I am 30 years, male" is no length of anything."""
    before = text[: match.start()]
    if _AGE_BEFORE.search(before):
        return True
    grown = match["unit"] == "year" and match["n"].isdigit() and int(match["n"]) >= _GROWN
    return bool(grown and _AM_AGED.search(before) and _AFTER_AN_AGE.match(text[match.end() :]))


def _is_a_bout(mention: TimeMention, tokens: Sequence[Token]) -> bool:
    """ "It lasts a few days", "goes in a week", "came on over two days": how long a bout or a start is."""
    if mention.kind != "span" or mention.start == 0:
        return False
    place = mention.start - 1
    place -= place > 0 and tokens[place].norm == "1"
    before, first = tokens[place].raw, tokens[mention.start].norm
    return (
        before in ("lasts", "lasting", "takes")
        or tokens[mention.start].raw in ("lasts", "lasting")
        or (first == "in" and before in ("goes", "gone", "passes", "clears"))
        or (first == "over" and before in ("on", "up"))
    )


def _span(match: re.Match[str], line: Line) -> TimeMention:
    start, end = line.span(*match.span())
    lead = match["lead"] or ""
    days = _length(match)
    if days is None:
        return TimeMention(None, start, end, "old" if _UNIT_DAYS[match["unit"]] > 300 else "vague")
    if match["to"] == "," and match["n2"] != str(int(days / _UNIT_DAYS[match["unit"]]) + 1):
        days = float(match["n2"].replace(",", ".")) * _UNIT_DAYS[match["unit"]]  # "24/7, 2 years" is no range
    elif match["n2"] and match["n2"].isdigit():
        days = (days + float(match["n2"]) * _UNIT_DAYS[match["unit"]]) / 2
    if match["or2"]:
        days = (days + float(match["or2"][-1]) * _UNIT_DAYS[match["unit"]]) / 2
    if match["unit2"]:
        days += (0.5 if match["m"] == "half" else float(match["m"])) * _UNIT_DAYS[match["unit2"]]
    return TimeMention(days, start, end, _span_kind(match, lead))


def _span_kind(match: re.Match[str], lead: str) -> str:
    ago = (match["ago"] or "").strip()
    if "til " in match.group():
        return "until"
    if ago in ("later", "before", "earlier", "prior"):
        return "later" if ago == "later" else "ago"
    if ago:
        return "ago"
    if lead in ("next", "every"):
        return "rate" if lead == "every" else "until"
    if lead in ("after", "first"):
        return "after"
    if match["unit"] in _STAY_SHORT:
        return "short"
    return "span"


def _length(match: re.Match[str]) -> float | None:
    """Days of "3 weeks", "2 and a half months", "a week and a half"; None when no number is said."""
    number = _quantity(match["n"]) if match["n"] != "many" else None
    if number is None:
        return None
    if match["half"] or match["half2"]:
        number += 0.5
    return number * _UNIT_DAYS[match["unit"]]


def _quantity(word: str) -> float:
    if word in _QUANTITY:
        return _QUANTITY[word]
    if word == "better part 1":
        return 0.9
    if word.endswith("1 / 2"):
        return float(word.split()[0]) + 0.5
    if "·" in word:
        return float(word.replace(" · ", "."))
    tens, _, ones = word.partition(" ")
    return float(tens) + float(ones) if ones else float(word.replace(",", "."))


def _only_today(match: re.Match[str]) -> bool:
    return match["word"] in ("today", "tonight") and match["lead"] not in ("since", "from", "start", "begin")


def _loose_days(word: str) -> float | None:
    if "day" in word:
        return 3.0
    return (
        {"week": 7.0, "month": 30.0, "year": 365.0}.get(word.split()[-1]) if word.startswith("all") else None
    )


def _weekdays(line: Line, tokens: Sequence[Token], date: dt.date) -> Iterator[TimeMention]:
    for match in line.find(weekday_pattern(), naming=WEEKDAY_WORDS):
        start, end = line.span(*match.span())
        place = line.span(*match.span("day"))[0]
        raw = tokens[place].raw
        if raw.endswith("days") or match["lead"] in ("every", "each"):
            yield TimeMention(None, start, end, "rate")
        elif match["lead"] in _AHEAD and _is_ahead(tokens[place - 1].raw, match["lead"]):
            past = match["lead"] in ("until", "before")
            yield TimeMention(weekday_days(match["day"], date) if past else None, start, end, "until")
        elif raw not in ("sat", "sun", "mon") or _is_a_day(match, tokens, place):
            days = weekday_days(match["day"], date)
            if match["of"]:
                days = float(date.weekday() + 7 - (date.weekday() - int(days)) % 7)
            yield TimeMention(days, start, end, "point")


_AHEAD = frozenset(("next", "until", "til", "by", "for", "come", "this come", "before", "see you"))


def _is_ahead(raw: str, lead: str) -> bool:
    """ "Come friday" lies ahead, "it came friday" does not, nor "on the tile friday"."""
    return raw in ("come", "comes") if lead == "come" else raw != "tile"


def _is_a_day(match: re.Match[str], tokens: Sequence[Token], place: int) -> bool:
    """ "sat" is Saturday after "since" or "on", and at the end of a clause; not in "I sat down"."""
    if match["lead"] is not None or match["part"]:
        return True
    before = tokens[place - 1].norm if place else "."
    after = tokens[place + 1].norm if place + 1 < len(tokens) else "."
    return after in (".", ",", "|", "-") and before not in (
        "i",
        "he",
        "she",
        "we",
        "just",
        "in",
        "<me>",
        "they",
    )


def _short_years(tokens: Sequence[Token], date: dt.date, text: str) -> Iterator[TimeMention]:
    """ "'98", "in 09", "oh nine": a year of two digits, by its apostrophe or its lead and leading zero."""
    for index, token in enumerate(tokens):
        if len(token.norm) != 2 or not token.norm.isdigit():
            continue
        quoted = token.start > 0 and text[token.start - 1 : token.start] in ("'", "’", "‘")
        before = tokens[index - 1].norm if index else ""
        after = tokens[index + 1].norm if index + 1 < len(tokens) else "."
        led = before in ("since", "in") and (
            token.norm[0] == "0" or (before == "since" and token.norm > "40")
        )
        if (quoted or led) and after not in _UNIT_DAYS and after not in ("-", "to", ":", "/", "percent", "%"):
            number = int(token.norm)
            year = number + (2000 if number <= date.year % 100 else 1900)
            days = days_back(year, 7, 1, date)
            if days is not None and days >= 0:
                yield TimeMention(days, index, index + 1, "date")


def _since_age(line: Line) -> Iterator[TimeMention]:
    now = _AGE_NOW.search(line.text) if line.has_digits else None
    if now is None:
        return
    age = int(next(digits for digits in now.groups() if digits))
    for match in _SINCE_AGE.finditer(line.text):
        if age > int(match["age"]):
            yield TimeMention(365.0 * (age - int(match["age"])), *line.span(*match.span()), "date")
