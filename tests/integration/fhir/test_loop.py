"""The gateway's own loops: what the settings name is told, and nothing when they name nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot import bootstrap
from bot.messaging import publishers
from tests.conftest import make_settings
from tests.fhir.cases import NAMESPACE
from tests.integration.console.conversations import ROUTINE
from tests.integration.fhir.conftest import Desk
from tests.integration.fhir.test_push import CALLBACK

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def until_told(desk: Desk, work: asyncio.Task[None]) -> None:
    """Wait for the first transaction, then end the loop."""
    for _ in range(200):
        if desk.server.transactions or work.done():
            break
        await asyncio.sleep(0.05)
    work.cancel()
    await asyncio.wait([work])


@on_sqlite
async def test_a_set_server_is_told(desk: Desk, tmp_path: Path) -> None:
    await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    settings = make_settings(
        data_dir=tmp_path, fhir_url=desk.server.url, fhir_token=desk.server.token, fhir_namespace=NAMESPACE
    )
    line = bootstrap.build_fhir_server(settings)
    assert line is not None
    (work,) = bootstrap._publishers(desk.ctx, settings, line, None)
    await until_told(desk, asyncio.ensure_future(work()))
    await line.close()
    assert desk.server.transactions == 1


@on_sqlite
async def test_nothing_goes_out_without_settings(desk: Desk, tmp_path: Path) -> None:
    settings = make_settings(data_dir=tmp_path)
    lines = (bootstrap.build_fhir_server(settings), bootstrap.build_caldav_server(settings))
    assert lines == (None, None)
    assert bootstrap._publishers(desk.ctx, settings, *lines) == []


async def test_a_step_that_fails_does_not_end_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    stop, tries = asyncio.Event(), 0

    async def fails_once() -> int:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise OSError("patient words")
        stop.set()
        return 0

    await asyncio.wait_for(publishers.keep(fails_once, stop, pause_seconds=0.01), timeout=5)
    assert tries == 2
    assert "worker step failed: OSError" in caplog.text
    assert "patient words" not in caplog.text
