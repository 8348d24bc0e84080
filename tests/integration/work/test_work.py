"""Tries, sleep, how work ends: codes of the clinic, once, never behind a colleague's back."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain.errors import Conflict, InvalidInput
from bot.domain.tasks import StaffTask, standing
from bot.services.office import claims, work_desk
from tests.integration.console.staff_world import World
from tests.integration.work.test_claims import listed, owner, queued, tasks_of


async def attempts(world: World, task: StaffTask) -> list[tuple[str, str, str]]:
    async with world.store.unit_of_work(write=False) as uow:
        return [(one.by, one.how, one.note) for one in await uow.tasks.attempts(task.case_id)]


async def test_a_try_is_written_down_once_and_who_tries_has_the_case(world: World) -> None:
    nurse, task = await world.add_member("nurse"), await queued(world)
    for _ in range(2):
        tried = await work_desk.log_try(
            world.ctx, nurse, task.id, how="left_message", note=" machine ", client_id="a"
        )
    assert (tried.attempts, tried.acknowledged_by) == (1, "nurse")
    assert await attempts(world, task) == [("nurse", "left_message", "machine")]
    assert (await world.audit())[-1] == (
        "nurse", "task.tried", task.case_id, {"task_id": task.id, "how": "left_message"},
    )  # fmt: skip


async def test_no_answer_and_again_later(world: World) -> None:
    nurse = await world.add_member("nurse")
    task = await queued(world, "urgent_callback", "P1")
    tried = await work_desk.log_try(world.ctx, nurse, task.id, how="no_answer", again_minutes=30)
    assert standing(tried, now=world.clock.now()) == "snoozed"
    assert await listed(world, "nurse", "mine") == []
    assert await listed(world, "nurse", "snoozed") == [task.id]
    world.clock.pass_(minutes=30)
    assert await listed(world, "nurse", "mine") == [task.id]  # it wakes by itself


@pytest.mark.parametrize(("priority", "most"), [("P1", 60), ("P2", 1440), ("P3", 10080)])
async def test_a_task_sleeps_no_longer_than_its_priority_allows(
    world: World, priority: str, most: int
) -> None:
    nurse = await world.add_member("nurse")
    task = await queued(world, priority=priority)
    for minutes in (0, -5, most + 1):
        with pytest.raises(InvalidInput, match=f"1 to {most} minutes"):
            await work_desk.snooze(world.ctx, nurse, task.id, minutes=minutes)
    asleep = await work_desk.snooze(world.ctx, nurse, task.id, minutes=most)
    assert asleep.snoozed_until == world.clock.now() + dt.timedelta(minutes=most)
    assert asleep.due_at == task.due_at  # what was promised stays promised


async def test_an_emergency_does_not_sleep(world: World) -> None:
    nurse = await world.add_member("nurse")
    task = await queued(world, "emergency", "P0")
    with pytest.raises(InvalidInput, match="cannot be put off"):
        await work_desk.snooze(world.ctx, nurse, task.id, minutes=1)


async def test_taking_a_sleeping_task_wakes_it(world: World) -> None:
    nurse, task = await world.add_member("nurse"), await queued(world)
    await work_desk.log_try(world.ctx, nurse, task.id, how="busy", again_minutes=30)
    assert (await claims.claim(world.ctx, nurse, task.id)).snoozed_until is None


async def test_closing_says_how_it_ended_and_frees_the_case(world: World) -> None:
    nurse, task = await world.add_member("nurse"), await queued(world)
    await claims.claim(world.ctx, nurse, task.id)
    done = await work_desk.close(world.ctx, nurse, task.id, outcome="visit_booked", note="for Thursday")
    assert (done.status, done.outcome, done.note) == ("done", "visit_booked", "for Thursday")
    assert await owner(world, task) is None
    again = await work_desk.close(world.ctx, nurse, task.id, outcome="declined")
    assert again == done
    assert [row[1] for row in await world.audit()].count("task.finished") == 1
    assert "Thursday" not in str(await world.audit())


async def test_the_case_stays_ones_own_while_work_is_left(world: World) -> None:
    nurse, task = await world.add_member("nurse"), await queued(world)
    await work_desk.add_by_hand(world.ctx, nurse, task.case_id, kind="records_collection")
    await claims.claim(world.ctx, nurse, task.id)
    await work_desk.close(world.ctx, nurse, task.id, outcome="answered")
    assert await owner(world, task) == "nurse"


@pytest.mark.parametrize(
    ("outcome", "note", "field"),
    [
        ("gone", "", "outcome"),
        ("benefits_confirmed", "", "outcome"),
        ("not_reached", "", "outcome"),
        ("other", " ", "note"),
        ("answered", "x" * 1001, "note"),
    ],
)
async def test_an_end_that_does_not_fit_is_refused(world: World, outcome: str, note: str, field: str) -> None:
    nurse, task = await world.add_member("nurse"), await queued(world)
    with pytest.raises(InvalidInput) as refused:
        await work_desk.close(world.ctx, nurse, task.id, outcome=outcome, note=note)
    assert refused.value.field == field
    assert (await tasks_of(world, task.case_id))[0].status == "open"


async def test_not_reached_needs_three_tries(world: World) -> None:
    nurse, task = await world.add_member("nurse"), await queued(world)
    for number in range(3):
        with pytest.raises(InvalidInput, match=f"{3 - number} more tries"):
            await work_desk.close(world.ctx, nurse, task.id, outcome="not_reached")
        await work_desk.log_try(world.ctx, nurse, task.id, how="no_answer")
    done = await work_desk.close(world.ctx, nurse, task.id, outcome="not_reached")
    assert done.outcome == "not_reached"


async def test_nothing_happens_behind_a_colleagues_back(world: World) -> None:
    nurse, other = await world.add_member("nurse"), await world.add_member("nurse", name="other")
    task = await queued(world)
    await claims.claim(world.ctx, nurse, task.id)
    for attempt in (
        work_desk.log_try(world.ctx, other, task.id, how="reached"),
        work_desk.snooze(world.ctx, other, task.id, minutes=5),
        work_desk.close(world.ctx, other, task.id, outcome="answered"),
    ):
        with pytest.raises(Conflict, match="nurse works on this case"):
            await attempt
    assert await attempts(world, task) == []


async def test_what_is_done_takes_no_more_work(world: World) -> None:
    nurse, task = await world.add_member("nurse"), await queued(world)
    await work_desk.close(world.ctx, nurse, task.id, outcome="double")
    for attempt in (
        claims.claim(world.ctx, nurse, task.id),
        claims.assign(world.ctx, nurse, task.id, to="nurse"),
        work_desk.log_try(world.ctx, nurse, task.id, how="reached"),
        work_desk.snooze(world.ctx, nurse, task.id, minutes=5),
    ):
        with pytest.raises(Conflict, match="done already"):
            await attempt


async def test_work_by_hand_is_one_of_a_kind(world: World) -> None:
    nurse = await world.add_member("nurse")
    case_id = await world.add_case()
    first = await work_desk.add_by_hand(
        world.ctx, nurse, case_id, kind="imaging_coordination", note="MRI at X"
    )
    assert (first.priority, first.note) == ("P3", "MRI at X")
    assert await work_desk.add_by_hand(world.ctx, nurse, case_id, kind="imaging_coordination") == first
    with pytest.raises(InvalidInput):
        await work_desk.add_by_hand(world.ctx, nurse, case_id, kind="emergency")
