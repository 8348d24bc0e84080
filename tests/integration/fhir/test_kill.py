"""Kill -9 between any two steps of a push: nothing is lost, nothing is there twice."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import sys

import pytest

from bot.settings import ROOT
from tests.integration.console.conversations import ROUTINE
from tests.integration.fhir.conftest import Desk
from tests.integration.fhir.test_push import CALLBACK, change

PLACES = ("fhir.claimed", "fhir.noted_attempt", "fhir.sent", "fhir.noted")
LEASE = 130


async def run(desk: Desk, database: str, *, failpoint: str = "") -> int:
    """One look of a publisher process after the last one's lease; its exit status."""
    desk.world.clock.pass_(seconds=LEASE)
    ahead = (desk.world.clock.now() - dt.datetime.now(dt.UTC)).total_seconds()
    server = desk.server
    command = ["-m", "tests.integration.fhir.pusher", database, server.url, server.token, str(ahead)]
    environment = {"PATH": os.environ["PATH"], "FAILPOINT": failpoint}
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, env=environment)
    return await process.wait()


@pytest.mark.parametrize(
    ("database_url", "place"),
    [
        *(("sqlite", place) for place in PLACES),
        pytest.param("postgresql", "fhir.sent", marks=pytest.mark.postgres),
    ],
    indirect=["database_url"],
)
async def test_killed_at_the_first_telling_and_at_a_change(desk: Desk, database_url: str, place: str) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    for _ in range(2):
        assert await run(desk, database_url, failpoint=place) == -signal.SIGKILL
        assert await run(desk, database_url) == 0
        assert await desk.push() == 0, "all of it is told"
        await change(desk, case_id)
    kinds = [name.partition("/")[0] for name in desk.server.kept]
    assert {kind: kinds.count(kind) for kind in ("Patient", "Questionnaire", "Task", "Provenance")} == {
        "Patient": 1, "Questionnaire": 1, "Task": 1, "Provenance": 1,
    }  # fmt: skip
    assert ("export_failed", "open") not in await desk.tasks(case_id)
