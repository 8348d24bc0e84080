"""The work queue on both databases: order, views, pages, tries, sleep."""

from __future__ import annotations

import dataclasses
import datetime as dt
from random import Random
from typing import Any

import pytest

from bot.domain.errors import InvalidInput
from bot.domain.levels import Level
from bot.domain.tasks import LOUD, Attempt, StaffTask, escalation, is_forgotten
from bot.services.ports import View, WorkFilter
from bot.store import Store
from tests.integration.store.samples import HOUR, MINUTE, NOW, a_case, a_task

EVERYTHING = WorkFilter(view="all", private=True)


async def queued(
    store: Store, *, level: Level = Level.NONE, by: str | None = None, **given: Any
) -> StaffTask:
    """A task of a case of its own, made before `minutes_ago`."""
    asked = NOW - given.pop("minutes_ago", 0) * MINUTE
    case = a_case(level=level, claimed_by=by, created_at=asked)
    task = a_task(case.id, **given)
    async with store.unit_of_work() as uow:
        await uow.cases.add(case)
        await uow.tasks.add(task)
        await uow.commit()
    return task


async def listed(store: Store, view: View = "all", *, member: str = "Ann", private: bool = True) -> list[str]:
    wanted = WorkFilter(view=view, member=member, private=private)
    async with store.unit_of_work(write=False) as uow:
        rows, _ = await uow.work.page(wanted, now=NOW, after=None, limit=50)
    return [row["task"].id for row in rows]


async def test_alarms_then_priority_level_due_tier_and_age(store: Store) -> None:
    wanted = [
        await queued(store, priority="P0"),
        await queued(store, priority="P2", escalated=LOUD),
        await queued(store, priority="P0", status="acknowledged", acknowledged_by="Ann"),
        await queued(store, priority="P1"),
        await queued(store, priority="P2", level=Level.URGENT_48H, due_at=NOW + 3 * HOUR),
        await queued(store, priority="P2", due_at=NOW + HOUR),
        await queued(store, priority="P2", due_at=NOW + 2 * HOUR, tier=0, minutes_ago=5),
        await queued(store, priority="P2", due_at=NOW + 2 * HOUR, tier=1, minutes_ago=90),
        await queued(store, priority="P2", due_at=NOW + 2 * HOUR, tier=1, minutes_ago=5),
        await queued(store, priority="P3"),
    ]
    assert await listed(store) == [task.id for task in wanted]


async def test_pages_hold_every_task_once_while_others_come_and_go(store: Store) -> None:
    made = [
        await queued(store, priority=f"P{number % 4}", due_at=NOW + number * MINUTE) for number in range(11)
    ]
    seen: list[str] = []
    cursor: str | None = None
    async with store.unit_of_work() as uow:
        while True:
            rows, cursor = await uow.work.page(EVERYTHING, now=NOW, after=cursor, limit=3)
            seen += [row["task"].id for row in rows]
            if cursor is None:
                break
            await uow.tasks.finish(seen[0], by="Ann", at=NOW, note="called")
    assert sorted(seen) == sorted(task.id for task in made)


async def test_a_strange_cursor_is_refused(store: Store) -> None:
    async with store.unit_of_work(write=False) as uow:
        for cursor in ("", "x", "WzFd", "eyJhIjoxfQ"):
            with pytest.raises(InvalidInput):
                await uow.work.page(EVERYTHING, now=NOW, after=cursor, limit=3)


async def test_views(store: Store) -> None:
    free = await queued(store, priority="P1")
    mine = await queued(store, priority="P2", by="Ann")
    theirs = await queued(store, priority="P2", by="Bob", due_at=NOW + 2 * HOUR)
    asleep = await queued(store, priority="P3", snoozed_until=NOW + MINUTE)
    woken = await queued(store, priority="P3", snoozed_until=NOW, due_at=NOW + 3 * HOUR)
    hidden = await queued(store, priority="P3", private=True, due_at=NOW + 4 * HOUR)
    assert await listed(store) == [free.id, mine.id, theirs.id, woken.id, hidden.id]
    assert await listed(store, private=False) == [free.id, mine.id, theirs.id, woken.id]
    assert await listed(store, "mine") == [mine.id]
    assert await listed(store, "unassigned") == [free.id, woken.id, hidden.id]
    assert await listed(store, "snoozed") == [asleep.id]
    async with store.unit_of_work(write=False) as uow:
        counts = await uow.work.counts(member="Ann", private=True, now=NOW)
    assert counts == {"all": 5, "mine": 1, "unassigned": 3, "snoozed": 1, "alarms": 0, "late": 0}


async def test_counts_tell_alarms_and_what_is_late(store: Store) -> None:
    await queued(store, priority="P0", due_at=NOW - MINUTE)
    await queued(store, priority="P1", due_at=NOW - MINUTE, status="acknowledged", acknowledged_by="Ann")
    async with store.unit_of_work(write=False) as uow:
        counts = await uow.work.counts(member="Ann", private=False, now=NOW)
    assert (counts["alarms"], counts["late"], counts["mine"]) == (1, 2, 1)


async def test_a_row_holds_what_a_person_must_know(store: Store) -> None:
    task = await queued(store, level=Level.SAME_DAY, by="Bob", minutes_ago=7)
    async with store.unit_of_work(write=False) as uow:
        [row], _ = await uow.work.page(EVERYTHING, now=NOW, after=None, limit=3)
    assert row["task"] == task
    assert (row["level"], row["claimed_by"], row["asked_at"]) == ("same_day", "Bob", NOW - 7 * MINUTE)


async def test_tries_are_counted_and_kept_in_order(store: Store) -> None:
    task = await queued(store)
    tries = [
        Attempt(id=f"a{n}", task_id=task.id, case_id=task.case_id, at=NOW + n * MINUTE, by="Ann", how=how)
        for n, how in enumerate(["no_answer", "reached"])
    ]
    async with store.unit_of_work() as uow:
        for one in tries:
            await uow.tasks.add_attempt(one)
        assert await uow.tasks.attempts(task.case_id) == tries
        assert (await uow.tasks.get(task.id)).attempts == 2
        await uow.commit()


async def test_taking_a_task_wakes_it_and_a_done_one_does_not_sleep(store: Store) -> None:
    task = await queued(store)
    async with store.unit_of_work() as uow:
        asleep = await uow.tasks.snooze(task.id, until=NOW + HOUR)
        assert asleep == dataclasses.replace(task, snoozed_until=NOW + HOUR)
        assert (await uow.tasks.acknowledge(task.id, by="Ann", at=NOW)).snoozed_until is None
        done = await uow.tasks.finish(task.id, by="Ann", at=NOW, note="called", outcome="answered")
        assert done.outcome == "answered"
        assert await uow.tasks.snooze(task.id, until=NOW + HOUR) == done
        await uow.commit()


async def test_the_watchdog_reads_exactly_what_has_a_step_to_come(store: Store) -> None:
    """The query says what the domain says, for every mixture of times, states and steps."""
    random = Random(7)

    def moment() -> dt.datetime:
        return NOW + random.randrange(-90, 90) * MINUTE

    made = [
        await queued(
            store,
            priority=random.choice(["P0", "P1", "P2", "P3"]),
            status=random.choice(["open", "open", "acknowledged", "done"]),
            escalated=random.choice([0, 0, 1, 2]),
            due_at=moment(),
            next_contact_at=random.choice([None, moment()]),
            loud_at=random.choice([None, moment()]),
            snoozed_until=random.choice([None, moment()]),
        )
        for _ in range(80)
    ]
    async with store.unit_of_work(write=False) as uow:
        waiting = {task.id for task in await uow.tasks.waiting(now=NOW)}
    due = {task.id for task in made if escalation(task, now=NOW) > task.escalated}
    awake = [task for task in made if task.snoozed_until is None or task.snoozed_until <= NOW]
    forgotten = {task.id for task in awake if is_forgotten(task, now=NOW)}
    assert waiting == due | forgotten
    assert len(waiting) >= 5
