"""The form of notifications: who is told of what and how, and how long the service waits for patients."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import InvalidInput
from bot.domain.notices import CHANNELS
from bot.gateway.console.settings_form import NEW, id_for
from bot.protocols.notices import PRIORITIES

CHANNEL_WORDS: Mapping[str, str] = {"sms": "Text", "email": "E-mail", "webhook": "Pager"}
HOURS_BEFORE, NOT_WITHIN, TEXTING = "hours_before", "not_within_hours", "texting"
WAITS: Mapping[str, str] = {
    "nudge_after_hours": "Hours of silence until a texting patient is asked once whether they go on",
    "close_after_hours": "Hours of silence until an unfinished case becomes work for staff",
    "welcome_back_after_hours": "Hours away after which a patient who comes back is greeted again",
    "staff_wait_minutes": "Minutes a patient waits for a person before the bot says that nobody is free",
}
_LONGEST_NUMBER = 5
Given = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Told:
    """How one contact hears of one priority. `next`: their place in the order of calls, empty for none."""

    channels: frozenset[str] = frozenset()
    at_once: bool = False
    next: str = ""


@dataclass(frozen=True, kw_only=True)
class ContactRow:
    """One contact; the last row is for a new one."""

    id: str
    name: str
    addresses: Mapping[str, str]
    """By channel; empty where there is none."""
    told: Mapping[str, Told]
    """By priority."""


@dataclass(frozen=True, kw_only=True)
class NoticeForm:
    """As the page shows it, before or after somebody typed into it. Numbers as they were typed."""

    contacts: Sequence[ContactRow]
    reminders: Mapping[str, str]
    patience: Mapping[str, str]
    gone: frozenset[str] = field(default=frozenset(), compare=False)


def form_of(body: Mapping[str, Any]) -> NoticeForm:
    """What counts now."""
    notices, reminders = body.get("notices", {}), body.get("reminders", {})
    return NoticeForm(
        contacts=[*(_row(one, notices) for one in notices.get("contacts", ())), _empty_row()],
        reminders={
            HOURS_BEFORE: ", ".join(str(one) for one in reminders.get(HOURS_BEFORE, ())),
            NOT_WITHIN: str(reminders.get(NOT_WITHIN, 2)),
        },
        patience={name: str(body["patience"][name]) for name in (*WAITS, TEXTING)},
    )


def _empty_row() -> ContactRow:
    return ContactRow(
        id=NEW, name="", addresses=dict.fromkeys(CHANNELS, ""), told={one: Told() for one in PRIORITIES}
    )


def _row(contact: Mapping[str, Any], notices: Mapping[str, Any]) -> ContactRow:
    def told(priority: str) -> Told:
        calls = notices.get("escalation", {}).get(priority, ())
        return Told(
            channels=frozenset(contact["by"].get(priority, ())),
            at_once=contact["id"] in notices.get("at_once", {}).get(priority, ()),
            next=str(list(calls).index(contact["id"]) + 1) if contact["id"] in calls else "",
        )

    return ContactRow(
        id=contact["id"],
        name=contact["name"],
        addresses={str(one): contact.get(one, "") for one in CHANNELS},
        told={one: told(one) for one in PRIORITIES},
    )


def form_given(given: Given, body: Mapping[str, Any]) -> NoticeForm:
    """What was typed; for the contacts that the file knows, and one new one."""
    ids = [one.id for one in form_of(body).contacts]
    return NoticeForm(
        contacts=[_row_given(given, one) for one in ids],
        reminders={name: given(name).strip() for name in (HOURS_BEFORE, NOT_WITHIN)},
        patience={name: given(name).strip() for name in (*WAITS, TEXTING)},
        gone=frozenset(one for one in ids if given(f"contact.{one}.gone")),
    )


def _row_given(given: Given, id_: str) -> ContactRow:
    def typed(name: str) -> str:
        return given(f"contact.{id_}.{name}").strip()

    return ContactRow(
        id=id_,
        name=typed("name"),
        addresses={str(one): typed(one) for one in CHANNELS},
        told={
            priority: Told(
                channels=frozenset(one for one in CHANNELS if typed(f"{priority}.{one}")),
                at_once=bool(typed(f"{priority}.at_once")),
                next=typed(f"{priority}.next"),
            )
            for priority in PRIORITIES
        },
    )


def changes_of(form: NoticeForm, body: Mapping[str, Any]) -> dict[str, Any]:
    """Only the parts that differ from what counts, as changes of clinic.yaml.

    Raises InvalidInput for what no loader would name.
    """
    now, changes = form_of(body), dict[str, Any]()
    if list(form.contacts) != list(now.contacts) or form.gone:
        changes["notices"] = _notices(form)
    if form.reminders != now.reminders:
        hours = [one for one in form.reminders[HOURS_BEFORE].split(",") if one.strip()]
        changes["reminders"] = {
            HOURS_BEFORE: [number(one, HOURS_BEFORE) for one in hours],
            NOT_WITHIN: number(form.reminders[NOT_WITHIN], NOT_WITHIN),
        }
    waits = {name: typed for name, typed in form.patience.items() if typed != now.patience[name]}
    if waits:
        changes["patience"] = {
            name: typed if name == TEXTING else number(typed, name) for name, typed in waits.items()
        }
    return changes


def _notices(form: NoticeForm) -> dict[str, Any]:
    people = [one for one in form.contacts if one.id not in {*form.gone, NEW}]
    ids = {one.id for one in form.contacts}
    people += [_named(one, ids) for one in form.contacts if one.id == NEW and one.name]
    return {
        "contacts": [_contact(one) for one in people],
        "at_once": {p: [one.id for one in people if one.told[p].at_once] or None for p in PRIORITIES},
        "escalation": {p: _in_order(people, p) or None for p in PRIORITIES},
    }


def _named(row: ContactRow, taken: set[str]) -> ContactRow:
    return ContactRow(id=id_for(row.name, taken), name=row.name, addresses=row.addresses, told=row.told)


def _contact(row: ContactRow) -> dict[str, Any]:
    if not row.name:
        raise InvalidInput("somebody who is told needs a name", field="name")
    by = {p: [one for one in CHANNELS if one in told.channels] for p, told in row.told.items()}
    return {
        "id": row.id,
        "name": row.name,
        **{channel: address for channel, address in row.addresses.items() if address},
        "by": {priority: channels for priority, channels in by.items() if channels},
    }


def _in_order(people: Sequence[ContactRow], priority: str) -> list[str]:
    called = [
        (number(one.told[priority].next, one.name), one.id) for one in people if one.told[priority].next
    ]
    return [id_ for _, id_ in sorted(called)]


def number(typed: str, name: str) -> int:
    """A whole number as somebody typed it. Raises InvalidInput."""
    plain = typed.strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) <= _LONGEST_NUMBER):
        raise InvalidInput(f"{name.replace('_', ' ')}: write a whole number", field=name)
    return int(plain)
