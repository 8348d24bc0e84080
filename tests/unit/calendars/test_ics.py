"""iCalendar text, read back by a library that is not ours."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.services.visits.ics import LONGEST_LINE, Event, Mailbox, calendar, essence, invitation

START = dt.datetime(2026, 11, 24, 14, 0, tzinfo=dt.UTC)
EVENT = Event(
    uid="a1@spine-intake", start=START, end=START + dt.timedelta(minutes=45), stamp=START,
    summary="Visit; with, commas \\ and\nlines", location="1 Spine Way, St. Louis",
)  # fmt: skip
CLINIC = Mailbox(address="front.desk@clinic.example", name='Spine "Clinic"; Inc.')
PATIENT = Mailbox(address="kim@example.com")


def test_a_library_reads_what_was_written() -> None:
    (read,) = Calendar.from_ical(calendar([EVENT], name="Dr. A")).walk("VEVENT")
    assert read["UID"] == EVENT.uid
    assert str(read["SUMMARY"]) == EVENT.summary
    assert str(read["LOCATION"]) == EVENT.location
    assert (read.start, read.end) == (EVENT.start, EVENT.end)


@given(st.text(max_size=200))
def test_any_text_survives_and_no_line_is_too_long(text: str) -> None:
    plain = "".join(c for c in text if c >= " " and c != chr(127) and not 0xD800 <= ord(c) <= 0xDFFF)
    written = calendar([replace(EVENT, summary=plain)], name="Dr. A")
    lines = written.encode().split(b"\r\n")
    assert max(map(len, lines)) <= LONGEST_LINE
    (read,) = Calendar.from_ical(written).walk("VEVENT")
    assert str(read["SUMMARY"]) == plain


@pytest.mark.parametrize("night", ["2027-03-14", "2027-11-07"])
@pytest.mark.parametrize("fold", [0, 1])
def test_nights_on_which_the_clock_changes(night: str, fold: int) -> None:
    zone = ZoneInfo("America/Chicago")
    start = dt.datetime.fromisoformat(f"{night}T01:30").replace(tzinfo=zone, fold=fold)
    (read,) = Calendar.from_ical(
        calendar([replace(EVENT, start=start, end=start + dt.timedelta(hours=2))])
    ).walk("VEVENT")
    assert read.start == start.astimezone(dt.UTC)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        calendar([replace(EVENT, start=dt.datetime(2026, 11, 24, 14, 0))])  # noqa: DTZ001


def test_an_invitation_and_its_cancellation() -> None:
    asked = Calendar.from_ical(invitation(EVENT, organizer=CLINIC, attendee=PATIENT))
    assert asked["METHOD"] == "REQUEST"
    (read,) = asked.walk("VEVENT")
    assert (read["ORGANIZER"], read["ATTENDEE"]) == (
        "mailto:front.desk@clinic.example",
        "mailto:kim@example.com",
    )
    assert read["ORGANIZER"].params["CN"] == "Spine Clinic; Inc."
    off = replace(EVENT, status="CANCELLED", sequence=1)
    called_off = Calendar.from_ical(invitation(off, organizer=CLINIC, attendee=PATIENT))
    assert called_off["METHOD"] == "CANCEL"
    assert called_off.walk("VEVENT")[0]["SEQUENCE"] == 1


@pytest.mark.parametrize("address", ["", "kim", "kim@example.com\r\nX:1", "a@b@c", "kim @example.com"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="e-mail"):
        Mailbox(address=address)


def test_essence_is_of_the_appointment_not_of_its_dress() -> None:
    own = calendar([EVENT])
    dressed = own.replace("SEQUENCE:0\r\n", "").replace("END:VEVENT", "X-SEEN:1\r\nEND:VEVENT")
    moved = calendar([replace(EVENT, end=EVENT.end + dt.timedelta(minutes=5))])
    assert essence(dressed) == essence(own) == essence(calendar([EVENT], name="other"))
    assert essence(moved) != essence(own)
