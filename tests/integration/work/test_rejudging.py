"""New rules put past cases on the queue that they judge more urgent: once a version, and only those."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.levels import Level
from bot.domain.tasks import StaffTask
from bot.protocols.releases import Release, load_release
from bot.services.clinic.rejudging import queue_risen
from bot.settings import ROOT
from tests.integration.console.conversations import EMERGENCY, ROUTINE, SAME_DAY
from tests.integration.console.staff_world import World
from tests.integration.work.test_claims import tasks_of


@pytest.fixture
def release() -> Release:
    """The version in force. Cases below were handled under rules that knew less."""
    return load_release(ROOT / "data" / "protocols")


async def run(world: World, release: Release) -> list[bool]:
    return [queued async for queued in queue_risen(world.ctx, release)]


async def handled(world: World, talk: Any, *, level: Level = Level.NONE, **given: Any) -> str:
    """A case that older rules took for less urgent."""
    return await world.add_case(talk, level=level, rules=(), status="closed", **given)


async def queued(world: World, case_id: str) -> list[StaffTask]:
    return [task for task in await tasks_of(world, case_id) if task.kind == "rejudged"]


async def test_a_case_that_became_urgent_is_queued_once(world: World, release: Release) -> None:
    risen = await handled(world, SAME_DAY)
    calm = await handled(world, ROUTINE)
    known = await handled(world, SAME_DAY, level=Level.SAME_DAY)
    assert sorted(await run(world, release)) == [False, False, True]
    assert await run(world, release) == [False, False, False]
    [task] = await queued(world, risen)
    assert (task.priority, task.status) == ("P1", "open")
    assert "same day" not in task.note
    assert "red flags-1.0.0" in task.note
    assert "same_day (RF" in task.note
    assert await queued(world, calm) == await queued(world, known) == []


async def test_another_version_queues_a_case_again_after_it_was_done(world: World, release: Release) -> None:
    case_id = await handled(world, SAME_DAY)
    await run(world, release)
    [task] = await queued(world, case_id)
    async with world.store.unit_of_work() as uow:
        await uow.tasks.finish(task.id, by="Ann", at=world.clock.now(), note="spoke")
        await uow.commit()
    assert await run(world, release) == [False]
    assert await run(world, replace(release, name="red_flags-1.1.0")) == [True]


@pytest.mark.parametrize(("days", "priority"), [(0, "P0"), (3, "P1")])
async def test_an_emergency_of_days_ago_is_called_the_same_day(
    world: World, release: Release, days: int, priority: str
) -> None:
    case_id = await handled(world, EMERGENCY)
    world.clock.pass_(days=days)
    await run(world, release)
    [task] = await queued(world, case_id)
    assert task.priority == priority


@pytest.mark.parametrize("given", [{"test": True}, {"consent": "refused"}])
async def test_who_must_not_be_called_is_not(world: World, release: Release, given: dict[str, Any]) -> None:
    await handled(world, SAME_DAY, **given)
    assert await run(world, release) == [False]


async def test_a_case_of_long_ago_is_another_story(world: World, release: Release) -> None:
    await handled(world, SAME_DAY)
    world.clock.pass_(days=91)
    assert await run(world, release) == [False]


async def test_an_interrupted_run_goes_on(world: World, release: Release) -> None:
    for _ in range(3):
        await handled(world, SAME_DAY)
    async for added in queue_risen(world.ctx, release):
        assert added
        break  # killed after the first
    assert sorted(await run(world, release)) == [False, True, True]
