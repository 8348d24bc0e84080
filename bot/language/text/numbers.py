"""Numbers with a unit or a role: ages, scores, height and weight, A1c, levels, slip, Cobb.

All patterns run over the clean lowercase text, once each, and never nest a repetition (linear time).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.dictionary import Value


@dataclass(frozen=True)
class Figure:
    """A number read from the text: variable, value, place in the clean text."""

    variable: str
    value: Value
    start: int
    end: int


_AGE = re.compile(
    r"\b(?:i'?m|i am|im|he'?s|she'?s|he is|she is|age|aged|turning|turned|almost|just turned"
    r"|patient is|mom is|dad is|mother is|father is|who is|is) (?:a |an |almost |about "
    r"|age )?(?P<a>\d{1,3})\b(?! ?(?:weeks?|wks?|months?|mos?|days?|hours?|hrs?|min|%|lb|pounds|kg"
    r"|out of|/|\.\d|'|ft|feet|percent|times|miles|blocks|degrees?|post|inches|in\b|mg|levels?))"
    r"|\b(?P<b>\d{1,3}) ?-?(?:years?|yrs?|y)[ -]*(?:old|o\b|/o\b)|\b(?P<c>\d{1,3}) ?(?:yo|y/o"
    r"|y\.o\.?)\b|\b(?P<d>[1-9]\d) ?(?P<sex>[mf])\b(?!['\w])|\b(?P<e2>mid|early"
    r"|late)[ -](?:(?P<f>[2-9]0)'?s|(?P<decade>twen|thir|for|fif|six|seven|eigh|nine)t?ies)\b"
)
_DECADES = {
    "twen": "20", "thir": "30", "for": "40", "fif": "50",
    "six": "60", "seven": "70", "eigh": "80", "nine": "90",
}  # fmt: skip
_SON = re.compile(
    r"\b(?:son|daughter|mom|dad|mother|father|husband|wife|grandma|grandpa|girl|boy|kid|lady|gentleman|woman|man|neighbou?r|friend"
    r"|aunt|uncle|niece|nephew|sister|brother|client|resident|patient|boyfriend|girlfriend|nana|granny"
    r"|child|kid)(?:'?s)?,? \(?"
    r"(?P<a>\d{1,3})\b(?! ?(?:weeks?|wks?|months?|mos?|days?|hours?|yrs? ago|years? ago"
    r"|years? (?!old)|times))"
)
_FOR_ME = re.compile(r"(?:\bfor |[.,;!] )(?:me|myself), (?P<a>[1-9]\d)(?= ?(?:[.,;!]|$))")
""" "Low back pain, for me, 51", "6 months, me, 51": the patient's age behind whom it is about."""
_OPENS = re.compile(r"(?:\A(?:(?:hi|hello|hey)[,.!]? )?|[.!?] )(?P<a>[2-9]\d)[,.] (?!\d)")
""" "72, bad neck": a number that opens a message or a sentence alone."""
_NOT_AGED = frozenset(
    (
        *("pain", "back", "neck", "it", "leg", "arm", "this", "that", "score", "temp", "temperature"),
        *("level", "number", "ache", "one", "mine", "which", "here", "spine", "hip", "knee", "shoulder"),
        *("usually", "there", "pressure", "sugar", "a1c", "weight", "height", "bmi", "what", "average"),
        *("best", "rate", "pulse", "discomfort", "now", "max", "problem", "issue", "thing", "injury"),
        *("fever", "today", "worst", "trouble"),
    )
)
_SCORE = re.compile(
    r"\b(?P<a>\d{1,2})(?:\.5)? ?(?:/|out of) ?10\b|\bpain (?:is |level |score |of |at |about |a "
    r"|scale |like |was |level is |level of |is at |is about |is like "
    r"|is a )*(?P<b>\d{1,2})\b(?![.,]\d)"
    r"(?! ?(?:weeks?|wks?|days?|months?|mos?|years?|yrs?|hours?|times|min|am|pm|:|%))"
    r"|\b(?P<c>\d{1,2})ish\b(?! ?(?:weeks?|wks?|days?|months?|mos?|years?|yrs?|hours?|lbs?|pounds?))"
    r"|\b(?:(?:a )?(?:solid|steady|constant)(?: an?)?|like an?|its an?|it'?s an?|says it is an?"
    r"|call it an?|say an?)"
    r" (?P<d>[0-9]"
    r"|10)\b(?! ?(?:weeks?|wks?|days?|months?|mos?|years?|yrs?|hours?|times|min|am|pm|lb|foot|ft|mm"
    r"|cm|hour|day|week|month|year|out of|/|[-\w]))"
)
_HEIGHT = re.compile(
    r"\b(?P<f>[4-7]) ?(?:'|ft|feet|foot|′) ?(?:(?P<i>1[01]|\d)(?:\.5)? ?(?:\"|''|in|inches|″)?)?(?=\D"
    r"|$)|\b(?P<cm>1[3-9]\d|20\d|21\d) ?cm\b|\b(?P<m>1[.,][3-9]\d) ?m\b"
)
_WEIGHT = re.compile(
    r"\b(?P<lb>[6-9]\d|[1-5]\d\d) ?(?:lbs?|pounds?|#)|\b(?P<kg>[3-9]\d|1\d\d|2[0-4]\d) ?(?:kgs?"
    r"|kilos?|kilograms?)\b|\bweigh(?:t is|ing|s|t)?(?: about| around| is)? (?P<w>\d{2,3})\b"
)
_AFTER_HEIGHT = re.compile(r"[\s,/and&\"']{1,6}(?P<w>[1-4]\d\d|[89]\d)\b(?! ?(?:cm|kg))")
_A1C = re.compile(r"\b(?:hb)?a1c\b[^.\n\d]{0,18}(?P<v>1?\d(?:(?:[.,]| point )\d)?)\b")
_LEVEL = re.compile(
    r"\b(?P<r>[lcts])[ -]?(?P<n>1[0-2]|[1-9])(?: ?(?:-|–|/|to|and|thru|through"
    r"|,) ?(?P<r2>[lcts])?[ -]?(?P<n2>1[0-2]|[1-9])\b)?(?![\w%])"
)
_GRADE = re.compile(
    r"\bgrade ?(?P<a>[1-5]|iv|iii|ii|i|v|one|two|three|four|five)\b|\bslip(?:ped|page)?(?: (?:of|is"
    r"|about|by|around))* (?P<p>\d{1,3}) ?(?:%|percent)|\b(?P<p2>\d{1,3}) ?(?:%|percent) slip"
)
_COBB = re.compile(
    r"\b(?P<a>\d{2,3}) ?-?(?:degrees?|deg|°)(?: (?:curve|curvature|scoliosis|cobb|lumbar curve))?"
    r"|\b(?:cobb|curve)(?: angle)?(?: is| of| about| was)* (?P<b>\d{2,3})\b"
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_COUNT = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "couple": 2,
    "few": 3,
    "several": 5,
    "once": 1,
    "twice": 2,
}
_N = r"(?P<n>\d{1,2}|a couple(?: of)?|couple(?: of)?|a few|few|several|one|two|three|four|five|six|an|a)"
_INJECTIONS = re.compile(
    rf"\b{_N} (?:back |spine |spinal |lumbar |steroid |cortisone |epidural |more |rounds? of "
    rf"|sets? of |different )*(?:epidurals?|esis?|injections?|shots?|nerve blocks?|ablations?|rfas?)\b"
)
_SURGERIES = re.compile(
    rf"\b{_N} (?:prior |previous |past |different |major )*(?:back|spine|spinal|neck|lumbar|cervical"
    rf"|disc) (?:surger(?:y|ies)|operations?|sx|fusions?)\b|\b(?:back|spine|neck) (?:surgery|surgeries"
    rf"|sx) ?x ?(?P<x>\d)\b"
)
_SURGERIES_ON = re.compile(
    rf"\b{_N} (?:surgeries|operations) (?:on|to|in) (?:my |his |her |the )?"
    r"(?:lower |low |upper |mid )?(?:back|neck|spine)\b"
)
_WALK = re.compile(
    r"\bwalk(?:ing)?\b[^.\n\d]{0,30}(?P<n>\d{1,3}) ?(?:min\b|mins\b|minutes?)"
    r"|\b(?P<n2>\d{1,3}) ?(?:min\b|mins\b|minutes?)[^.\n\d]{0,20}\bwalk"
)
_BIRTH = re.compile(
    r"\b(?:b\.|born|dob|birthday|birth date|date of birth)[ :]*(?:is |in "
    r"|on )?(?:(?P<m>\d{1,2})[/-](?P<d>\d{1,2})[/-])?(?P<y>(?:19|20)\d\d)\b"
)
_SPAN = re.compile(r"\d ?-?(?:hours?|hrs?|days?|weeks?|wks?|months?|mos|mths?)\b")
_OPERATED = re.compile(r"surger|operation|fusion|\bsx")
_DIGIT = re.compile(r"\d")
_CERV, _THOR, _LUMB, _SACR = 7, 12, 5, 5


def find_figures(text: str, *, year: int) -> Iterator[Figure]:
    """Every figure of the clean text; `year` is the message's, for birth years."""
    if _DIGIT.search(text):
        yield from _ages(text, year)
        yield from _scores(text)
        yield from _body(text)
    elif "ties" in text:  # "in her mid forties"
        yield from _ages(text, year)
    yield from _spine(text)
    yield from _counts(text)


def _ages(text: str, year: int) -> Iterator[Figure]:
    for match in (
        *_AGE.finditer(text),
        *_SON.finditer(text),
        *_OPENS.finditer(text),
        *_FOR_ME.finditer(text),
    ):
        groups = match.groupdict()
        if match.re is _AGE and not _is_age(match, text):
            continue
        shift = {"mid": 5, "early": 2, "late": 8}.get(groups.get("e2") or "", 0)
        decade = groups.get("decade")
        digits = _DECADES[decade] if decade else next(groups[k] for k in "abcdf" if groups.get(k))
        age = int(digits) + shift
        if 0 <= age <= 120 and not (match.re is _AGE and groups.get("a") and age < 2):
            yield Figure("age", age, *match.span())
        if groups.get("sex"):
            yield Figure("sex", groups["sex"], *match.span())
    for match in _BIRTH.finditer(text):
        age = year - int(match["y"])
        if 0 <= age <= 120 and not match["m"]:
            yield Figure("age", age, *match.span())


def _is_age(match: re.Match[str], text: str) -> bool:
    """Not "my back is a 9", "the ache is 15 years old", "since age 9"."""
    before = text[: match.start()].split()[-1:]
    said = match.group()
    if said.startswith("age") and before and before[0] in ("since", "at", "from", "by", "until", "before"):
        return False
    if match["b"]:
        before = [word for word in text[: match.start()].split()[-2:] if word not in ("is", "about")][-1:]
        return not (before and before[0] in _NOT_AGED)
    if not match["a"]:
        return True
    scored = re.search(r"\ban? \d{1,2}\Z", said) is not None and int(match["a"]) <= 10
    return not scored and not (said.startswith("is") and before and before[0] in _NOT_AGED)


def tells_a_span(text: str) -> bool:
    """Whether a number counts hours to months: no age of a patient, "actually 8 months"."""
    return _SPAN.search(text) is not None


_YEARS = re.compile(r"\d ?(?:yrs?|years?)\b(?! ?old)")


def bare_age(text: str, *, with_complaint: bool) -> list[Figure]:
    """ "me, 45": the one number of a reply to "who is it for, and how old?".

    `with_complaint`: it tells of a pain too. Then years are how long: "my damn back. 4 yrs".
    """
    if tells_a_span(text) or (with_complaint and _YEARS.search(text)):
        return []
    found = list(re.finditer(r"(?<![\w.])(\d{1,3})(?![\w.%])", text))
    ages = [Figure("age", int(match.group(1)), *match.span(1)) for match in found]
    return ages if len(ages) == 1 and 0 < int(found[0].group(1)) <= 120 else []


def _scores(text: str) -> Iterator[Figure]:
    for match in _SCORE.finditer(text):
        score = int(next(g for g in match.groups() if g))
        if score <= 15 or match["a"]:
            yield Figure("pain_nrs", min(score, 10), *match.span())


def _body(text: str) -> Iterator[Figure]:
    weight = height = None
    for match in _HEIGHT.finditer(text):
        if match["cm"] or match["m"]:
            meters = float(match["cm"]) / 100 if match["cm"] else float(match["m"].replace(",", "."))
            height = Figure("height_in", round(meters / 0.0254, 1), *match.span())
        elif match["i"] or "'" not in match.group():
            height = Figure("height_in", int(match["f"]) * 12 + int(match["i"] or 0), *match.span())
        after = _AFTER_HEIGHT.match(text, match.end()) if height else None
        if after:
            weight = Figure("weight_lb", int(after["w"]), after.start("w"), after.end("w"))
    for match in _WEIGHT.finditer(text):
        before = text[max(0, match.start() - 14) : match.start()]
        if re.search(r"(?:lost|lose|lift|lifting|down|dropped|gained|carry)\D*$", before) or (
            re.match(r" (?:on|since|in|with|without)\b", text[match.end() : match.end() + 9])
            and "lost" in text[: match.start()]
        ):
            continue
        pounds = float(match["kg"]) * 2.20462 if match["kg"] else float(match["lb"] or match["w"])
        weight = Figure("weight_lb", round(pounds, 1), *match.span())
    yield from (figure for figure in (height, weight) if figure)
    if (
        height
        and weight
        and isinstance(height.value, (int, float))
        and isinstance(weight.value, (int, float))
    ):
        bmi = round(float(weight.value) * 703 / float(height.value) ** 2, 1)
        if 10 <= bmi <= 90:
            yield Figure("bmi", bmi, min(height.start, weight.start), max(height.end, weight.end))
    for match in _A1C.finditer(text):
        yield Figure("a1c", float(match["v"].replace(" point ", ".").replace(",", ".")), *match.span())


def _spine(text: str) -> Iterator[Figure]:
    named = [(match, _levels(match)) for match in _LEVEL.finditer(text)]
    spaces = {space for _, levels in named for space in levels}
    if spaces:
        first = next(match for match, levels in named if levels)
        yield Figure("levels", len(spaces), *first.span())
    for match in _GRADE.finditer(text):
        if match["a"]:
            grade = _ROMAN.get(match["a"]) or int(match["a"])
        else:
            percent = int(match["p"] or match["p2"])
            grade = 1 + sum(percent > limit for limit in (25, 50, 75, 100))
        yield Figure("slip_grade", grade, *match.span())
    for match in _COBB.finditer(text):
        degrees = int(match["a"] or match["b"])
        if 10 <= degrees <= 120 and re.search(r"curve|scolio|cobb", text):
            yield Figure("cobb_deg", degrees, *match.span())


def _levels(match: re.Match[str]) -> range:
    """The disc spaces named: L4-5 is one level, L3-L5 two, L2-S1 four; a single vertebra names none."""
    if not match["n2"]:
        return range(0)
    first, last = _index(match["r"], match["n"]), _index(match["r2"] or _region_of(match), match["n2"])
    return range(first, last) if 0 < last - first <= 20 else range(0)


def _region_of(match: re.Match[str]) -> str:
    """`L5-1` means L5-S1; otherwise the second level is in the region of the first."""
    return "s" if match["r"] == "l" and int(match["n2"]) < int(match["n"]) else match["r"]


def _index(region: str, number: str) -> int:
    offset = {"c": 0, "t": _CERV, "l": _CERV + _THOR, "s": _CERV + _THOR + _LUMB}[region]
    return offset + int(number)


def _counts(text: str) -> Iterator[Figure]:
    for match in _INJECTIONS.finditer(text):
        yield Figure("injection_count", _count(match["n"]), *match.span())
    for match in _SURGERIES.finditer(text) if _OPERATED.search(text) else ():
        yield Figure("prior_surgery_count", _count(match["n"] or match["x"]), *match.span())
    for match in _SURGERIES_ON.finditer(text) if _OPERATED.search(text) else ():
        yield Figure("prior_surgery_count", _count(match["n"]), *match.span())
    for match in _WALK.finditer(text) if "walk" in text else ():
        yield Figure("walk_minutes", int(match["n"] or match["n2"]), *match.span())


def _count(word: str) -> int:
    if word.isdigit():
        return int(word)
    return _COUNT[next(part for part in word.split() if part != "a" or word == "a")]
