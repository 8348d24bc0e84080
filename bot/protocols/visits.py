"""Visit types (visits.yaml): how long, who, how booked, what to bring (clinical.md 4.6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

from bot.protocols.documents import Document, body_keys
from bot.protocols.yamlfile import Section, fail, keys, take, word, words

Booking = Literal["self", "urgent", "staff", "callback", "none"]
_KEYS = ("name", "who", "minutes", "book", "horizon_days", "bring")
_BASE = "{base}"


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


def read_visits(document: Document) -> dict[str, VisitType]:
    """All visit types by id. Raises ProtocolError with file and line."""
    body = body_keys(document, ("base", "visits"), ("base", "visits"))
    base, section = words(document.body, "base"), take(body, "visits", Section)
    return {visit_id: _visit(visit_id, take(section, visit_id, Section), base) for visit_id in section}


def _visit(visit_id: str, section: Section, base: tuple[str, ...]) -> VisitType:
    keys(section, allowed=_KEYS, required=_KEYS)
    minutes, horizon = take(section, "minutes", int), take(section, "horizon_days", int)
    book = cast(Booking, word(section, "book", allowed=get_args(Booking)))
    if minutes < 0 or horizon < 0:
        raise fail(section, "minutes", f"{visit_id}: minutes and horizon_days must be 0 or more")
    if book in ("self", "urgent") and not (minutes and horizon):
        raise fail(
            section, "book", f"{visit_id}: a visit that is booked needs minutes and horizon_days above 0"
        )
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
    )
