"""The watchdog over a real store: an unacknowledged emergency gets louder, once."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.watchdog import look
from bot.domain.errors import StoreUnavailable
from bot.domain.tasks import LOUD, NEXT_CONTACT, StaffTask, is_alarm
from bot.ops.addresses import free_port
from bot.ops.parts import ENGINE_PYTHON
from bot.services.ports import UnitOfWork, UnitOfWorkFactory
from bot.services.queues.watch import FLAG, escalate_overdue
from bot.settings import ROOT
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


async def test_an_emergency_that_somebody_took_and_forgot_is_told_to_everybody_again(store: Store) -> None:
    task, told = await emergency(store), []
    async with store.unit_of_work() as uow:
        await uow.tasks.acknowledge(task.id, by="nurse", at=DUE, loud_at=DUE + 20 * MINUTE)
        await uow.cases.save(dataclasses.replace(await uow.cases.get(task.case_id), claimed_by="nurse"))
        await uow.tasks.stir(task.case_id, loud_at=DUE + 30 * MINUTE)
        await uow.commit()

    async def tell(_: UnitOfWork, one: StaffTask) -> None:
        told.append(one.escalated)

    for moment in (DUE + 30 * MINUTE, DUE + 30 * MINUTE + SECOND, DUE + 31 * MINUTE):
        await escalate_overdue(Watching(unit_of_work=store.unit_of_work, moment=moment), tell=tell)
    assert told == [NEXT_CONTACT, LOUD], "once, and not before its time"
    assert FLAG in await flags(store, task.case_id)
    async with store.unit_of_work(write=False) as uow:
        assert is_alarm(await uow.tasks.get(task.id), now=DUE + 31 * MINUTE)
        assert (await uow.cases.get(task.case_id)).claimed_by is None, "anybody may take it"


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


async def test_the_process_raises_what_waits_when_gateway_and_engine_are_killed(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """The gateway served and the engine was on its way when they died; only the store is left."""
    file = tmp_path / "intake.sqlite3"
    shutil.copy(sqlite_template, file)
    environment = _environment(tmp_path, file)
    others = [_start(environment, *command) for command in (GATEWAY, ENGINE)]
    try:
        store = open_store(f"sqlite:///{file}")
        past = dt.datetime.now(dt.UTC) - 30 * MINUTE
        waiting = [await _overdue(store, priority, past) for priority in ("P0", "P1")]
        await asyncio.to_thread(_until_served, int(environment["INTAKE_PORT"]))
    finally:
        for process in others:
            process.kill()
            process.wait()
    assert not _serves(int(environment["INTAKE_PORT"]))
    said = [await asyncio.to_thread(_run_once, environment) for _ in range(2)]
    async with store.unit_of_work(write=False) as uow:
        assert [(await uow.tasks.get(task.id)).escalated for task in waiting] == [LOUD, LOUD]
    assert FLAG in await flags(store, waiting[0].case_id)
    assert all(task.id in log for task in waiting for log in said)
    await store.close()


GATEWAY = (sys.executable, "-m", "bot", "serve")
ENGINE = (str(ENGINE_PYTHON), "-m", "bot.engine.run")


def _environment(folder: Path, file: Path) -> dict[str, str]:
    return {
        **os.environ,
        "INTAKE_DATABASE_URL": f"sqlite:///{file}",
        "INTAKE_DATA_DIR": str(folder),
        "INTAKE_PORT": str(free_port("127.0.0.1")),
        "INTAKE_ENGINE_URL": f"http://127.0.0.1:{free_port('127.0.0.1')}",
        "INTAKE_ENGINE_SECRET": "e" * 64,
        "INTAKE_ACTIONS_SECRET": "a" * 64,
        "INTAKE_DEMO": "true",
    }


def _start(environment: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)


def _serves(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _until_served(port: int) -> None:
    deadline = time.monotonic() + 300  # a busy machine reads the language layer for minutes
    while not _serves(port):
        assert time.monotonic() < deadline, "the gateway did not come up"
        time.sleep(0.1)


async def _overdue(store: Store, priority: str, since: dt.datetime) -> StaffTask:
    case = a_case()
    times = {"created_at": since, "due_at": since + MINUTE, "loud_at": since + 2 * MINUTE}
    task = a_task(case.id, kind="urgent_callback", priority=priority, **times)
    async with store.unit_of_work() as uow:
        await uow.cases.add(case)
        await uow.tasks.add(task)
        await uow.commit()
    return task


def _run_once(environment: dict[str, str]) -> str:
    """One look of the real process; what it logged."""
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "watchdog", "--once"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return ended.stderr
