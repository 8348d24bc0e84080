"""What an answer to offered times means: one of them, others, a wish, a call."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.cases import Message, MessageChoice
from bot.domain.findings import Reading
from bot.domain.schedule import Appointment
from bot.domain.time_wish import ANY_TIME, TimeWish
from bot.language.times.time_wishes import read_wish
from bot.services.case import readings
from bot.services.case_view import CaseView
from bot.services.context import Context

SLOT, LATER, CALL = "slot:", "later", "call"
"""What a choice means: this time, other times (with the wish they must fit), a call."""

_PLACES = {
    "first": 0, "1st": 0, "earliest": 0, "soonest": 0, "second": 1, "2nd": 1, "middle": 1,
    "third": 2, "3rd": 2, "last": -1, "latest": -1,
}  # fmt: skip
_PLACE = re.compile(
    rf"\b({'|'.join(_PLACES)})\b(?!\s+(?:thing|week|half|of|day|mon|tue|wed|thu|fri|sat|sun|[a-z]*day))"
)
_DATE = re.compile(
    r"\b(?:(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*|[a-z]*day)\.?,?\s+(?:the\s+)?"
    r"\d{1,2}(?:st|nd|rd|th)\b"
)
"""A day by its number ("december 3rd", "thursday the 3rd"): not the third of the times."""
_ANY = re.compile(
    r"\b(?:any (?:of (?:them|these|those)|one)|which ?ever|what ?ever|doesn'?t matter|don'?t care|"
    r"you (?:choose|pick))\b"
)
_OTHERS = re.compile(r"\b(?:none|neither|nothing|others?|another|different|more (?:times|options)|later)\b")
_SOONER = re.compile(r"\b(?:sooner|earlier|asap|as soon as)\b")
_CALLS = re.compile(
    r"\b(?:call|phone|ring) me\b|\b(?:someone|somebody|person|you) (?:to |can |could )?call\b"
)
_PERSON = re.compile(
    r"\b(?:talk|speak|get) (?:to|with|me) (?:a |an |the )?(?:real |live )?"
    r"(?:person|human|nurse|someone|somebody)\b"
    r"|\b(?:real|live) (?:person|human)\b|^\W*(?:person|human)\W"
)
_AVAILABLE = re.compile(
    r"\b(?:anything|something|any times?|do you have|have you got|is there|available|how about|what about|"
    r"(?:can|could) (?:i|we) (?:come|do|get))\b"
)
_NEGATES = re.compile(r"\b(?:not|no|can'?t|cannot|won'?t|don'?t|doesn'?t|isn'?t)\b")


@dataclass(frozen=True, kw_only=True)
class Meant:
    """What is to be done. Exactly one of `picked`, `among`, `wish`, `calls` is set.

    `picked` is certain when the time was named by its button, digit or place; else it is asked about
    once. `among` are the offered times that fit, when several do. `further` looks behind those offered.
    """

    picked: str = ""
    certain: bool = False
    among: tuple[str, ...] = ()
    wish: TimeWish | None = None
    further: bool = False
    calls: bool = False


def later(wish: TimeWish) -> str:
    """The meaning of "other times" under a wish."""
    return f"{LATER}:{json.dumps(wish.to_json())}" if not wish.is_empty else LATER


def meant(
    ctx: Context, view: CaseView, message: Message, reading: Reading, held: Sequence[Appointment]
) -> Meant | None:
    """None when the words do not speak of a time. `held` are the times of the offer."""
    pressed = readings.chosen(view.pending, message)
    if pressed:
        return _of_choice(pressed[0])
    text, offered = message.text.lower().replace("’", "'"), _offered(view, held)
    if view.asked == "confirm_time" and reading.polarity == "affirm":
        return _of_choice(view.pending.choices[0]) if view.pending else None
    if _CALLS.search(text):
        return Meant(calls=True)
    placed = _placed(text, offered)
    if placed:
        return Meant(picked=placed.id, certain=True)
    wish = read_wish(text, today=_today(ctx))
    if wish is not None:
        return _of_wish(ctx, wish, text, offered, before=standing_wish(view))
    return _of_words(text, reading, offered, before=standing_wish(view))


def wants_call(view: CaseView, message: Message) -> bool:
    """Whether a message, whatever else it says, wants to be called or to talk to a person."""
    pressed = readings.chosen(view.pending, message)
    text = message.text.lower().replace("’", "'")
    return any(choice.means == CALL for choice in pressed) or bool(
        _CALLS.search(text) or _PERSON.search(text)
    )


def speaks_of_time(ctx: Context, text: str) -> bool:
    """Whether a text names days or hours; then it is an answer, whatever else it may be."""
    return read_wish(text, today=_today(ctx)) is not None


def asks_for_time(ctx: Context, text: str) -> bool:
    """Whether a question is for a time to come, and not about opening hours or how long it takes."""
    return bool(_AVAILABLE.search(text.lower())) and speaks_of_time(ctx, text)


def _of_choice(choice: MessageChoice) -> Meant:
    word, _, rest = choice.means.partition(":")
    if choice.means.startswith(SLOT):
        return Meant(picked=rest, certain=True)
    if word == LATER:
        return Meant(wish=TimeWish.from_json(json.loads(rest)) if rest else ANY_TIME, further=True)
    return Meant(calls=True)


def _of_wish(
    ctx: Context, wish: TimeWish, text: str, offered: Sequence[Appointment], *, before: TimeWish
) -> Meant:
    zone = ctx.protocols.clinic.zone
    fitting = tuple(one.id for one in offered if wish.fits(one.start.astimezone(zone)))
    refuses_all = _OTHERS.search(text) and "later" not in text
    if len(fitting) == 1 and not refuses_all and _names_one(wish):
        return Meant(picked=fitting[0])
    if 1 < len(fitting) < len(offered) and not refuses_all:
        return Meant(among=fitting)
    return Meant(wish=before.joined(wish))


def _names_one(wish: TimeWish) -> bool:
    """Whether it names a day or an hour; "mornings only" asks for more than the one that is there."""
    names_hour = wish.begins is not None and wish.before is not None
    return bool(len(wish.days) == 1 or wish.first or names_hour) and not wish.not_days


def _of_words(
    text: str, reading: Reading, offered: Sequence[Appointment], *, before: TimeWish
) -> Meant | None:
    if _SOONER.search(text):
        return Meant(wish=ANY_TIME)
    if _ANY.search(text) and offered:
        return Meant(picked=offered[0].id)
    if reading.polarity == "affirm" and len(offered) == 1:
        return Meant(picked=offered[0].id, certain=True)
    if reading.polarity == "deny" or _OTHERS.search(text):
        return Meant(wish=before, further=True)
    return None


def _placed(text: str, offered: Sequence[Appointment]) -> Appointment | None:
    """ "The second one"; None when no place, several, or "not the first" is said."""
    text = _DATE.sub(" ", text)
    places = {_PLACES[word] for word in _PLACE.findall(text)}
    places |= {int(number) - 1 for number in re.findall(r"\b(?:number|option|no\.) ?(\d)\b", text)}
    if len(places) != 1 or _NEGATES.search(text):
        return None
    place = places.pop()
    return offered[place] if -len(offered) <= place < len(offered) else None


def _offered(view: CaseView, held: Sequence[Appointment]) -> list[Appointment]:
    """The times of the open question, in its order."""
    choices = view.pending.choices if view.pending else ()
    by_id = {one.id: one for one in held}
    ids = [choice.means.removeprefix(SLOT) for choice in choices if choice.means.startswith(SLOT)]
    return [by_id[one] for one in ids if one in by_id]


def standing_wish(view: CaseView) -> TimeWish:
    """The wish that the offered times had to fit."""
    choices = view.pending.choices if view.pending else ()
    wishes = (_of_choice(choice).wish for choice in choices if choice.means.startswith(LATER))
    return next((wish for wish in wishes if wish is not None), ANY_TIME)


def _today(ctx: Context) -> dt.date:
    return ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
