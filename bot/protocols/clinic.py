"""The clinic's profile (clinic.yaml): name, phone, hours, people."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.notices import Reminders, StaffNotices
from bot.domain.schedule import Hours, Period, Provider, Room
from bot.protocols.documents import Document, body_keys
from bot.protocols.notices import read_notices, read_reminders
from bot.protocols.yamlfile import Section, fail, keys, take, words

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KEYS = (
    "name", "phone", "demo_phone", "zone", "address", "booking_url", "lead_minutes", "hold_minutes",
    "same_week", "buffer_minutes", "furthest_days",
)  # fmt: skip
_FURTHEST_DAYS = 21
_LEAST_DAYS_KEPT = 90
"""Longer than a visit lies ahead, and than the clinic takes to note what it decided."""
_PERIOD = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_DEMO_PHONE = re.compile(r"\b555-01\d\d\b")


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long we wait, for patients and for staff."""

    nudge_after: dt.timedelta = dt.timedelta(hours=4)
    """A texting patient who says nothing for so long gets one gentle text."""
    close_after: dt.timedelta = dt.timedelta(hours=48)
    """After so long without a word an unfinished case becomes the staff's."""
    welcome_back_after: dt.timedelta = dt.timedelta(hours=12)
    staff_wait: dt.timedelta = dt.timedelta(minutes=10)
    """Somebody who waits for a person is told after so long that nobody came."""
    texting: Period = (dt.time(8, 0), dt.time(21, 0))
    """No text of our own accord outside these hours, clinic time."""

    def may_text(self, local: dt.datetime) -> bool:
        """Whether a text of our own accord may go out at this time of the clinic's day."""
        return self.texting[0] <= local.time() < self.texting[1]


@dataclass(frozen=True, kw_only=True)
class Clinic:
    """Who we are and when somebody is there. Times are clinic time, in `zone`."""

    name: str
    phone: str
    demo_phone: bool
    """The number is a placeholder: a banner says so, and the checks fail outside demo mode."""
    zone: ZoneInfo
    hours: Hours
    providers: tuple[Provider, ...]
    lead_minutes: int
    """A time is offered no sooner than this from now."""
    hold_minutes: int
    """How long an offered time is kept for one patient."""
    buffer_minutes: int
    """Kept free after each visit, for the provider and the room."""
    furthest_days: int
    """How far ahead a time may be that the patient asks for; an urgent visit's stays within 48 hours."""
    rooms: tuple[Room, ...]
    """None named: a visit needs no room."""
    address: str
    booking_url: str
    same_week: bool
    """First visits within a week (S0.24)."""
    patience: Patience = Patience()
    notices: StaffNotices = field(default_factory=StaffNotices)
    """Whom of the staff the service calls; nobody when none are named."""
    reminders: Reminders = field(default_factory=Reminders)
    erase_after_days: int | None = None
    """Conversations that have been over for so long are erased; None: never."""

    @property
    def fields(self) -> dict[str, str]:
        """What texts may name of the clinic."""
        return {"clinic_name": self.name, "clinic_phone": self.phone, "booking_url": self.booking_url}


def read_clinic(document: Document, *, visits: Collection[str]) -> Clinic:
    """The profile. Raises ProtocolError with file, line and what is allowed."""
    allowed = (
        "clinic",
        "hours",
        "holidays",
        "patience",
        "rooms",
        "providers",
        "notices",
        "reminders",
        "retention",
    )
    body = body_keys(document, allowed, ("clinic", "hours", "providers"))
    section = take(body, "clinic", Section)
    keys(
        section,
        allowed=_KEYS,
        required=("name", "phone", "demo_phone", "zone", "lead_minutes", "hold_minutes"),
    )
    zone = _zone(section)
    holidays = frozenset(_holiday(document.body, text) for text in words(document.body, "holidays"))
    clinic = Clinic(
        name=take(section, "name", str),
        phone=take(section, "phone", str),
        demo_phone=take(section, "demo_phone", bool),
        zone=zone,
        hours=_hours(take(body, "hours", Section), zone, holidays),
        providers=_providers(document.body, zone, holidays, visits),
        lead_minutes=_whole(section, "lead_minutes"),
        hold_minutes=_whole(section, "hold_minutes"),
        buffer_minutes=_whole(section, "buffer_minutes", least=0) if "buffer_minutes" in section else 0,
        furthest_days=_whole(section, "furthest_days") if "furthest_days" in section else _FURTHEST_DAYS,
        rooms=_rooms(document.body, visits),
        address=take(section, "address", str, default=""),
        booking_url=take(section, "booking_url", str, default=""),
        same_week=take(section, "same_week", bool, default=False),
        patience=_patience(take(body, "patience", Section)) if "patience" in body else Patience(),
        notices=read_notices(take(body, "notices", Section)) if "notices" in body else StaffNotices(),
        reminders=read_reminders(take(body, "reminders", Section)) if "reminders" in body else Reminders(),
        erase_after_days=_erase_after(take(body, "retention", Section)) if "retention" in body else None,
    )
    if _DEMO_PHONE.search(clinic.phone) and not clinic.demo_phone:
        raise fail(
            section,
            "phone",
            "a 555-01xx number is never real; give the clinic's number or set demo_phone: true",
        )
    return clinic


def _patience(section: Section) -> Patience:
    allowed = (
        "nudge_after_hours",
        "close_after_hours",
        "welcome_back_after_hours",
        "staff_wait_minutes",
        "texting",
    )
    keys(section, allowed=allowed, required=allowed)
    patience = Patience(
        nudge_after=dt.timedelta(hours=_whole(section, "nudge_after_hours")),
        close_after=dt.timedelta(hours=_whole(section, "close_after_hours")),
        welcome_back_after=dt.timedelta(hours=_whole(section, "welcome_back_after_hours")),
        staff_wait=dt.timedelta(minutes=_whole(section, "staff_wait_minutes")),
        texting=_period(section, "texting", take(section, "texting", str)),
    )
    if patience.close_after <= patience.nudge_after:
        raise fail(section, "close_after_hours", "close_after_hours must be more than nudge_after_hours")
    if patience.texting[0] >= patience.texting[1]:
        raise fail(section, "texting", "texting: the hours must run forward, like 08:00-21:00")
    return patience


def _erase_after(section: Section) -> int:
    keys(section, allowed=("erase_after_days",), required=("erase_after_days",))
    return _whole(section, "erase_after_days", least=_LEAST_DAYS_KEPT)


def _zone(section: Section) -> ZoneInfo:
    name = take(section, "zone", str)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise fail(section, "zone", "zone is not known; write it like America/Chicago") from error


def _whole(section: Section, key: str, *, least: int = 1) -> int:
    value = take(section, key, int)
    if value < least:
        raise fail(section, key, f"{key} must be {least} or more")
    return value


def _holiday(body: Section, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise fail(body, "holidays", "holidays: write each day as YYYY-MM-DD") from error


def _hours(section: Section, zone: ZoneInfo, holidays: frozenset[dt.date]) -> Hours:
    keys(section, allowed=DAYS)
    weekly = tuple(_day(section, name) if name in section else () for name in DAYS)
    if not any(weekly):
        raise fail(section, None, "no day has hours; give at least one day")
    return Hours(zone=zone, weekly=weekly, holidays=holidays)


def _day(section: Mapping[str, object], name: str) -> tuple[Period, ...]:
    periods = tuple(_period(section, name, part.strip()) for part in take(section, name, str).split(","))
    ends = [moment for period in periods for moment in period]
    if ends != sorted(set(ends)):
        raise fail(
            section, name, f"{name}: times must run forward and not overlap, like 09:00-12:00, 13:00-16:00"
        )
    return periods


def _period(section: Mapping[str, object], name: str, text: str) -> Period:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise fail(section, name, f"{name}: write the hours like 08:00-17:00, several parted by commas")
    first, second, third, fourth = (int(part) for part in match.groups())
    return dt.time(first, second), dt.time(third, fourth)


def _rooms(body: Section, visits: Collection[str]) -> tuple[Room, ...]:
    rooms: dict[str, Room] = {}
    for section in take(body, "rooms", list, default=[]):
        if not isinstance(section, Section):
            raise fail(body, "rooms", "rooms: each one has id and name; write them out")
        keys(section, allowed=("id", "name", "visits"), required=("id", "name"))
        room = Room(
            id=take(section, "id", str),
            name=take(section, "name", str),
            visits=frozenset(words(section, "visits", allowed=tuple(visits))),
        )
        if room.id in rooms:
            raise fail(section, "id", f"the room {room.id!r} is there twice; give one another id")
        rooms[room.id] = room
    return tuple(rooms.values())


def _providers(
    body: Section, zone: ZoneInfo, holidays: frozenset[dt.date], visits: Collection[str]
) -> tuple[Provider, ...]:
    providers: list[Provider] = []
    for section in take(body, "providers", list):
        if not isinstance(section, Section):
            raise fail(body, "providers", "providers: each one has id, name, visits, hours; write them out")
        keys(section, allowed=("id", "name", "visits", "hours"), required=("id", "name", "visits", "hours"))
        provider = Provider(
            id=take(section, "id", str),
            name=take(section, "name", str),
            visits=frozenset(words(section, "visits", allowed=tuple(visits))),
            hours=_hours(take(section, "hours", Section), zone, holidays),
        )
        if provider.id in {one.id for one in providers}:
            raise fail(section, "id", f"the provider {provider.id!r} is there twice; give one another id")
        providers.append(provider)
    return tuple(providers)
