"""Visit types (visits.yaml): how long, who, how booked, what to bring, what makes it longer (4.6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, cast, get_args

from bot.protocols.conditions import Compiler, Condition, Values
from bot.protocols.documents import Document, body_keys
from bot.protocols.yamlfile import Section, fail, keys, take, word, words

Booking = Literal["self", "urgent", "staff", "callback", "none"]
_KEYS = ("name", "who", "minutes", "book", "horizon_days", "bring")
_OPTIONAL = ("lead_minutes", "same_week")
_BODY = ("base", "modifiers", "visits")
_BASE = "{base}"
_WEEK_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class VisitType:
    """A kind of visit. `name` is what the patient reads; `minutes` is 0 where no time is booked."""

    id: str
    name: str
    who: str
    minutes: int
    book: Booking
    bring: tuple[str, ...]
    horizon_days: int
    """How far ahead times are offered."""
    lead_minutes: int | None = None
    """A time is offered no sooner than this from now; None: the clinic's own lead."""
    same_week: bool = False
    """Promised within a week (S0.24)."""

    @property
    def by_patients(self) -> bool:
        """Whether a patient may pick a time themselves."""
        return self.book in ("self", "urgent")


@dataclass(frozen=True, kw_only=True)
class Modifier:
    """Something that makes a visit longer: a note of the routing, or facts."""

    id: str
    minutes: int
    note: str = ""
    condition: Condition | None = None

    def applies(self, notes: Collection[str], values: Values) -> bool:
        """Whether it does for this case; what is unknown adds nothing."""
        if self.condition is not None:
            return self.condition.test(values) is True
        return self.note in notes


def read_visits(document: Document) -> dict[str, VisitType]:
    """All visit types by id. Raises ProtocolError with file and line."""
    body = body_keys(document, _BODY, ("base", "visits"))
    base, section = words(document.body, "base"), take(body, "visits", Section)
    return {visit_id: _visit(visit_id, take(section, visit_id, Section), base) for visit_id in section}


def _visit(visit_id: str, section: Section, base: tuple[str, ...]) -> VisitType:
    keys(section, allowed=(*_KEYS, *_OPTIONAL), required=_KEYS)
    minutes, horizon = take(section, "minutes", int), take(section, "horizon_days", int)
    book = cast(Booking, word(section, "book", allowed=get_args(Booking)))
    if minutes < 0 or horizon < 0:
        raise fail(section, "minutes", f"{visit_id}: minutes and horizon_days must be 0 or more")
    if book in ("self", "urgent") and not (minutes and horizon):
        raise fail(
            section, "book", f"{visit_id}: a visit that is booked needs minutes and horizon_days above 0"
        )
    same_week = take(section, "same_week", bool, default=False)
    if same_week and horizon > _WEEK_DAYS:
        raise fail(section, "horizon_days", f"{visit_id}: same_week promises a time within {_WEEK_DAYS} days")
    listed = words(section, "bring")
    bring = tuple(item for entry in listed for item in (base if entry == _BASE else (entry,)))
    return VisitType(
        id=visit_id,
        name=take(section, "name", str),
        who=take(section, "who", str),
        minutes=minutes,
        book=book,
        bring=bring,
        horizon_days=horizon,
        lead_minutes=_lead(section),
        same_week=same_week,
    )


def _lead(section: Section) -> int | None:
    if "lead_minutes" not in section:
        return None
    minutes = take(section, "lead_minutes", int)
    if minutes < 1:
        raise fail(section, "lead_minutes", "lead_minutes must be 1 or more")
    return minutes


def read_modifiers(document: Document, compiler: Compiler, *, notes: Collection[str]) -> tuple[Modifier, ...]:
    """What makes visits longer; `notes` are those a judgement may give. Raises ProtocolError."""
    found = []
    for section in take(document.body, "modifiers", list, default=[]):
        keys(
            section, allowed=("id", "minutes", "when", "note", "source"), required=("id", "minutes", "source")
        )
        if ("when" in section) == ("note" in section):
            raise fail(section, None, "a modifier has either a note or a condition (when)")
        found.append(_modifier(section, compiler, notes, where=document.name))
    return tuple(found)


def _modifier(section: Section, compiler: Compiler, notes: Collection[str], *, where: str) -> Modifier:
    name, minutes = take(section, "id", str), take(section, "minutes", int)
    if minutes < 1:
        raise fail(section, "minutes", "minutes must be 1 or more")
    if "note" in section:
        note = word(section, "note", allowed=tuple(notes))
        return Modifier(id=name, minutes=minutes, note=note)
    condition = compiler.compile(take(section, "when", str), where=f"{where}, modifier {name}")
    return Modifier(id=name, minutes=minutes, condition=condition)
