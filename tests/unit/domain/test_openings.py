"""Free times: grids, buffers, rooms, leads, and the nights when clocks change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.openings import Slot, Taken, Wanted, misfit, open_slots
from bot.domain.schedule import Appointment, Hours, Period, Provider, Room

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = dt.date(2027, 1, 4)
NOTHING_TAKEN = Taken()


def hours(*periods: str, zone: ZoneInfo = CHICAGO, holidays: Sequence[dt.date] = ()) -> Hours:
    """The same periods every day of the week."""
    day = tuple(_period(text) for text in periods)
    return Hours(zone=zone, weekly=(day,) * 7, holidays=frozenset(holidays))


def _period(text: str) -> Period:
    start, end = text.split("-")
    return dt.time.fromisoformat(start), dt.time.fromisoformat(end)


def provider(*periods: str, id: str = "pa", **given: object) -> Provider:
    return Provider(id=id, name=id, visits=frozenset({"NEW"}), hours=hours(*periods, **given))  # type: ignore[arg-type]


def at(time: str, day: dt.date = MONDAY, *, fold: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(time), CHICAGO).replace(fold=fold)


def wanted(day: dt.date = MONDAY, *, minutes: int = 40, buffer: int = 0, days: int = 1) -> Wanted:
    begin = dt.datetime.combine(day, dt.time(), CHICAGO)
    return Wanted(
        visit="NEW",
        minutes=minutes,
        buffer_minutes=buffer,
        earliest=begin,
        latest=begin + dt.timedelta(days=days),
    )


def starts(slots: Sequence[Slot] | object) -> list[str]:
    return [f"{one.start.astimezone(CHICAGO):%H:%M}" for one in slots]  # type: ignore[attr-defined]


def free(
    *providers: Provider, rooms: Sequence[Room] = (), taken: Taken = NOTHING_TAKEN, **asked: object
) -> list[Slot]:
    return list(open_slots(providers, rooms, wanted(**asked), taken=taken))  # type: ignore[arg-type]


def test_several_periods_a_day_each_have_their_own_grid() -> None:
    assert starts(free(provider("08:00-09:30", "13:00-13:40"))) == ["08:00", "08:40", "13:00"]


def test_a_buffer_parts_two_visits_and_may_end_after_closing() -> None:
    assert starts(free(provider("08:00-09:25"), buffer=5)) == ["08:00", "08:45"]


def test_a_longer_visit_has_fewer_times() -> None:
    assert starts(free(provider("08:00-10:00"), minutes=55)) == ["08:00", "08:55"]


def test_times_lie_between_the_earliest_and_the_latest() -> None:
    look = Wanted(visit="NEW", minutes=40, earliest=at("08:40"), latest=at("10:00"))
    assert starts(open_slots([provider("08:00-12:00")], (), look, taken=Taken())) == ["08:40", "09:20"]


def test_a_holiday_and_another_visit_have_no_times() -> None:
    assert not free(provider("08:00-12:00", holidays=[MONDAY]))
    assert not free(replace(provider("08:00-12:00"), visits=frozenset({"OTHER"})))


def test_what_is_taken_blocks_with_its_buffer() -> None:
    taken = Taken(providers={"pa": [(at("08:40"), at("09:25"))]})
    assert starts(free(provider("08:00-10:00"), taken=taken)) == ["08:00"]


def test_without_a_free_room_there_is_no_time() -> None:
    rooms = [Room(id="one", name="One"), Room(id="two", name="Two", visits=frozenset({"OTHER"}))]
    taken = Taken(rooms={"one": [(at("08:00"), at("08:40"))]})
    found = free(provider("08:00-09:20"), rooms=rooms, taken=taken)
    assert [(slot.rooms, f"{slot.start.astimezone(CHICAGO):%H:%M}") for slot in found] == [
        (("one",), "08:40")
    ]


def test_a_time_names_every_room_that_is_free_for_it() -> None:
    rooms = [Room(id="one", name="One"), Room(id="two", name="Two")]
    assert free(provider("08:00-08:40"), rooms=rooms)[0].rooms == ("one", "two")


# --- nights when clocks change -------------------------------------------------------------------

GAP, OVERLAP = dt.date(2027, 3, 14), dt.date(2027, 11, 7)


def test_the_hour_that_the_spring_night_skips_is_never_offered() -> None:
    found = free(provider("01:00-04:00"), day=GAP, minutes=30)
    assert starts(found) == ["01:00", "01:30", "03:00", "03:30"]
    assert all(slot.end - slot.start == dt.timedelta(minutes=30) for slot in found)


@pytest.mark.parametrize("opening", ["02:00-04:00", "02:30-04:00"])
def test_a_period_that_begins_in_the_skipped_hour_begins_after_it(opening: str) -> None:
    assert starts(free(provider(opening), day=GAP, minutes=30)) == ["03:00", "03:30"]


def test_a_period_inside_the_skipped_hour_has_no_times() -> None:
    assert not free(provider("02:00-02:45"), day=GAP, minutes=30)


def test_the_hour_that_the_autumn_night_repeats_is_offered_once() -> None:
    found = free(provider("00:30-03:00"), day=OVERLAP, minutes=30)
    assert starts(found) == ["00:30", "01:00", "01:30", "02:00", "02:30"]
    assert len({slot.start for slot in found}) == len(found)


def test_the_leap_day_is_a_day_like_any_other() -> None:
    leap = dt.date(2028, 2, 29)
    assert starts(free(provider("08:00-09:20"), day=leap)) == ["08:00", "08:40"]


@given(
    st.dates(dt.date(2026, 1, 1), dt.date(2036, 12, 31)),
    st.sampled_from(["America/Chicago", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]),
    st.integers(10, 90),
)
def test_every_time_of_ten_years_exists_once_and_keeps_its_length(
    day: dt.date, zone_name: str, minutes: int
) -> None:
    zone = ZoneInfo(zone_name)
    found = free(provider("00:00-05:00", "08:00-12:00", zone=zone), day=day, minutes=minutes)
    shown = [slot.start.astimezone(zone) for slot in found if slot.start.astimezone(zone).date() == day]
    assert len({one.replace(tzinfo=None, fold=0) for one in shown}) == len(shown), "shown twice alike"
    assert all(one.fold == 0 for one in shown)
    assert all(slot.end - slot.start == dt.timedelta(minutes=minutes) for slot in found)


# --- does a booked time still fit -----------------------------------------------------------------

BOOKED = Appointment(
    id="a", case_id="c", provider_id="pa", visit="NEW", start=at("08:00"), end=at("08:40"), status="booked",
    room_id="one",
)  # fmt: skip
ROOMS = [Room(id="one", name="One")]


def test_an_appointment_inside_the_hours_fits() -> None:
    assert misfit(BOOKED, [provider("08:00-08:40")], ROOMS) is None


@pytest.mark.parametrize(
    ("providers", "rooms", "why"),
    [
        ([], ROOMS, "provider_gone"),
        ([replace(provider("08:00-12:00"), visits=frozenset({"RENAMED"}))], ROOMS, "visit_not_done"),
        ([provider("08:00-12:00", holidays=[MONDAY])], ROOMS, "closed"),
        ([provider("08:01-12:00")], ROOMS, "closed"),
        ([provider("08:00-08:39")], ROOMS, "closed"),
        ([provider("08:00-12:00")], [], "room_gone"),
    ],
)
def test_a_change_of_the_clinic_that_an_appointment_does_not_survive_is_named(
    providers: list[Provider], rooms: list[Room], why: str
) -> None:
    assert misfit(BOOKED, providers, rooms) == why
