"""Several requests and workers at once, on both databases."""

from __future__ import annotations

import asyncio

from bot.services.texting import sms_turns
from tests.integration.sms.world import World, form


async def test_five_parallel_copies_count_once(world: World) -> None:
    fields = form("hi")
    answers = await asyncio.gather(*(world.post(fields) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    await world.work()
    assert world.dialogue.texts == ["hi"]


async def test_two_first_texts_at_once_open_one_case(world: World) -> None:
    await asyncio.gather(*(world.text(f"text {n}") for n in range(4)))
    async with world.store.unit_of_work(write=False) as uow:
        rows, _ = await uow.desk.cases(queue="all", query=None, reference=None, after=None, limit=10)
    assert len(rows) == 1
    assert len(await world.messages(rows[0]["id"])) == 4


async def test_two_workers_run_each_turn_once(world: World) -> None:
    for number in range(3):
        await world.text(f"part {number}")
        world.clock.move(seconds=1)
    await asyncio.gather(*(sms_turns.process_waiting(world.ctx, world.failures) for _ in range(3)))
    assert world.dialogue.texts == [f"part {number}" for number in range(3)]
