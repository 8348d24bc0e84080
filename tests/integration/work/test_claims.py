"""Nobody works on a case unknowingly: claims, assignments, what is given back."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from bot.domain.errors import Conflict, InvalidInput, NotAllowed, RoleRefused
from bot.domain.tasks import StaffTask
from bot.services.office import claims, desk, work_desk
from bot.services.ports import View
from bot.services.queues.watch import escalate_overdue
from tests.integration.console.staff_world import World


async def tasks_of(world: World, case_id: str) -> list[StaffTask]:
    async with world.store.unit_of_work(write=False) as uow:
        return await uow.tasks.of_case(case_id)


async def queued(world: World, kind: str = "callback", priority: str = "P2", **given: object) -> StaffTask:
    [task] = await tasks_of(world, await world.add_case(task=kind, priority=priority, **given))  # type: ignore[arg-type]
    return task


async def listed(world: World, name: str, view: View = "all") -> list[str]:
    page = await work_desk.list_work(world.ctx, world.members[name], view=view)
    return [row["task"].id for row in page.rows]


async def owner(world: World, task: StaffTask) -> str | None:
    async with world.store.unit_of_work(write=False) as uow:
        return (await uow.cases.get(task.case_id)).claimed_by


async def test_of_many_who_reach_for_a_case_at_once_one_has_it(world: World) -> None:
    people = [await world.add_member("nurse", name=f"nurse {number}") for number in range(6)]
    task = await queued(world)
    found = await asyncio.gather(
        *(claims.claim(world.ctx, one, task.id) for one in people), return_exceptions=True
    )
    lost = [one for one in found if isinstance(one, Conflict)]
    [won] = [one for one in found if isinstance(one, StaffTask)]
    assert len(lost) == 5
    assert all(str(one).startswith(f"{won.acknowledged_by} works on this case") for one in lost)
    assert won.acknowledged_by == await owner(world, task)


async def test_a_claim_takes_all_that_waits_in_the_case(world: World) -> None:
    nurse = await world.add_member("nurse")
    first = await queued(world, "urgent_callback", "P1")
    second = await work_desk.add_by_hand(world.ctx, nurse, first.case_id, kind="benefits_check")
    await claims.claim(world.ctx, nurse, first.id)
    assert {task.acknowledged_by for task in await tasks_of(world, first.case_id)} == {"nurse"}
    assert await listed(world, "nurse", "mine") == [first.id, second.id]
    assert await listed(world, "nurse", "unassigned") == []


async def test_claiming_again_changes_nothing(world: World) -> None:
    nurse, task = await world.add_member("nurse"), await queued(world)
    first = await claims.claim(world.ctx, nurse, task.id)
    world.clock.pass_(minutes=3)
    assert await claims.claim(world.ctx, nurse, task.id) == first


async def test_anybody_may_acknowledge_an_emergency_of_somebodys_case(world: World) -> None:
    front, nurse = await world.add_member("front_desk"), await world.add_member("nurse")
    task = await queued(world, "emergency", "P0", claimed_by=front.name)
    done = await desk.acknowledge(world.ctx, nurse, task.id)
    assert (done.status, done.acknowledged_by) == ("acknowledged", "nurse")
    assert await owner(world, task) == "front_desk"


async def test_acknowledging_a_free_emergency_is_having_the_case(world: World) -> None:
    nurse = await world.add_member("nurse")
    task = await queued(world, "emergency", "P0")
    await desk.acknowledge(world.ctx, nurse, task.id)
    assert await owner(world, task) == "nurse"


async def test_every_sign_of_work_on_an_emergency_keeps_it_from_being_told_again(world: World) -> None:
    nurse = await world.add_member("nurse")
    task = await queued(world, "emergency", "P0")
    taken = await desk.acknowledge(world.ctx, nurse, task.id)
    patience = dt.timedelta(minutes=20)
    assert taken.loud_at == world.clock.now() + patience
    world.clock.pass_(minutes=15)
    await work_desk.log_try(world.ctx, nurse, task.id, how="no_answer")
    world.clock.pass_(minutes=15)
    assert await escalate_overdue(world.ctx) == []
    await desk.write_note(world.ctx, nurse, task.case_id, text="her daughter drives her")
    world.clock.pass_(minutes=19)
    assert await escalate_overdue(world.ctx) == []
    world.clock.pass_(minutes=2)
    assert [one.id for one in await escalate_overdue(world.ctx)] == [task.id]
    assert await owner(world, task) is None
    again = await desk.acknowledge(world.ctx, nurse, task.id)
    assert (again.status, again.loud_at) == ("acknowledged", world.clock.now() + patience)


async def test_an_assignment_moves_the_case_and_says_from_whom(world: World) -> None:
    nurse, _ = await world.add_member("nurse"), await world.add_member("surgeon")
    task = await queued(world)
    await claims.claim(world.ctx, nurse, task.id)
    moved = await claims.assign(world.ctx, nurse, task.id, to="surgeon")
    assert (moved.acknowledged_by, await owner(world, task)) == ("surgeon", "surgeon")
    assert (await world.audit())[-1] == (
        "nurse", "case.assigned", task.case_id, {"task_id": task.id, "to": "surgeon", "before": "nurse"},
    )  # fmt: skip
    with pytest.raises(Conflict, match="surgeon works on this case"):
        await claims.claim(world.ctx, nurse, task.id)


@pytest.mark.parametrize("name", ["auditor", "nobody", ""])
async def test_work_is_assigned_only_to_who_may_do_it(world: World, name: str) -> None:
    nurse, _ = await world.add_member("nurse"), await world.add_member("auditor")
    task = await queued(world)
    with pytest.raises(InvalidInput):
        await claims.assign(world.ctx, nurse, task.id, to=name)
    assert await owner(world, task) is None


async def test_what_is_given_back_waits_for_anybody_and_an_emergency_sounds_again(world: World) -> None:
    nurse = await world.add_member("nurse")
    emergency = await queued(world, "emergency", "P0", due_minutes=-30)
    call = await work_desk.add_by_hand(world.ctx, nurse, emergency.case_id, kind="callback")
    await claims.claim(world.ctx, nurse, emergency.id)
    again = await claims.release(world.ctx, nurse, emergency.id)
    assert (again.status, again.due_at - world.clock.now()) == ("open", dt.timedelta(minutes=5))
    assert again.loud_at == world.clock.now() + dt.timedelta(minutes=10)
    waiting = {task.id: task for task in await tasks_of(world, call.case_id)}
    assert (waiting[call.id].status, waiting[call.id].due_at) == ("open", call.due_at)
    assert await owner(world, call) is None


async def test_a_colleague_who_went_home_is_released_by_another(world: World) -> None:
    nurse, other = await world.add_member("nurse"), await world.add_member("nurse", name="other")
    task = await queued(world)
    await claims.claim(world.ctx, nurse, task.id)
    await claims.release(world.ctx, other, task.id)
    assert (await world.audit())[-1][3]["before"] == "nurse"
    assert (await claims.claim(world.ctx, other, task.id)).acknowledged_by == "other"


async def test_private_work_does_not_exist_for_who_may_not_see_it(world: World) -> None:
    front, nurse = await world.add_member("front_desk"), await world.add_member("nurse")
    task = await queued(world, "safety_flag", "P1", private=True)
    assert await listed(world, "front_desk") == []
    assert await listed(world, "nurse") == [task.id]
    for attempt in (
        claims.claim(world.ctx, front, task.id),
        claims.release(world.ctx, front, task.id),
        claims.assign(world.ctx, front, task.id, to="nurse"),
        work_desk.snooze(world.ctx, front, task.id, minutes=5),
        work_desk.log_try(world.ctx, front, task.id, how="reached"),
        work_desk.close(world.ctx, front, task.id, outcome="answered"),
    ):
        with pytest.raises(NotAllowed):
            await attempt
    await claims.claim(world.ctx, nurse, task.id)


async def test_who_may_only_look_changes_nothing(world: World) -> None:
    auditor, task = await world.add_member("auditor"), await queued(world)
    for attempt in (
        claims.claim(world.ctx, auditor, task.id),
        work_desk.close(world.ctx, auditor, task.id, outcome="answered"),
        work_desk.add_by_hand(world.ctx, auditor, task.case_id, kind="callback"),
    ):
        with pytest.raises(RoleRefused):
            await attempt
    [row] = (await work_desk.list_work(world.ctx, auditor, view="all")).rows
    assert (row["name"], row["phone"]) == (None, None)
