"""The watchdog over a real store: an unacknowledged emergency gets louder, once."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.watchdog import look
from bot.domain.errors import StoreUnavailable
from bot.domain.tasks import LOUD, NEXT_CONTACT, StaffTask
from bot.services.ports import UnitOfWork, UnitOfWorkFactory
from bot.services.watch import FLAG, escalate_overdue
from bot.store import Store, open_store
from tests.integration.store.samples import NOW, a_case, a_task

DUE = NOW + dt.timedelta(minutes=5)
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)


@dataclass(kw_only=True)
class Watching:
    """A `WatchContext` whose clock stands still; `now()` is its own clock."""

    unit_of_work: UnitOfWorkFactory
    moment: dt.datetime

    @property
    def clock(self) -> Watching:
        return self

    def now(self) -> dt.datetime:
        return self.moment


async def emergency(store: Store, *, priority: str = "P0", **given: object) -> StaffTask:
    case = a_case(status="emergency", handoff="emergency")
    task = a_task(case.id, kind="emergency", priority=priority, due_at=DUE, **given)
    async with store.unit_of_work() as uow:
        await uow.cases.add(case)
        await uow.tasks.add(task)
        await uow.commit()
    return task


async def flags(store: Store, case_id: str) -> tuple[str, ...]:
    async with store.unit_of_work(write=False) as uow:
        return (await uow.cases.get(case_id)).flags


@pytest.mark.parametrize(("moment", "late"), [(DUE - SECOND, False), (DUE, False), (DUE + SECOND, True)])
async def test_an_open_emergency_escalates_after_its_due_time(
    store: Store, moment: dt.datetime, late: bool
) -> None:
    task = await emergency(store)
    found = await escalate_overdue(Watching(unit_of_work=store.unit_of_work, moment=moment))
    assert [one.id for one in found] == ([task.id] if late else [])
    assert (FLAG in await flags(store, task.case_id)) is late


async def test_it_escalates_once(store: Store) -> None:
    await emergency(store)
    ctx = Watching(unit_of_work=store.unit_of_work, moment=DUE + SECOND)
    assert len(await escalate_overdue(ctx)) == 1
    assert await escalate_overdue(ctx) == []


async def test_an_acknowledged_emergency_stays_quiet(store: Store) -> None:
    task = await emergency(store)
    async with store.unit_of_work() as uow:
        await uow.tasks.acknowledge(task.id, by="nurse", at=DUE)
        await uow.commit()
    assert await escalate_overdue(Watching(unit_of_work=store.unit_of_work, moment=DUE + SECOND)) == []


async def test_an_overdue_call_is_told_without_the_flag_of_an_emergency(store: Store) -> None:
    task = await emergency(store, priority="P1")
    [told] = await escalate_overdue(Watching(unit_of_work=store.unit_of_work, moment=DUE + SECOND))
    assert (told.id, told.escalated) == (task.id, NEXT_CONTACT)
    assert FLAG not in await flags(store, task.case_id)


async def test_everybody_hears_what_the_next_contact_did_not_do(store: Store) -> None:
    await emergency(store, loud_at=DUE + 5 * MINUTE)
    steps = []
    for moment in (DUE + SECOND, DUE + 5 * MINUTE, DUE + 5 * MINUTE + SECOND, DUE + 60 * MINUTE):
        told = await escalate_overdue(Watching(unit_of_work=store.unit_of_work, moment=moment))
        steps.append([task.escalated for task in told])
    assert steps == [[NEXT_CONTACT], [], [LOUD], []]


async def test_two_watchdogs_tell_a_step_once(store: Store) -> None:
    await emergency(store)
    ctx = Watching(unit_of_work=store.unit_of_work, moment=DUE + SECOND)
    told = await asyncio.gather(*(escalate_overdue(ctx) for _ in range(4)))
    assert sum(len(one) for one in told) == 1


async def test_what_is_told_outside_is_queued_with_the_step(store: Store) -> None:
    task = await emergency(store)

    async def fail(uow: UnitOfWork, told: StaffTask) -> None:
        raise StoreUnavailable("the outbox cannot be written")

    ctx = Watching(unit_of_work=store.unit_of_work, moment=DUE + SECOND)
    with pytest.raises(StoreUnavailable):
        await escalate_overdue(ctx, tell=fail)
    async with store.unit_of_work(write=False) as uow:
        assert (await uow.tasks.get(task.id)).escalated == 0  # told again at the next look


async def test_the_noise_names_case_and_task_only(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    task = await emergency(store)
    with caplog.at_level(logging.CRITICAL, logger="bot.cli.watchdog"):
        await look(Watching(unit_of_work=store.unit_of_work, moment=DUE + SECOND))
    (record,) = caplog.records
    assert (record.__dict__["case_id"], record.__dict__["task_id"]) == (task.case_id, task.id)


async def test_a_store_that_is_down_is_said_and_survived(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/nowhere/intake.sqlite3")
    await look(Watching(unit_of_work=store.unit_of_work, moment=DUE))
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    await store.close()
