"""Corrections in words, at any time: "make that 10 months instead of 6", "no I meant my mom".

Outside its own question a bare value says little. A message that corrects something is read again as
the answer to what is known already, and counts for the one fact it fits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.domain.dictionary import Dictionary, Value
from bot.domain.facts import Fact
from bot.domain.findings import Reading
from bot.services.case_view import CaseView

ABOUT_KNOWN = ("confirm_summary", "which_fact", "clarify")
"""Questions about what was told: their answers replace."""
_UNITS = frozenset(("days", "weeks", "months", "years", "pain"))
"""Words of many a variable's name that name none."""
_KINDS = ("number", "enum", "list")
_MOST_TRIED = 14
_MARKER = re.compile(
    r"\b(make (?:that|it)|instead of|rather than|i mean[t]?|i was wrong|my (?:mistake|bad)|i made a mistake"
    r"|oops|typo|correction|should (?:be|say|have been)|change (?:it|that|my|the)|not \d+|i misspoke"
    r"|got that wrong|that'?s (?:wrong|not right)|hold on\b"
    r"|\b(?:is|was|are) (?:wrong|not right|incorrect)\W+(?:it'?s|it is|it was|should)\b"
    r"|it'?s (?:actually )?(?:on )?(?:the|my) (?:left|right)\b"
    r"|(?:no|wait|sorry),? (?:it'?s|it was|i(?:'?m|'?ve)?\b)|(?:sorry|oops|whoops)[.! ]*$)"
    r"|^(?:sorry|oops|whoops)\b",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"(?:no,? |wait,? |sorry,? |actually,? |please )*"
    r"(?:scratch|undo|forget|ignore|delete|erase|strike|disregard)"
    r"(?: (?:that|it|this|(?:the|my) last (?:one|answer|thing|message)|what i (?:just )?said))?[.! ]*"
    r"|(?:i )?take (?:that|it) back[.! ]*",
    re.IGNORECASE,
)
_GOES_BACK = re.compile(
    r"(?:(?:please|can (?:we|i|you)|could (?:we|i|you)|let'?s|let me|i (?:want|need|would like) to"
    r"|wait|no|ok)[, ]+)*"
    r"(?:take me |go(?:ing)? )back(?: (?:one|a|1|two|to the (?:last|previous)))?(?: (?:question|step|one)s?)?"
    r"(?:,? please)?[.!? ]*",
    re.IGNORECASE,
)
_ANEW = re.compile(
    r"st\w{0,2}r\w?t|satrt|restra?t|res+et|ove?r|beg\w|aga?i?a?n|agn|first|new|scratch|init|wipe|erase|clear"
    r"|fresh|redo|delete|forget|blank",
    re.IGNORECASE,
)
_MEANT = re.compile(r"\bi mean[t]?\b", re.IGNORECASE)
_SPAN = re.compile(r"\b(?:days?|weeks?|wks?|months?|mos?|years?|yrs?)\b", re.IGNORECASE)
_SIDE = re.compile(r"\b(?:left|right|both)\b", re.IGNORECASE)
_OLD_AGE = re.compile(r"\b(?:age|aged|old|born|y/?o)\b", re.IGNORECASE)
"""Without such a word a span of time says how long something has been going on, not how old somebody is."""
_TOO = re.compile(r"\b(?:too|also|as well|in addition)\b", re.IGNORECASE)
_OLD = re.compile(r"\b(?:instead of|rather than|and not|not|from)\s+(?:the )?([\w.]+)", re.IGNORECASE)
_FILLER = re.compile(
    r"\b(actually|no|wait|sorry|i|meant?|that|it|its|it's|was|is|wrong|oops|my|mistake|made|a|scratch|change|something"
    r"|need|to|want|correct|fix|an?|answer|the|last|please|can|let|me|not|right|you|got|one)\b|[^\w\s]",
    re.IGNORECASE,
)

Read = Callable[[str], Reading]
"""Reads the same words as the answer to a variable of that name."""


def takes_back(text: str) -> bool:
    """ "Scratch that": the last answer is asked again."""
    return _TAKEN_BACK.fullmatch(text.strip()) is not None


def goes_back(text: str) -> bool:
    """ "Go back" and nothing else: it is about the questions, not about a back."""
    return _GOES_BACK.fullmatch(text.strip()) is not None


def begins_anew(text: str) -> bool:
    """Whether a word of a new beginning stands in a text, slips of the keyboard included."""
    return _ANEW.search(text) is not None


def corrects(text: str, reading: Reading, asked: str | None) -> bool:
    """Whether a message means to change something told before."""
    return reading.correction or asked == "clarify" or _MARKER.search(text.replace("\u2019", "'")) is not None


def says_something(text: str) -> bool:
    """Whether a correction holds more than "that's wrong": then its new value was not understood."""
    return len(_FILLER.sub(" ", text).split()) >= 1


def reread(
    view: CaseView,
    text: str,
    reading: Reading,
    dictionary: Dictionary,
    read: Read,
    shown: Callable[[Fact], str],
) -> Reading:
    """The reading with the one known fact that a correction changes, when it names none itself."""
    if not corrects(text, reading, view.asked):
        return reading
    if reading.facts and not _taken_for_a_name(view, reading):
        told = {**_who_is_meant(view, text, reading, read), **_without_its_place(view, reading)}
        told |= _with_known_places(view, text, told)
        return replace(reading, facts=told, correction=reading.correction or _all_plain(reading, dictionary))
    others = _of_others(view, reading, dictionary)
    if others:
        return replace(reading, facts=others, correction=True, answer="none", polarity=None)
    fitting = _fitting(view, dictionary, read, text)
    fact = _meant(view, text, [fact for fact, _ in fitting], shown)
    if fact is None:
        return reading  # of a name: "sorry, it's Dana Example"
    value, said = next((value, said) for one, (value, said) in fitting if one is fact)
    facts = {fact.variable: value, **_with_relation(fact.variable, value, read)}
    findings = tuple(finding for finding in said.findings if finding.variable in facts)
    return replace(reading, facts=facts, findings=findings, correction=True, answer="none", polarity=None)


def _taken_for_a_name(view: CaseView, reading: Reading) -> bool:
    """ "Sorry, I meant open to it", said where a name was asked: it may change what is known instead."""
    return view.asked == "contact_name" and set(reading.facts) == {"contact_name"}


def _without_its_place(view: CaseView, reading: Reading) -> dict[str, Value]:
    """ "Actually it's the right leg" changes the side: the leg is known, and the back hurts as before."""
    told, known = reading.facts.get("region"), view.values.get("region")
    places = isinstance(told, tuple) and isinstance(known, tuple) and set(told) <= set(known)
    gone = (
        {"region"}
        if places and reading.facts.get("side", view.values.get("side")) != view.values.get("side")
        else set()
    )
    return {name: value for name, value in reading.facts.items() if name not in gone}


def _with_known_places(view: CaseView, text: str, told: Mapping[str, Value]) -> dict[str, Value]:
    """ "It does go into my leg", "my arm too": the places known before hurt as they did."""
    region, known = told.get("region"), view.values.get("region")
    goes_on = told.get("radiates", "none") != "none" or _TOO.search(text) is not None
    if not goes_on or not isinstance(region, tuple) or not isinstance(known, tuple):
        return {}
    return {"region": tuple(dict.fromkeys((*known, *region)))}


def _who_is_meant(view: CaseView, text: str, reading: Reading, read: Read) -> dict[str, Value]:
    """ "No I meant me, I'm 58": who it is about changes as well."""
    if "who_for" in reading.facts or "who_for" not in view.values or not _MEANT.search(text):
        return {}
    who = read("who_for").facts.get("who_for")
    if who is None or who == view.values["who_for"]:
        return {}
    return {"who_for": who, **_with_relation("who_for", who, read)}


def _all_plain(reading: Reading, dictionary: Dictionary) -> bool:
    """A weak marker ("sorry") turns no danger sign around."""
    return not any(
        dictionary[name].safety and (dictionary[name].kind == "four_valued" or dictionary[name].gate)
        for name in reading.facts
    )


def _of_others(view: CaseView, reading: Reading, dictionary: Dictionary) -> dict[str, Value]:
    """ "I meant my son has the fever, not me": a sign that is known as the patient's is not."""
    return {
        finding.variable: "no"
        for finding in reading.findings
        if finding.assertion == "other_person"
        and view.values.get(finding.variable) == "yes"
        and "no" in dictionary[finding.variable].values
    }


def _fitting(
    view: CaseView, dictionary: Dictionary, read: Read, text: str
) -> list[tuple[Fact, tuple[Value, Reading]]]:
    """Known facts that the words would give another value, the latest told first."""
    found = []
    for fact in list(_known(view, dictionary, text))[:_MOST_TRIED]:
        said = read(fact.variable)
        value = said.facts.get(fact.variable)
        if value is not None and value not in (fact.value, "unsure"):
            found.append((fact, (value, said)))
    return found


def _known(view: CaseView, dictionary: Dictionary, text: str) -> Iterable[Fact]:
    told = [
        fact
        for fact in view.facts.values()
        if fact.value is not None
        and fact.by == "patient"
        and dictionary[fact.variable].kind in _KINDS
        and dictionary[fact.variable].gate is None
        and not (fact.variable == "age" and _SPAN.search(text) and not _OLD_AGE.search(text))
    ]
    return sorted(told, key=lambda fact: fact.at, reverse=True)


def _meant(view: CaseView, text: str, fitting: list[Fact], shown: Callable[[Fact], str]) -> Fact | None:
    """The only one that fits, that is named by its name, old value or side, or is of the last answer."""
    old = {word.lower() for word in _OLD.findall(text)}
    named = [fact for fact in fitting if old & set(re.findall(r"[\w.]+", shown(fact).lower()))]
    words = set(re.findall(r"[a-z]+", text.lower())) - _UNITS
    by_name = [fact for fact in fitting if words & set(fact.variable.split("_"))]
    sided = [fact for fact in fitting if fact.variable == "side" and _SIDE.search(text)]
    newest = {fact.message_id for fact in fitting[:1]}
    latest = [fact for fact in fitting if fact.message_id in newest]
    for choice in (fitting, named, by_name, sided, latest):
        if len(choice) == 1:
            return choice[0]
    return None


def _with_relation(name: str, value: Value, read: Read) -> dict[str, Value]:
    if (name, value) != ("who_for", "other"):
        return {}
    relation = read("relation").facts.get("relation")
    return {} if relation is None else {"relation": relation}
