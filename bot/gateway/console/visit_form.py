"""The form of the kinds of visits: what it shows of the file that counts, and what of it was changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import InvalidInput
from bot.services.clinic.visit_settings import FIXED, FIXED_BOOKING

BASE = "{base}"
"""In a visit's own list it stands for the list of every visit."""
BOOKINGS: Mapping[str, str] = {
    "self": "The patient picks a time",
    "urgent": "The patient picks a time within 48 hours",
    "staff": "Staff book it by phone",
    "callback": "Staff call first",
    "none": "Nothing is booked",
}
MODIFIERS: Mapping[str, str] = {
    "claim": "Work injury or car accident claim",
    "interpreter": "An interpreter is needed",
}
_NUMBERS = ("minutes", "horizon_days", "lead_minutes")
_LONGEST_NUMBER = 5
Given = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class VisitRow:
    """One kind of visit. Numbers as they were typed; `lead_minutes` is empty for the clinic's own."""

    id: str
    name: str
    minutes: str
    book: str
    horizon_days: str
    lead_minutes: str
    base: bool
    """Whether the list of every visit is part of what to bring."""
    bring: str
    """What else to bring, a line each."""
    fixed_booking: bool


@dataclass(frozen=True, kw_only=True)
class VisitForm:
    """As the page shows it, before or after somebody typed into it."""

    base: str
    modifiers: Mapping[str, str]
    """Minutes more, by the modifier's id."""
    visits: tuple[VisitRow, ...]


def form_of(body: Mapping[str, Any]) -> VisitForm:
    """What counts now."""
    return VisitForm(
        base="\n".join(body["base"]),
        modifiers={one["id"]: str(one["minutes"]) for one in body.get("modifiers", ())},
        visits=tuple(_row(id_, one) for id_, one in body["visits"].items() if id_ not in FIXED),
    )


def _row(id_: str, visit: Mapping[str, Any]) -> VisitRow:
    return VisitRow(
        id=id_,
        name=visit["name"],
        minutes=str(visit["minutes"]),
        book=visit["book"],
        horizon_days=str(visit["horizon_days"]),
        lead_minutes=str(visit.get("lead_minutes", "")),
        base=BASE in visit["bring"],
        bring="\n".join(one for one in visit["bring"] if one != BASE),
        fixed_booking=id_ in FIXED_BOOKING,
    )


def form_given(given: Given, body: Mapping[str, Any]) -> VisitForm:
    """What was typed, for the kinds that the file knows."""
    shown = form_of(body)
    return VisitForm(
        base=_lines(given("base")),
        modifiers={one: given(f"modifier.{one}").strip() for one in shown.modifiers},
        visits=tuple(_row_given(given, one) for one in shown.visits),
    )


def _row_given(given: Given, row: VisitRow) -> VisitRow:
    def typed(name: str) -> str:
        return given(f"visit.{row.id}.{name}").strip()

    return VisitRow(
        id=row.id,
        name=typed("name"),
        minutes=typed("minutes"),
        book=row.book if row.fixed_booking else typed("book"),
        horizon_days=typed("horizon_days"),
        lead_minutes=typed("lead_minutes"),
        base=bool(typed("base")),
        bring=_lines(typed("bring")),
        fixed_booking=row.fixed_booking,
    )


def changes_of(form: VisitForm, body: Mapping[str, Any]) -> dict[str, Any]:
    """Only what differs from what counts, as changes of visits.yaml. Raises InvalidInput for no number."""
    now, changes = form_of(body), dict[str, Any]()
    if form.base != now.base:
        changes["base"] = form.base.splitlines()
    if form.modifiers != now.modifiers:
        changes["modifiers"] = [
            {**one, "minutes": _number(form.modifiers[one["id"]], field=one["id"])}
            for one in body["modifiers"]
        ]
    before = {one.id: one for one in now.visits}
    visits = {one.id: _visit(one, before[one.id]) for one in form.visits if one != before[one.id]}
    return {**changes, **({"visits": visits} if visits else {})}


def _visit(row: VisitRow, before: VisitRow) -> dict[str, Any]:
    if not row.name:
        raise InvalidInput(f"{row.id}: a kind of visit needs a name", field=row.id)
    changed: dict[str, Any] = {
        name: getattr(row, name) for name in ("name", "book") if getattr(row, name) != getattr(before, name)
    }
    for name in _NUMBERS:
        typed = getattr(row, name)
        if typed != getattr(before, name):
            changed[name] = None if name == "lead_minutes" and not typed else _number(typed, field=row.id)
    if (row.base, row.bring) != (before.base, before.bring):
        changed["bring"] = [*([BASE] if row.base else []), *row.bring.splitlines()]
    return changed


def _number(typed: str, *, field: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_NUMBER):
        raise InvalidInput(f"{field}: write minutes and days as whole numbers, like 40", field=field)
    return int(typed)


def _lines(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
