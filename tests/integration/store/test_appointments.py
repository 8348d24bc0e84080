"""Holds and bookings: what the database itself forbids."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from contextlib import nullcontext

import pytest

from bot.domain.errors import Conflict, HoldExpired, NotAllowed, TimeTaken, TooManyHolds
from bot.domain.openings import Taken
from bot.domain.schedule import Appointment
from bot.store import Store
from tests.integration.store.samples import HOUR, MINUTE, NOW, a_hold, stored_case

START = NOW + 24 * HOUR
LATER = NOW + 11 * MINUTE
"""After every hold of the samples is over."""


async def held(store: Store, case_id: str, **given: object) -> Appointment:
    hold = a_hold(case_id, **given)
    async with store.unit_of_work() as uow:
        await uow.appointments.hold(hold, now=NOW)
        await uow.commit()
    return hold


@pytest.mark.parametrize(
    ("shift", "taken"),
    [
        (-60, False),
        (-59, True),
        (0, True),
        (30, True),
        (59, True),
        (60, False),
    ],
)
async def test_overlapping_times_of_a_provider_are_taken(store: Store, shift: int, taken: bool) -> None:
    case = await stored_case(store)
    await held(store, case.id)
    other = a_hold(case.id, start=START + shift * MINUTE)
    async with store.unit_of_work() as uow:
        if taken:
            with pytest.raises(TimeTaken):
                await uow.appointments.hold(other, now=NOW)
        else:
            await uow.appointments.hold(other, now=NOW)
        await uow.appointments.hold(a_hold(case.id, provider_id="dr_b"), now=NOW)


async def test_a_lost_hold_leaves_the_rest_of_the_unit(store: Store) -> None:
    case = await stored_case(store)
    await held(store, case.id)
    free = a_hold(case.id, start=START + 5 * HOUR)
    async with store.unit_of_work() as uow:
        with pytest.raises(TimeTaken):
            await uow.appointments.hold(a_hold(case.id), now=NOW)
        await uow.appointments.hold(free, now=NOW)
        await uow.commit()
    async with store.unit_of_work(write=False) as uow:
        assert free in await uow.appointments.of_case(case.id)


async def test_a_hold_with_the_id_of_another_is_refused(store: Store) -> None:
    case = await stored_case(store)
    hold = await held(store, case.id)
    async with store.unit_of_work() as uow:
        with pytest.raises(TimeTaken):
            await uow.appointments.hold(dataclasses.replace(hold, provider_id="dr_b"), now=NOW)


async def test_a_hold_books_once_for_its_case_only(store: Store) -> None:
    case, other = await stored_case(store), await stored_case(store)
    hold = await held(store, case.id)
    async with store.unit_of_work() as uow:
        with pytest.raises(HoldExpired):
            await uow.appointments.book(hold.id, case_id=other.id, now=NOW)
        booked = await uow.appointments.book(hold.id, case_id=case.id, now=NOW)
        assert booked == dataclasses.replace(hold, status="booked", hold_expires_at=None, booked_at=NOW)
        assert await uow.appointments.book(hold.id, case_id=case.id, now=LATER) == booked
        with pytest.raises(HoldExpired):
            await uow.appointments.book("nothing", case_id=case.id, now=NOW)


@pytest.mark.parametrize(("offset", "books"), [(-1, True), (0, False), (1, False)])
async def test_a_hold_ends_at_its_time(store: Store, offset: int, books: bool) -> None:
    case = await stored_case(store)
    hold = await held(store, case.id)
    now = NOW + 10 * MINUTE + dt.timedelta(microseconds=offset)
    async with store.unit_of_work() as uow:
        if books:
            await uow.appointments.book(hold.id, case_id=case.id, now=now)
        else:
            with pytest.raises(HoldExpired):
                await uow.appointments.book(hold.id, case_id=case.id, now=now)


async def test_an_expired_hold_gives_its_time_away(store: Store) -> None:
    case, other = await stored_case(store), await stored_case(store)
    old = await held(store, case.id)
    async with store.unit_of_work() as uow:
        new = a_hold(other.id, hold_expires_at=LATER + HOUR)
        await uow.appointments.hold(new, now=LATER)
        with pytest.raises(HoldExpired):
            await uow.appointments.book(old.id, case_id=case.id, now=LATER)
        assert [a.status for a in await uow.appointments.of_case(case.id)] == ["expired"]


async def test_released_and_cancelled_times_are_free(store: Store) -> None:
    case = await stored_case(store)
    hold = await held(store, case.id)
    booked = await held(store, case.id, start=START + 2 * HOUR)
    async with store.unit_of_work() as uow:
        await uow.appointments.book(booked.id, case_id=case.id, now=NOW)
        await uow.appointments.release_holds(case.id)
        with pytest.raises(NotAllowed):
            await uow.appointments.cancel(booked.id, case_id="other")
        with pytest.raises(NotAllowed):
            await uow.appointments.cancel(hold.id, case_id=case.id)
        await uow.appointments.cancel(booked.id, case_id=case.id)
        await uow.appointments.cancel(booked.id, case_id=case.id)
        await uow.appointments.hold(a_hold(case.id), now=NOW)
        await uow.appointments.hold(a_hold(case.id, start=START + 2 * HOUR), now=NOW)


async def test_taken_shows_live_times_only(store: Store) -> None:
    case = await stored_case(store)
    hold = await held(store, case.id, room_id="exam_1", busy_until=START + HOUR + 5 * MINUTE)
    booked = await held(store, case.id, start=START + 2 * HOUR)
    other = await held(store, case.id, start=START + 2 * HOUR, provider_id="dr_b")
    async with store.unit_of_work() as uow:
        await uow.appointments.book(booked.id, case_id=case.id, now=NOW)
        look = {"start": START, "end": START + 3 * HOUR}
        spans = [(hold.start, hold.busy_until), (booked.start, booked.end)]
        both = await uow.appointments.taken(**look, now=NOW)
        assert both == Taken(
            providers={"dr_a": spans, "dr_b": [(other.start, other.end)]}, rooms={"exam_1": spans[:1]}
        )
        later = await uow.appointments.taken(**look, now=LATER)
        assert later == Taken(providers={"dr_a": spans[1:]})
        after = {"start": booked.end, "end": booked.end + HOUR}
        assert await uow.appointments.taken(**after, now=NOW) == Taken()


async def test_times_without_a_gap_are_one_span(store: Store) -> None:
    case = await stored_case(store)
    for hours in (0, 1, 3):
        await held(store, case.id, start=START + hours * HOUR, room_id="exam_1")
    async with store.unit_of_work(write=False) as uow:
        taken = await uow.appointments.taken(start=START, end=START + 5 * HOUR, now=NOW)
    spans = [(START, START + 2 * HOUR), (START + 3 * HOUR, START + 4 * HOUR)]
    assert taken == Taken(providers={"dr_a": spans}, rooms={"exam_1": spans})


@pytest.mark.parametrize(("shift", "taken"), [(-66, False), (-64, True), (64, True), (65, False)])
async def test_a_buffer_keeps_the_provider_free(store: Store, shift: int, taken: bool) -> None:
    """An hour and five minutes after it; the one before must leave its own five minutes."""
    case = await stored_case(store)
    await held(store, case.id, busy_until=START + 65 * MINUTE)
    start = START + shift * MINUTE
    other = a_hold(case.id, start=start, busy_until=start + 65 * MINUTE)
    async with store.unit_of_work() as uow:
        with pytest.raises(TimeTaken) if taken else nullcontext():
            await uow.appointments.hold(other, now=NOW)


async def test_a_room_takes_one_visit_at_a_time(store: Store) -> None:
    case = await stored_case(store)
    await held(store, case.id, room_id="exam_1")
    async with store.unit_of_work() as uow:
        with pytest.raises(TimeTaken):
            await uow.appointments.hold(a_hold(case.id, provider_id="dr_b", room_id="exam_1"), now=NOW)
        await uow.appointments.hold(a_hold(case.id, provider_id="dr_b", room_id="exam_2"), now=NOW)


async def test_one_person_holds_only_so_many_times_whatever_the_chats(store: Store) -> None:
    first, second = await stored_case(store), await stored_case(store)
    hours = [a_hold(first.id, start=START + n * HOUR, holder="3145550123") for n in range(3)]
    async with store.unit_of_work() as uow:
        await uow.appointments.hold(hours[0], now=NOW, most=2)
        await uow.appointments.hold(dataclasses.replace(hours[1], case_id=second.id), now=NOW, most=2)
        with pytest.raises(TooManyHolds):
            await uow.appointments.hold(hours[2], now=NOW, most=2)
        await uow.appointments.hold(dataclasses.replace(hours[2], holder="other"), now=NOW, most=2)
        await uow.appointments.book(hours[0].id, case_id=first.id, now=NOW)
        again = a_hold(first.id, start=START + 9 * HOUR, holder="3145550123")
        await uow.appointments.hold(again, now=NOW, most=2)


async def test_of_many_times_the_first_free_ones_are_held_each_in_the_first_free_room(store: Store) -> None:
    case, other = await stored_case(store), await stored_case(store)
    await held(store, other.id, room_id="one", provider_id="dr_b", start=START + 2 * HOUR)
    await held(store, other.id, start=START)

    def in_two_rooms(hours: int) -> list[Appointment]:
        return [a_hold(case.id, start=START + hours * HOUR, room_id=room) for room in ("one", "two")]

    async with store.unit_of_work() as uow:
        got = await uow.appointments.hold_first(map(in_two_rooms, (0, 2, 4, 6)), count=2, now=NOW)
        await uow.commit()
    assert [(one.start, one.room_id) for one in got] == [
        (START + 2 * HOUR, "two"),
        (START + 4 * HOUR, "one"),
    ]
    async with store.unit_of_work() as uow:
        assert [one.id for one in await uow.appointments.of_case(case.id)] == [one.id for one in got[::-1]]
        fewer = await uow.appointments.hold_first(map(in_two_rooms, (6, 8, 10)), count=3, now=NOW, most=3)
        assert [one.start for one in fewer] == [START + 6 * HOUR], "one more is what this person may hold"
        with pytest.raises(TooManyHolds):
            await uow.appointments.hold_first(map(in_two_rooms, (8, 10)), count=3, now=NOW, most=3)


async def test_parallel_holds_of_one_person_stay_within_the_limit(store: Store) -> None:
    case = await stored_case(store)

    async def hold(number: int) -> bool:
        one = a_hold(case.id, start=START + number * 2 * HOUR, holder="3145550123")
        async with store.unit_of_work() as uow:
            try:
                await uow.appointments.hold(one, now=NOW, most=3)
            except TooManyHolds:
                return False
            await uow.commit()
        return True

    assert sum(await asyncio.gather(*(hold(number) for number in range(8)))) == 3


async def test_a_case_books_one_time(store: Store) -> None:
    case = await stored_case(store)
    first, second = await held(store, case.id), await held(store, case.id, start=START + 2 * HOUR)
    async with store.unit_of_work() as uow:
        await uow.appointments.book(first.id, case_id=case.id, now=NOW)
        await uow.commit()
    async with store.unit_of_work() as uow:
        with pytest.raises(Conflict):
            await uow.appointments.book(second.id, case_id=case.id, now=NOW)
    async with store.unit_of_work() as uow:
        assert await uow.appointments.cancel(first.id, case_id=case.id)
        assert (await uow.appointments.book(second.id, case_id=case.id, now=NOW)).status == "booked"
        assert not await uow.appointments.cancel(first.id, case_id=case.id), "it was cancelled before"


async def test_a_time_that_has_begun_is_not_booked(store: Store) -> None:
    case = await stored_case(store)
    hold = await held(store, case.id, start=NOW + MINUTE, hold_expires_at=NOW + HOUR)
    async with store.unit_of_work() as uow:
        with pytest.raises(HoldExpired):
            await uow.appointments.book(hold.id, case_id=case.id, now=NOW + MINUTE)


async def test_parallel_holds_on_one_time_have_one_winner(store: Store) -> None:
    case = await stored_case(store)

    async def hold() -> bool:
        async with store.unit_of_work() as uow:
            try:
                await uow.appointments.hold(a_hold(case.id), now=NOW)
            except TimeTaken:
                return False
            await uow.commit()
        return True

    assert sum(await asyncio.gather(*(hold() for _ in range(8)))) == 1


async def test_holds_in_opposite_order_end_well(store: Store) -> None:
    """Two units want the same two times, in opposite order: PostgreSQL ends the deadlock."""
    case = await stored_case(store)
    times = [START, START + 2 * HOUR]

    async def hold(order: list[dt.datetime]) -> int:
        won = 0
        async with store.unit_of_work() as uow:
            for start in order:
                try:
                    await uow.appointments.hold(a_hold(case.id, start=start), now=NOW)
                    won += 1
                except TimeTaken:
                    pass
                await asyncio.sleep(0.02)
            await uow.commit()
        return won

    assert sum(await asyncio.gather(hold(times), hold(times[::-1]))) == 2


async def test_confirm_races_with_a_thief_after_expiry(store: Store) -> None:
    case, thief = await stored_case(store), await stored_case(store)
    hold = await held(store, case.id)

    async def confirm() -> bool:
        async with store.unit_of_work() as uow:
            try:
                await uow.appointments.book(hold.id, case_id=case.id, now=LATER - 2 * MINUTE)
            except HoldExpired:
                return False
            await uow.commit()
        return True

    async def steal() -> bool:
        async with store.unit_of_work() as uow:
            try:
                await uow.appointments.hold(a_hold(thief.id, hold_expires_at=LATER + HOUR), now=LATER)
            except TimeTaken:
                return False
            await uow.commit()
        return True

    assert sum(await asyncio.gather(confirm(), steal())) == 1
