"""Numbers written as words, for patterns that look for digits: "one oh one point five" is "101.5"."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.language.text.words import CleanText

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_VALUE = {word: value for value, word in enumerate(_SMALL.split())}
_DECADES = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * value for value, word in enumerate(_DECADES.split(), start=2)}
_ONE = r"(?:one|two|three|four|five|six|seven|eight|nine)"
_TEN = rf"(?:{'|'.join(_TENS)})"
_TEEN = r"(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)"
_POINT = rf"(?: point (?P<point>{_ONE})|(?P<half> (?:and|n|&) a half))?"
_SPELLED = re.compile(
    rf"\b(?:(?:a|one)[ -]hundred(?: and)?[ -](?P<over>{_TEN}[ -]{_ONE}|{_TEN}|{_TEEN}|{_ONE})"
    rf"|one[ -]oh[ -](?P<oh>{_ONE})(?:[ -](?P<tenth>{_ONE}))?"
    rf"|ninety[ -](?P<nineties>six|seven|eight|nine)[ -](?P<tenth2>{_ONE})"
    rf"|(?P<tens>{_TEN})(?:[ -](?P<ones>{_ONE}))?|(?P<teen>{_TEEN})"
    rf"|(?P<one>two|three|four|five|six|seven|eight|nine|one(?= point| and a half| n a half))){_POINT}\b(?!-)"
)
_LETTERS = re.compile(r"[a-z]+")
_TELLING = frozenset((*_VALUE, *_TENS, "oh", "hundred", "point", "half")) - {"one"}
"""Without one of these no number is spelled: "one" alone stays as it is."""
_POUNDS = re.compile(
    rf"\b(?P<a>one|two|three)[ -](?:(?P<tens>{_TEN})(?:[ -](?P<ones>{_ONE}))?|(?P<teen>{_TEEN}))\b"
)


def with_digits(source: CleanText, *, pounds: bool = False) -> CleanText:
    """The same text with digits for its number words; offsets still lead to the original.

    "one" alone stays ("no one", "that one"). With `pounds`, "one sixty five" is 165.
    """
    if _TELLING.isdisjoint(_LETTERS.findall(source.text)) and not pounds:
        return source
    if pounds:
        source = _replaced(source, _POUNDS, _weight)
    return _replaced(source, _SPELLED, _digits)


def _replaced(
    source: CleanText, pattern: re.Pattern[str], shown: Callable[[re.Match[str]], str]
) -> CleanText:
    text: list[str] = []
    origin: list[int] = []
    last = 0
    for match in pattern.finditer(source.text):
        digits = shown(match)
        places = list(range(last, match.start()))
        text.append(source.text[last : match.start()] + digits)
        origin += [source.at(place) for place in places]
        origin += [source.at(match.start())] * (len(digits) - 1) + [source.end_at(match.end()) - 1]
        last = match.end()
    if not text:
        return source
    text.append(source.text[last:])
    return CleanText("".join(text), origin + [source.at(place) for place in range(last, len(source.text))])


def _weight(match: re.Match[str]) -> str:
    return str(100 * _VALUE[match["a"]] + _below_hundred(match))


def _digits(match: re.Match[str]) -> str:
    tenth = match["point"] or match["tenth"] or match["tenth2"]
    after = f".{_VALUE[tenth]}" if tenth else ".5" if match["half"] else ""
    return f"{_whole(match)}{after}"


def _whole(match: re.Match[str]) -> int:
    if match["over"]:
        return 100 + sum(_VALUE.get(word) or _TENS[word] for word in re.split("[ -]", match["over"]))
    if match["oh"]:
        return 100 + _VALUE[match["oh"]]
    if match["nineties"]:
        return 90 + _VALUE[match["nineties"]]
    return _VALUE[match["one"]] if match["one"] else _below_hundred(match)


def _below_hundred(match: re.Match[str]) -> int:
    if match["teen"]:
        return _VALUE[match["teen"]]
    return _TENS[match["tens"]] + (_VALUE[match["ones"]] if match["ones"] else 0)
