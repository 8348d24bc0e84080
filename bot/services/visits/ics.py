"""Appointments as iCalendar (RFC 5545): a feed, an object for a calendar server, an invitation by e-mail.

Times are UTC, so no zone rules travel along. Nothing in here says why somebody comes: calendars are
shared, and an e-mail is a postcard.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

PRODUCT = "-//Spine Intake//Appointments//EN"
LONGEST_LINE = 75
"""Octets, without the line break (RFC 5545, 3.1)."""
_TELLING = re.compile(r"(UID|DTSTART|DTEND|SUMMARY|STATUS)[;:]")
"""Properties whose change is a change of the appointment; servers reorder and add others."""

Status = Literal["CONFIRMED", "CANCELLED"]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One appointment. `sequence` counts its changes; `stamp` is when this text was made."""

    uid: str
    start: dt.datetime
    end: dt.datetime
    stamp: dt.datetime
    summary: str
    description: str = ""
    location: str = ""
    sequence: int = 0
    status: Status = "CONFIRMED"


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Who invites, or is invited. Raises ValueError for an address that is none."""

    address: str
    name: str = ""

    def __post_init__(self) -> None:
        if not all(33 <= ord(c) < 127 for c in self.address) or self.address.count("@") != 1:
            raise ValueError("this is no e-mail address: give one like front.desk@clinic.example")


def calendar(events: Iterable[Event], *, name: str = "") -> str:
    """A VCALENDAR without a method: for a feed or a calendar server. Lines end with CRLF."""
    head = [_line("X-WR-CALNAME", name), _line("REFRESH-INTERVAL;VALUE=DURATION", "PT15M")] if name else []
    return _folded([*_OPEN, *head, *(line for event in events for line in _event(event)), "END:VCALENDAR"])


def invitation(event: Event, *, organizer: Mailbox, attendee: Mailbox) -> str:
    """The body of a `text/calendar; method=...` part (RFC 5546): a request, or its cancellation."""
    method = "CANCEL" if event.status == "CANCELLED" else "REQUEST"
    people = [
        _mailbox("ORGANIZER", organizer),
        _mailbox("ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=FALSE", attendee),
    ]
    return _folded([*_OPEN, f"METHOD:{method}", *_event(event, people), "END:VCALENDAR"])


def essence(text: str) -> str:
    """A digest of what a calendar object says of its appointment, in whatever order and company."""
    lines = re.split(r"\r?\n", re.sub(r"\r?\n[ \t]", "", text))
    told = sorted(line for line in _within_event(lines) if _TELLING.match(line))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


_OPEN = ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN")


def _event(event: Event, people: Sequence[str] = ()) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield _line("UID", event.uid)
    yield f"DTSTAMP:{_utc(event.stamp)}"
    yield f"DTSTART:{_utc(event.start)}"
    yield f"DTEND:{_utc(event.end)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{event.status}"
    yield _line("SUMMARY", event.summary)
    if event.description:
        yield _line("DESCRIPTION", event.description)
    if event.location:
        yield _line("LOCATION", event.location)
    yield from people
    yield "END:VEVENT"


def _utc(moment: dt.datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone was given to a calendar: attach one")
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _line(name: str, text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return f"{name}:{''.join(letter for letter in text if letter >= ' ' and letter != chr(127))}"


def _mailbox(name: str, box: Mailbox) -> str:
    # A quoted parameter may hold anything but quotes and control characters (RFC 5545, 3.2).
    shown = "".join(letter for letter in box.name if letter >= " " and letter != '"')
    return f'{name};CN="{shown}":mailto:{box.address}' if shown else f"{name}:mailto:{box.address}"


def _folded(lines: Iterable[str]) -> str:
    return "".join(f"{part}\r\n" for line in lines for part in _parts(line))


def _parts(line: str) -> Iterator[str]:
    """At most 75 octets each, never within a character; what follows begins with a blank."""
    part, room = "", LONGEST_LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            yield part
            part, room = " ", LONGEST_LINE - 1
        part += letter
        room -= size
    yield part


def _within_event(lines: Iterable[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        inside = (inside or line == "BEGIN:VEVENT") and line != "END:VEVENT"
        if inside:
            yield line
