"""How to reach somebody: phone numbers, e-mail addresses, names, times to call."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from bot.language.text.numbers import Figure

_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}")
_PHONE_LIKE = re.compile(r"\+?\(?\d[\d ().+-]{5,18}\d")
_TIME = re.compile(
    r"\b(?:(?:after|before|around|between|btw|any ?time(?: after| before)?|from|at|past|until"
    r"|till) \d{1,2}(?::\d\d)?(?: ?(?:am|pm|a|p))?(?: ?(?:-|to|and) ?\d{1,2}(?::\d\d)?(?: ?(?:am"
    r"|pm))?)?|(?:mon|tues?|wed|weds|thu|thurs?|fri|sat|sun)(?:days?|nesdays?|urdays?|s)?(?: (?:or"
    r"|and) (?:mon|tues?|wed|weds|thu|thurs?|fri|sat|sun)(?:days?|nesdays?|urdays?"
    r"|s)?)* ?(?:mornings?|afternoons?|evenings?|am|pm|nights?)?|mornings?|afternoons?|evenings?"
    r"|any ?time|lunch(?: ?time| break)?|weekdays|weekends|after work|before work|asap|text only"
    r"|not (?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)days?"
    r"|don'?t leave (?:a )?(?:vm|voicemail|message)|no voicemail|noon|\d{1,2}(?::\d\d)? ?(?:am|pm))\b"
)
_CALL_ME = re.compile(r"\b(?:call|text|phone|reach) me (?:back )?(?:at|on|@) ?[+(\d]")
_WHOLE_ANSWER = 40
"""An answer this short says only when to call: staff read it as it was written."""
_NAME_LEAD = re.compile(
    r"\b(?:my name(?:'s| is)?|name(?:'s| is|:)|this is|it'?s|i am|i'm|im|call me|ask for"
    r"|full name(?:'s| is|:)?|patient(?:'s)? name(?: is|:)?|goes by"
    r"|the name is)\s+(?P<name>[^\d\n,.;:!?()]{2,60})"
)
_AFTER_NUMBER = re.compile(
    r"[\s(+]*\d[\d ().-]{5,18}\d[\s,;:.-]+([^\W\d_][\w'.-]*(?: [^\W\d_][\w'.-]*){0,2})\W*\Z"
)
_NOT_NAMES = frozenset((
    "yes", "no", "nope", "yeah", "the", "a", "an", "my", "call", "me", "at", "on", "in", "after",
    "before", "morning", "afternoon", "anytime", "please", "thanks", "hi", "hello", "hey", "and", "or",
    "number", "phone", "cell", "text", "not", "sure", "skip", "why", "what", "who", "how", "is", "it",
    "same", "later", "tomorrow", "today", "you", "here", "there", "good", "fine", "ok", "okay", "idk",
    "name", "want", "need", "help", "stop", "have", "do", "does", "did", "pain", "hurt", "hurts",
    "back", "leg", "neck", "weak", "numb", "can", "cannot", "feel", "was", "were", "been", "because",
    "about", "but", "so", "if", "when", "human", "person", "people", "somebody", "someone", "agent",
    "operator", "representative", "receptionist", "live", "real", "line", "option", "wrong", "change",
    "dob", "d.o.b", "born", "email", "e-mail", "address",
    "talk", "speak", "that", "this", "nobody", "anyone", "help", "gone", "something", "lost",
    "none", "nothing", "well", "sorry",
))  # fmt: skip


def find_contacts(clean_text: str, *, asked: str | None) -> Iterator[Figure]:
    """Phone and e-mail always; a name or a time to call when it is asked or clearly announced."""
    yield from (
        Figure("contact_email", m.group().rstrip("."), *m.span()) for m in _EMAIL.finditer(clean_text)
    )
    yield from _phones(clean_text, asked)
    if asked in ("callback_ok_time", "contact_phone", "contact_name") or _CALL_ME.search(clean_text):
        yield from _call_times(clean_text, asked)


def _phones(text: str, asked: str | None) -> Iterator[Figure]:
    for match in _PHONE_LIKE.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) == 7 and asked == "contact_phone":
            yield Figure("contact_phone", f"{digits[:3]}-{digits[3:]}", *match.span())
        elif 10 <= len(digits) <= 15 and (formatted := _formatted(match.group())):
            yield Figure("contact_phone", formatted, *match.span())


def _formatted(written: str) -> str | None:
    try:
        number = phonenumbers.parse(written, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _call_times(text: str, asked: str | None) -> Iterator[Figure]:
    if _PHONE_LIKE.fullmatch(text.strip()):
        return
    spans = [m.span() for m in _TIME.finditer(text)]
    if spans and asked == "callback_ok_time" and len(text.strip()) <= _WHOLE_ANSWER:
        yield Figure("callback_ok_time", text.strip(), 0, len(text))
    elif spans:
        start, end = spans[0][0], spans[-1][1]
        yield Figure("callback_ok_time", text[start:end].strip(), start, end)
    elif asked == "callback_ok_time" and 1 < len(text.strip()) <= 80 and not text.strip().endswith("?"):
        yield Figure("callback_ok_time", text.strip(), 0, len(text))


def find_name(original: str, clean_text: str, *, asked: str | None) -> Figure | None:
    """A person's name as written; only after "my name is" unless the name was asked.

    Asked for the number, a name is what stands behind it with a capital: "314-555-0123, Dana".
    """
    if asked == "contact_phone":
        return _name_beside_number(original, clean_text)
    return _name_told(original, clean_text, asked=asked == "contact_name")


def _name_beside_number(original: str, clean_text: str) -> Figure | None:
    match = _AFTER_NUMBER.match(clean_text)
    if match is None or not original[match.start(1) : match.start(1) + 1].isupper():
        return _name_told(original, clean_text, asked=False)
    return _name(original, clean_text, match.start(1), match.end(1))


def _name_told(original: str, clean_text: str, *, asked: bool) -> Figure | None:
    match = _NAME_LEAD.search(clean_text)
    announced = match is not None and (
        "name" in match.group()[: match.start("name") - match.start()] or asked
    )
    if match is not None and announced:
        return _name(original, clean_text, match.start("name"), match.end("name"))
    if not asked:
        return None
    line = re.match(r"(?:[\s,;:()+-]*\d[\d ().-]{5,18}\d[\s,;:.-]*)?\s*([^\d\n;:!?()@]{2,60})", clean_text)
    if line is None:
        return None
    mail = _EMAIL.search(clean_text)
    return _name(original, clean_text, line.start(1), min(line.end(1), mail.start() if mail else line.end(1)))


def _name(original: str, clean_text: str, start: int, end: int) -> Figure | None:
    """Up to four name words from `start`; None when the first word is no name."""
    words: list[re.Match[str]] = []
    for word in re.finditer(r"[^\W\d_][\w'.-]*", clean_text[start:end]):
        if word.group().strip(".") in _NOT_NAMES or len(words) == 4:
            break
        words.append(word)
    if not words or (len(words) == 1 and len(words[0].group()) < 2):
        return None
    first, last = start + words[0].start(), start + words[-1].end()
    shown = original[first:last] if len(original) == len(clean_text) else clean_text[first:last]
    shown = " ".join(shown.split()).strip(" ,.")
    return Figure("contact_name", shown.title() if shown.islower() else shown, first, last)
