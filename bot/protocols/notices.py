"""Notices in the clinic's profile: contacts of the staff, who is called when, reminders (clinic.yaml)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import cast, get_args

from bot.domain.notices import CHANNELS, Channel, Contact, Reminders, StaffNotices
from bot.domain.tasks import Priority
from bot.protocols.yamlfile import Section, fail, keys, take, words

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
_ADDRESSES: Mapping[Channel, tuple[re.Pattern[str], str]] = {
    "sms": (re.compile(r"\+[1-9]\d{7,14}"), "write the number like +13145550161, in quotes"),
    "email": (re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[A-Za-z]{2,}"), "write it like name@clinic.example"),
    "webhook": (re.compile(r"[a-z][a-z0-9_]*"), "name a target of INTAKE_WEBHOOKS, like pager"),
}  # fmt: skip


def read_notices(section: Section) -> StaffNotices:
    """The `notices` of the profile. Raises ProtocolError with file, line and what is allowed."""
    keys(section, allowed=("contacts", "at_once", "escalation"), required=("contacts",))
    contacts: dict[str, Contact] = {}
    for item in take(section, "contacts", list):
        contact = _contact(section, item)
        if contact.id in contacts:
            raise fail(item, "id", f"the contact {contact.id!r} is there twice; give one another id")
        contacts[contact.id] = contact
    return StaffNotices(
        at_once=_people(section, "at_once", contacts), escalation=_people(section, "escalation", contacts)
    )


def read_reminders(section: Section) -> Reminders:
    """The `reminders` of the profile. Raises ProtocolError."""
    keys(section, allowed=("hours_before", "not_within_hours"), required=("hours_before",))
    hours = take(section, "hours_before", list)
    if not all(isinstance(one, int) and not isinstance(one, bool) and one > 0 for one in hours):
        raise fail(section, "hours_before", "hours_before: whole hours before the visit, like [72, 24]")
    if len(set(hours)) != len(hours):
        raise fail(section, "hours_before", "hours_before: the same hours stand there twice; remove one")
    within = take(section, "not_within_hours", int, default=2)
    if within < 1:
        raise fail(section, "not_within_hours", "not_within_hours must be 1 or more")
    before = tuple(dt.timedelta(hours=one) for one in sorted(hours, reverse=True))
    return Reminders(before=before, not_within=dt.timedelta(hours=within))


def _contact(where: Section, item: object) -> Contact:
    if not isinstance(item, Section):
        raise fail(where, "contacts", "contacts: each one has id, name, an address and by; write them out")
    keys(item, allowed=("id", "name", *CHANNELS, "by"), required=("id", "name", "by"))
    addresses = {channel: _address(item, channel) for channel in CHANNELS if channel in item}
    if not addresses:
        raise fail(item, None, f"the contact has no address; give one of {', '.join(CHANNELS)}")
    by = take(item, "by", Section)
    keys(by, allowed=PRIORITIES)
    used = {one: words(by, one, allowed=tuple(addresses)) for one in by}
    return Contact(
        id=take(item, "id", str),
        name=take(item, "name", str),
        addresses=addresses,
        by=cast("Mapping[Priority, tuple[Channel, ...]]", used),
    )


def _address(item: Section, channel: Channel) -> str:
    pattern, remedy = _ADDRESSES[channel]
    value = take(item, channel, str)
    if not pattern.fullmatch(value):
        raise fail(item, channel, f"{channel}: {remedy}")
    return value


def _people(
    section: Section, key: str, contacts: Mapping[str, Contact]
) -> Mapping[Priority, tuple[Contact, ...]]:
    by_priority = take(section, key, Section, default=Section())
    keys(by_priority, allowed=PRIORITIES)
    return {
        cast("Priority", one): tuple(
            contacts[name] for name in words(by_priority, one, allowed=tuple(contacts))
        )
        for one in by_priority
    }
