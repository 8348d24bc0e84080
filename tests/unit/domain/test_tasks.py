"""When a task is due, when it becomes loud: over years of days, clock changes and holidays."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.schedule import Hours
from bot.domain.tasks import LOUD, NEXT_CONTACT, Priority, StaffTask, escalation, is_alarm, standing
from bot.protocols import Protocols
from bot.protocols.staff_tasks import Span

ZONE = ZoneInfo("America/Chicago")
NOW = dt.datetime(2026, 11, 18, 18, 0, tzinfo=dt.UTC)
MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)
PRIORITIES = get_args(Priority)
moments = st.integers(0, 9 * 366 * 24 * 60).map(lambda minutes: NOW + minutes * MINUTE)
"""Any minute of nine years from 2026 on: 18 clock changes, two leap days."""


def a_task(**given_: object) -> StaffTask:
    fields: dict[str, object] = {
        "id": "t", "case_id": "c", "kind": "urgent_callback", "priority": "P1", "created_at": NOW,
        "due_at": NOW + 60 * MINUTE, "next_contact_at": NOW + 30 * MINUTE, "loud_at": NOW + 75 * MINUTE,
    }  # fmt: skip
    return StaffTask(**(fields | given_))  # type: ignore[arg-type]


# --- due times ----------------------------------------------------------------------------------


@given(since=moments)
def test_the_steps_of_every_priority_come_in_order(protocols: Protocols, since: dt.datetime) -> None:
    hours = protocols.clinic.hours
    for target in protocols.tasks.targets.values():
        steps = [span.after(since, hours) for span in (target.next_contact, target.loud)]
        assert since < steps[0] <= steps[1]
        assert since < target.due.after(since, hours) <= steps[1]


@given(since=moments)
def test_a_more_urgent_task_is_never_due_later(protocols: Protocols, since: dt.datetime) -> None:
    dues = [protocols.tasks.targets[one].due.after(since, protocols.clinic.hours) for one in PRIORITIES]
    assert dues == sorted(dues)


@given(since=moments, later=st.timedeltas(dt.timedelta(0), dt.timedelta(days=3)))
def test_who_asks_later_is_never_due_earlier(
    protocols: Protocols, since: dt.datetime, later: dt.timedelta
) -> None:
    for target in protocols.tasks.targets.values():
        first = target.due.after(since, protocols.clinic.hours)
        assert first <= target.due.after(since + later, protocols.clinic.hours)


@given(since=moments)
def test_an_hour_of_open_time_passes_before_a_same_day_call_is_due(
    protocols: Protocols, since: dt.datetime
) -> None:
    hours = protocols.clinic.hours
    due = protocols.tasks.targets["P1"].due.after(since, hours)
    assert open_minutes(hours, since, due) == pytest.approx(60)


@given(since=moments)
def test_a_call_of_the_next_day_is_due_at_a_closing_time(protocols: Protocols, since: dt.datetime) -> None:
    hours = protocols.clinic.hours
    due = protocols.tasks.targets["P2"].due.after(since, hours).astimezone(ZONE)
    assert due.date() > since.astimezone(ZONE).date()
    assert due.date() not in hours.holidays
    assert due in [end for _, end in hours.periods(due.date())]


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-18 10:00", "2026-11-18 11:00"),
        ("2026-11-18 16:45", "2026-11-19 08:45"),
        ("2026-11-20 15:30", "2026-11-23 08:30"),  # Friday closes at four
        ("2026-11-25 16:30", "2026-11-27 08:30"),  # Thanksgiving between
        ("2027-03-13 12:00", "2027-03-15 09:00"),  # over the night that has 23 hours
        ("2027-11-06 12:00", "2027-11-08 09:00"),  # over the night that has 25
    ],
)
def test_one_business_hour_in_st_louis(protocols: Protocols, asked: str, due: str) -> None:
    since = dt.datetime.fromisoformat(asked).replace(tzinfo=ZONE)
    found = protocols.tasks.targets["P1"].due.after(since, protocols.clinic.hours)
    assert found.astimezone(ZONE).strftime("%Y-%m-%d %H:%M") == due


def test_an_emergency_is_due_by_the_clock_at_night_too(protocols: Protocols) -> None:
    night = dt.datetime(2027, 11, 7, 1, 58, tzinfo=ZONE)  # two minutes before the hour that comes twice
    due = protocols.tasks.targets["P0"].due.after(night, protocols.clinic.hours)
    assert due - night.astimezone(dt.UTC) == 5 * MINUTE


def open_minutes(hours: Hours, since: dt.datetime, until: dt.datetime) -> float:
    day, total = since.astimezone(hours.zone).date(), dt.timedelta(0)
    while day <= until.astimezone(hours.zone).date():
        for start, end in hours.periods(day):
            first, last = max(start.astimezone(dt.UTC), since), min(end.astimezone(dt.UTC), until)
            total += max(last - first, dt.timedelta(0))
        day += dt.timedelta(days=1)
    return total / MINUTE


def test_a_span_needs_a_clinic_that_opens() -> None:
    never = Hours(zone=ZONE, weekly=((),) * 7)
    with pytest.raises(ValueError, match="open period"):
        Span(business_minutes=30).after(NOW, never)


# --- where it stands, and who hears of it -------------------------------------------------------


def test_standing() -> None:
    task = a_task()
    taken = replace(task, status="acknowledged", acknowledged_by="Ann")
    asleep = replace(taken, snoozed_until=NOW + MINUTE)
    assert [standing(one, now=NOW) for one in (task, taken, asleep)] == ["open", "claimed", "snoozed"]
    assert standing(asleep, now=NOW + MINUTE) == "claimed"  # it wakes by itself
    assert standing(replace(asleep, status="done"), now=NOW) == "done"


@pytest.mark.parametrize(
    ("after", "told", "step"),
    [
        (30 * MINUTE, 0, 0),
        (30 * MINUTE + SECOND, 0, NEXT_CONTACT),
        (30 * MINUTE + SECOND, NEXT_CONTACT, NEXT_CONTACT),
        (75 * MINUTE, NEXT_CONTACT, NEXT_CONTACT),
        (75 * MINUTE + SECOND, NEXT_CONTACT, LOUD),
        (75 * MINUTE + SECOND, 0, NEXT_CONTACT),  # one step at a time
        (90 * MINUTE, LOUD, LOUD),
    ],
)
def test_what_nobody_has_is_told_step_by_step(after: dt.timedelta, told: int, step: int) -> None:
    assert escalation(a_task(escalated=told), now=NOW + after) == step


def test_what_somebody_has_is_told_only_when_it_is_late() -> None:
    taken = a_task(status="acknowledged")
    assert escalation(taken, now=NOW + 60 * MINUTE) == 0
    assert escalation(taken, now=NOW + 60 * MINUTE + SECOND) == NEXT_CONTACT
    assert escalation(replace(taken, escalated=1), now=NOW + 600 * MINUTE) == NEXT_CONTACT
    assert escalation(replace(taken, priority="P0"), now=NOW + 600 * MINUTE) == 0


def test_what_sleeps_or_is_done_is_told_to_nobody() -> None:
    late = NOW + 600 * MINUTE
    assert escalation(a_task(snoozed_until=late + MINUTE), now=late) == 0
    assert escalation(a_task(status="done", escalated=1), now=late) == 1


@given(
    seconds=st.integers(0, 20_000),
    more=st.integers(0, 20_000),
    told=st.sampled_from([0, 1, 2]),
    status=st.sampled_from(["open", "acknowledged", "done"]),
    priority=st.sampled_from(PRIORITIES),
)
def test_an_escalation_never_goes_back(
    seconds: int, more: int, told: int, status: str, priority: str
) -> None:
    task = a_task(escalated=told, status=status, priority=priority)
    first = escalation(task, now=NOW + seconds * SECOND)
    assert told <= first <= escalation(task, now=NOW + (seconds + more) * SECOND)


def test_an_alarm_is_what_nobody_has() -> None:
    emergency = a_task(priority="P0")
    assert is_alarm(emergency, now=NOW)
    assert not is_alarm(replace(emergency, status="acknowledged"), now=NOW)
    assert not is_alarm(a_task(escalated=NEXT_CONTACT), now=NOW)
    assert is_alarm(a_task(escalated=LOUD), now=NOW)


# --- work that follows a result -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "facts", "kinds"),
    [
        ("needs_records_review", {}, ["records_collection"]),
        ("surgical_consult_mis_fusion", {"imaging": "mri"}, ["imaging_coordination"]),
        ("surgical_consult_mis_fusion", {"imaging": "none"}, []),
        ("surgical_consult_mis_fusion", {}, []),  # unknown is not yes
        ("conservative_first", {"insurance_type": "medicare"}, ["benefits_check"]),
        ("conservative_first", {"insurance_type": "self"}, []),
    ],
)
def test_what_follows_a_result(
    protocols: Protocols, outcome: str, facts: dict[str, str], kinds: list[str]
) -> None:
    judgement = replace(protocols.judge({}), outcome=outcome, decision="C13")
    assert protocols.tasks.following(judgement, facts) == kinds


def test_who_has_no_usable_pictures_gets_some(protocols: Protocols) -> None:
    judgement = replace(protocols.judge({}), outcome="new_patient_eval", decision="C15")
    assert protocols.tasks.following(judgement, {}) == ["imaging_coordination"]
