"""The loops: from a text to its answer without anybody's hand, also after a failure."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import StoreUnavailable
from bot.messaging import run_workers, workers
from tests.integration.sms.world import EMERGENCY, PATIENT, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""One database is enough here; `test_races.py` and `test_delivery.py` run on both."""


async def until(world: World, count: int) -> None:
    deadline = time.monotonic() + 10
    while len(world.replies) < count and time.monotonic() < deadline:  # noqa: ASYNC110 - fed by a thread
        await asyncio.sleep(0.01)


async def test_texts_are_answered_until_told_to_stop(world: World) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_workers(world.ctx, world.provider, stop, pause_seconds=0.01))
    await world.text("hi")
    await until(world, 2)
    await world.text("there")
    await until(world, 3)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert world.replies[1:] == ["You said hi.", "You said there."]


async def test_a_failing_store_does_not_end_the_loops(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(workers, "PAUSE_AFTER_FAILURE_SECONDS", 0.01)
    down = True

    def unit_of_work(*, write: bool = True) -> Any:
        if down:
            raise StoreUnavailable("the record is away")
        return world.store.unit_of_work(write=write)

    ctx = replace(world.ctx, unit_of_work=unit_of_work)
    await world.text("my zanzibarleg hurts")
    stop = asyncio.Event()
    running = asyncio.create_task(run_workers(ctx, world.provider, stop, pause_seconds=0.01))
    await asyncio.sleep(0.1)
    assert world.replies == []
    down = False
    await until(world, 2)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert "StoreUnavailable" in caplog.text
    assert "zanzibarleg" not in caplog.text


async def test_cancelling_ends_the_loops(world: World) -> None:
    running = asyncio.create_task(run_workers(world.ctx, world.provider, asyncio.Event()))
    await asyncio.sleep(0.05)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_an_emergency_does_not_wait_for_somebody_elses_slow_turn(world: World) -> None:
    async def hang(request: object) -> None:
        await asyncio.sleep(60)

    world.dialogue.turn = hang  # type: ignore[assignment, method-assign]
    running = asyncio.create_task(run_workers(world.ctx, world.provider, asyncio.Event(), pause_seconds=0.01))
    await world.text("slow", From="+15555550143")
    await until(world, 1)
    await world.text(EMERGENCY)
    await until(world, 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert "911" in world.replies[1]
    assert world.recorder.sent[1].to == PATIENT


async def test_an_engine_that_hangs_for_everybody_keeps_no_emergency_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(request: object) -> None:
        await asyncio.sleep(60)

    world.dialogue.turn = hang  # type: ignore[assignment, method-assign]
    monkeypatch.setattr(workers, "MOST_AT_ONCE", 2)
    running = asyncio.create_task(run_workers(world.ctx, world.provider, asyncio.Event(), pause_seconds=0.01))
    for number in range(4):
        await world.text("slow", From=f"+1555555014{number}")
    await world.text(EMERGENCY, From="+15555550149")
    await world.until(3)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert any("911" in sent.body for sent in world.recorder.sent if sent.to == "+15555550149")


async def test_a_text_does_not_wait_for_somebody_elses_slow_delivery(world: World) -> None:
    world.recorder.fail(to="+15555550143", status=500, delay_seconds=3)
    running = asyncio.create_task(run_workers(world.ctx, world.provider, asyncio.Event(), pause_seconds=0.01))
    await world.text("slow", From="+15555550143")
    await asyncio.sleep(0.3)
    started = time.monotonic()
    await world.text("hi")
    await until(world, 2)
    assert time.monotonic() - started < 2.5
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert {sent.to for sent in world.recorder.sent} == {PATIENT}


async def test_the_webhook_answers_while_the_engine_hangs(world: World) -> None:
    """The turn comes later, whatever the engine does."""

    async def hang(request: object) -> None:
        await asyncio.sleep(60)

    world.dialogue.turn = hang  # type: ignore[assignment, method-assign]
    running = asyncio.create_task(run_workers(world.ctx, world.provider, asyncio.Event(), pause_seconds=0.01))
    await world.text("first")
    await until(world, 1)
    started = time.monotonic()
    for number in range(10):
        await world.text(f"text {number}")
    assert time.monotonic() - started < 5
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
