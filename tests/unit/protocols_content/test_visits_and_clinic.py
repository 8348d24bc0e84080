"""Visit types and the clinic's profile as the table of the specification has them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from bot.protocols import Protocols

TABLE = {
    "ER_NOW": (0, "none"), "CRISIS": (0, "none"), "SAME_DAY_CALL": (15, "callback"),
    "URGENT_EVAL_48H": (40, "urgent"),
    "NEW_PATIENT_EVAL": (40, "self"), "CONSERVATIVE_VISIT": (30, "self"), "SURGICAL_CONSULT": (45, "self"),
    "REVISION_CONSULT": (60, "staff"), "DEFORMITY_CONSULT": (60, "staff"), "CERVICAL_CONSULT": (45, "self"),
    "RECORDS_REVIEW": (0, "callback"), "POSTOP_VISIT": (20, "staff"), "STAFF_CALLBACK": (0, "callback"),
}  # fmt: skip


@pytest.mark.parametrize(("visit", "row"), TABLE.items())
def test_visit_has_the_length_and_the_booking_of_the_table(
    protocols: Protocols, visit: str, row: tuple[int, str]
) -> None:
    kind = protocols.visits[visit]
    assert (kind.minutes, kind.book) == row


def test_no_other_visits(protocols: Protocols) -> None:
    assert set(protocols.visits) == set(TABLE)


def test_base_list_is_written_out_where_it_belongs(protocols: Protocols) -> None:
    assert "photo ID" in protocols.visits["REVISION_CONSULT"].bring
    assert "surgery notes" in protocols.visits["REVISION_CONSULT"].bring
    assert "photo ID" not in protocols.visits["RECORDS_REVIEW"].bring


@pytest.mark.parametrize("visit", [name for name, (_, book) in TABLE.items() if book in ("self", "urgent")])
def test_somebody_has_times_for_every_visit_that_patients_book(protocols: Protocols, visit: str) -> None:
    assert any(visit in provider.visits for provider in protocols.clinic.providers)


def test_first_visits_are_offered_within_a_week(protocols: Protocols) -> None:
    assert protocols.clinic.same_week
    for visit in ("NEW_PATIENT_EVAL", "CONSERVATIVE_VISIT"):
        assert protocols.visits[visit].horizon_days == 7


def test_profile_is_marked_as_a_demo(protocols: Protocols) -> None:
    assert protocols.clinic.demo_phone
    assert "555-01" in protocols.clinic.phone


def test_hours_are_clinic_time_and_holidays_are_closed(protocols: Protocols) -> None:
    zone = ZoneInfo("America/Chicago")
    hours = protocols.clinic.hours
    assert hours.is_open(dt.datetime(2026, 11, 23, 8, 0, tzinfo=zone))
    assert not hours.is_open(dt.datetime(2026, 11, 23, 7, 59, tzinfo=zone))
    assert not hours.is_open(dt.datetime(2026, 11, 26, 10, 0, tzinfo=zone)), "Thanksgiving"
    assert not hours.is_open(dt.datetime(2026, 11, 22, 10, 0, tzinfo=zone)), "Sunday"
    for provider in protocols.clinic.providers:
        assert not list(provider.hours.periods(dt.date(2026, 11, 26)))


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        ({}, 40),
        ({"workers_comp": "yes"}, 55),
        ({"workers_comp": "no"}, 40),
        ({"insurance_type": "auto"}, 55),
        ({"insurance_type": "auto", "workers_comp": "yes"}, 55),
        ({"language": "es"}, 55),
        ({"language": "en"}, 40),
        ({"language": "other", "insurance_type": "wc"}, 70),
        ({"second_opinion": "yes"}, 40),
    ],
)
def test_a_claim_and_an_interpreter_take_fifteen_minutes_more(
    protocols: Protocols, facts: dict[str, str], minutes: int
) -> None:
    assert protocols.visit_minutes("NEW_PATIENT_EVAL", facts) == minutes


def test_every_visit_that_patients_book_has_a_room(protocols: Protocols) -> None:
    for name, visit in protocols.visits.items():
        if visit.by_patients:
            assert any(room.takes(name) for room in protocols.clinic.rooms)


def test_everybody_named_for_an_urgent_priority_can_be_reached_for_it(protocols: Protocols) -> None:
    notices = protocols.clinic.notices
    assert notices.at_once["P0"]
    for people in (notices.at_once, notices.escalation):
        for priority, contacts in people.items():
            assert all(one.channels(priority) for one in contacts)


def test_the_last_of_an_escalation_is_called_loudly_by_everything(protocols: Protocols) -> None:
    last = protocols.clinic.notices.escalation["P1"][-1]
    assert set(last.channels("P1", loud=True)) == set(last.addresses)


def test_reminders_go_from_far_to_near(protocols: Protocols) -> None:
    assert [span.total_seconds() / 3600 for span in protocols.clinic.reminders.before] == [72, 24]
