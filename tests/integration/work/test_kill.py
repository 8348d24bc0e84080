"""Kill -9 between any two steps of a reminder and of all work on a task: nothing is lost, and what counts is
there once."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import sys

import pytest

from bot.settings import ROOT
from tests.integration.console.staff_world import World

PLACES = (
    "reminder.queued", "reminder.committed",
    "work.recorded:1", "work.recorded:2", "work.recorded:3",  # claimed, assigned, put off
    "work.recorded:4", "work.committed",  # the try
    "work.recorded:4", "work.committed", "nowhere",  # the end of the task
)  # fmt: skip


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_reminder_and_the_work_on_a_task_killed_anywhere(world: World, database_url: str) -> None:
    await world.add_member("nurse")
    case_id = await world.add_case(
        task="callback", priority="P2", booked_in_hours=50, phase="done", status="booked",
        handoff="booking", channel="sms", address="+15555550142",
    )  # fmt: skip
    [task] = await world.tasks(case_id)
    later = world.clock.now() + dt.timedelta(hours=27)
    command = ["-m", "tests.integration.work.doer", database_url, task.id, later.isoformat(), *PLACES]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env={"PATH": os.environ["PATH"]}, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert printed.decode().split() == [str(int(signal.SIGKILL))] * (len(PLACES) - 1) + ["0"]
    async with world.store.unit_of_work() as uow:
        said = [one.text for one in await uow.messages.after(case_id, 0)]
        due = await uow.outbox.claim_due(owner="t", now=later, lease_seconds=60)
        case = await uow.cases.get(case_id)
        [tried] = await uow.tasks.attempts(case_id)
    assert len([text for text in said if "you have a visit" in text]) == 1
    assert len({item.dedupe_key for item in due}) == 1
    assert case.claimed_by is None, "its last work is done"
    assert (tried.how, tried.by) == ("left_message", "nurse")
    [done] = await world.tasks(case_id)
    assert (done.status, done.outcome, done.attempts) == ("done", "answered", 1)
    actions = [action for _, action, _, _ in await world.audit()]
    assert [actions.count(one) for one in ("task.tried", "task.finished")] == [1, 1]
