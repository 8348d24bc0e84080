"""The clinic's form: what it shows of the file that counts, and what of it was changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import InvalidInput
from bot.protocols.clinic import DAYS

PROFILE = ("name", "phone", "address")
NEW = "new"
ERASE = "erase_after_days"
_LONGEST_NUMBER = 5
_DEMO = re.compile(r"\b555-01\d\d\b")
_FEWEST_DIGITS = 10
Given = Callable[[str], str]
"""A field of the form by its name; empty when it is not there."""


@dataclass(frozen=True, kw_only=True)
class ProviderRow:
    """One person who sees patients; the last row is for a new one."""

    id: str
    name: str
    hours: Mapping[str, str]
    visits: frozenset[str]
    """Ids of the kinds of visits they see."""


@dataclass(frozen=True, kw_only=True)
class ClinicForm:
    """As the page shows it, before or after somebody typed into it."""

    profile: Mapping[str, str]
    hours: Mapping[str, str]
    holidays: str
    providers: Sequence[ProviderRow]
    erase_after_days: str
    """As typed; empty for never."""


def form_of(body: Mapping[str, Any]) -> ClinicForm:
    """What counts now."""
    return ClinicForm(
        profile={name: str(body["clinic"].get(name, "")) for name in PROFILE},
        hours=_week(body["hours"]),
        holidays="\n".join(body.get("holidays", ())),
        providers=[
            *(
                ProviderRow(
                    id=one["id"],
                    name=one["name"],
                    hours=_week(one["hours"]),
                    visits=frozenset(one["visits"]),
                )
                for one in body["providers"]
            ),
            ProviderRow(id=NEW, name="", hours=_week({}), visits=frozenset()),
        ],
        erase_after_days=str(body.get("retention", {}).get(ERASE, "")),
    )


def _week(hours: Mapping[str, Any]) -> dict[str, str]:
    return {day: str(hours.get(day, "")) for day in DAYS}


def form_given(given: Given, body: Mapping[str, Any], *, kinds: Collection[str]) -> ClinicForm:
    """What was typed; for those the file knows, and one new one. `kinds` are the visits that can be given."""
    ids = [*(one["id"] for one in body["providers"]), NEW]
    return ClinicForm(
        profile={name: given(name).strip() for name in PROFILE},
        hours={day: given(f"hours.{day}").strip() for day in DAYS},
        holidays=given("holidays").strip(),
        providers=[
            ProviderRow(
                id=one,
                name=given(f"provider.{one}.name").strip(),
                hours={day: given(f"provider.{one}.{day}").strip() for day in DAYS},
                visits=frozenset(kind for kind in kinds if given(f"provider.{one}.visit.{kind}")),
            )
            for one in ids
        ],
        erase_after_days=given(ERASE).strip(),
    )


def changes_of(form: ClinicForm, body: Mapping[str, Any], *, gone: set[str]) -> dict[str, Any]:
    """Only the parts that differ from what counts. Raises InvalidInput for what no loader would name."""
    parts = {
        "clinic": _profile(form),
        "hours": {day: form.hours[day] or None for day in DAYS},
        "holidays": sorted(set(form.holidays.split())),
        "providers": _providers(form, body, gone=gone),
        "retention": _retention(form),
    }
    counts = {
        "clinic": {name: body["clinic"].get(name, "") for name in (*PROFILE, "demo_phone")},
        "hours": {day: body["hours"].get(day) for day in DAYS},
        "holidays": sorted(body.get("holidays", ())),
        "providers": body["providers"],
        "retention": body.get("retention"),
    }
    return {name: part for name, part in parts.items() if part != counts[name]}


def _profile(form: ClinicForm) -> dict[str, Any]:
    if not form.profile["name"]:
        raise InvalidInput("name: the clinic needs a name", field="name")
    phone = form.profile["phone"]
    if sum(letter.isdigit() for letter in phone) < _FEWEST_DIGITS:
        raise InvalidInput("phone: write the number with its area code, like 314-555-0142", field="phone")
    return {**form.profile, "demo_phone": bool(_DEMO.search(phone))}


def _retention(form: ClinicForm) -> dict[str, int] | None:
    typed = form.erase_after_days
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_NUMBER):
        raise InvalidInput("days: write a whole number, or nothing for never", field=ERASE)
    return {ERASE: int(typed)}


def _providers(form: ClinicForm, body: Mapping[str, Any], *, gone: set[str]) -> list[dict[str, Any]]:
    order = {one["id"]: one["visits"] for one in body["providers"]}
    kept = [one for one in form.providers if one.id not in {*gone, NEW}]
    found = [_provider(one.id, one, order[one.id]) for one in kept]
    added = next((one for one in form.providers if one.id == NEW and one.name), None)
    if added is not None:
        found.append(_provider(id_for(added.name, set(order)), added, ()))
    return found


def _provider(id_: str, row: ProviderRow, order: Sequence[str]) -> dict[str, Any]:
    """`order` is how the file lists their visits; new ones come after."""
    if not row.name:
        raise InvalidInput("a person who sees patients needs a name", field="name")
    if not row.visits:
        raise InvalidInput(f"{row.name}: choose the kinds of visits they see", field="visits")
    visits = [*(one for one in order if one in row.visits), *sorted(row.visits - set(order))]
    hours = {day: text for day, text in row.hours.items() if text}
    return {"id": id_, "name": row.name, "visits": visits, "hours": hours}


def id_for(name: str, taken: set[str]) -> str:
    """An id for somebody new: letters and digits of the name, a number more when that is taken."""
    base = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "person"
    names = [base, *(f"{base}_{number}" for number in range(2, 100))]
    return next(one for one in names if one not in taken)
