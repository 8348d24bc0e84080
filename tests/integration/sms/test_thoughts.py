"""Several texts within seconds are one thought and one turn; an emergency in any is answered at once."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.cases import Draft, MessageChoice
from bot.messaging import run_workers
from bot.services.ports import TurnReply, TurnRequest
from bot.services.texting import sms_turns
from tests.integration.sms.world import EMERGENCY, World, form

SETTLE = 4.0
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def settle_seconds() -> float:
    """The door waits so long for the rest of a thought."""
    return SETTLE


async def texts(world: World, *bodies: str, seconds: float = 1) -> None:
    for body in bodies:
        await world.text(body)
        world.clock.move(seconds=seconds)


@ON_SQLITE
async def test_texts_within_seconds_are_answered_as_one(world: World) -> None:
    await texts(world, "so my back hurts", "like really bad", "since march")
    await world.work()
    assert world.replies == []
    world.clock.move(seconds=SETTLE)
    await world.work()
    assert world.dialogue.texts == ["so my back hurts\nlike really bad\nsince march"]
    assert len(world.replies) == 2  # the greeting and one answer


async def test_both_databases_keep_one_thought_as_one_message(world: World) -> None:
    await asyncio.gather(*(world.text(f"part {number}") for number in range(4)))
    case = await world.case()
    [message] = await world.messages(case.id)
    assert sorted(message.text.split("\n")) == [f"part {number}" for number in range(4)]
    world.clock.move(seconds=SETTLE)
    await asyncio.gather(*(sms_turns.process_waiting(world.ctx, world.failures) for _ in range(3)))
    assert world.dialogue.texts == [message.text]


@ON_SQLITE
async def test_each_text_begins_the_wait_anew_and_a_late_one_is_another_thought(world: World) -> None:
    await texts(world, "one", "two", seconds=SETTLE - 1)
    await world.work()
    assert world.replies == []
    world.clock.move(seconds=1)
    await texts(world, "three")
    world.clock.move(seconds=SETTLE)
    await world.work()
    assert world.dialogue.texts == ["one\ntwo", "three"]


@ON_SQLITE
async def test_an_emergency_in_any_of_them_is_answered_at_once(world: World) -> None:
    running = asyncio.create_task(run_workers(world.ctx, world.provider, asyncio.Event(), pause_seconds=0.01))
    await world.text("hi there")
    await world.text(EMERGENCY)
    await world.until(2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert "911" in world.replies[0]
    assert "automated helper" in world.replies[1]
    assert world.dialogue.requests == []


@ON_SQLITE
async def test_an_emergency_told_in_two_halves_is_seen(world: World) -> None:
    half = len(EMERGENCY) // 2
    world.reader_joins_lines()
    await texts(world, EMERGENCY[:half], EMERGENCY[half:])
    world.clock.move(seconds=SETTLE)
    await world.work()
    assert "911" in world.replies[0]


@ON_SQLITE
async def test_a_process_that_dies_in_the_turn_loses_and_repeats_nothing(world: World) -> None:
    started = asyncio.Event()

    async def hang(request: TurnRequest) -> TurnReply:
        started.set()
        await asyncio.sleep(60)
        raise AssertionError

    answer = world.dialogue.turn
    world.dialogue.turn = hang  # type: ignore[method-assign]
    await texts(world, "one", "two")
    world.clock.move(seconds=SETTLE)
    dying = asyncio.create_task(sms_turns.process_waiting(world.ctx, world.failures))
    await started.wait()
    await world.text("while it ran")
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    world.dialogue.turn = answer  # type: ignore[method-assign]
    world.clock.move(seconds=world.ctx.limits.turn_lease_seconds + SETTLE)
    await world.work()
    assert world.dialogue.texts == ["one\ntwo", "while it ran"]


@ON_SQLITE
async def test_a_repeated_webhook_adds_nothing(world: World) -> None:
    fields = form("again")
    await texts(world, "first")
    for _ in range(3):
        await world.post(fields)
    case = await world.case()
    assert [message.text for message in await world.messages(case.id)] == ["first\nagain"]


@ON_SQLITE
async def test_a_digit_is_answered_without_waiting_and_stands_alone(world: World) -> None:
    choices = (
        MessageChoice(id="a", label="Left", sets={"side": "left"}),
        MessageChoice(id="b", label="Right", sets={"side": "right"}),
    )
    world.dialogue.drafts = (Draft(kind="question", text="Which side?", asks="side", choices=choices),)
    await texts(world, "my leg")
    world.clock.move(seconds=SETTLE)
    await world.work()
    await texts(world, "2", "it is the right one")
    case = await world.case()
    said = [m for m in await world.messages(case.id) if m.sender == "patient"]
    assert [m.text for m in said] == ["my leg", "2", "it is the right one"]
    assert sms_turns.is_whole(world.ctx, said[1])


@ON_SQLITE
async def test_texts_that_are_too_much_for_one_message_are_several(world: World) -> None:
    await texts(world, "a" * 1000, "b" * 1000)
    case = await world.case()
    assert [len(message.text) for message in await world.messages(case.id)] == [1000, 1000]


@ON_SQLITE
async def test_an_opt_out_between_two_texts_ends_it(world: World) -> None:
    await texts(world, "my back hurts", "STOP")
    world.clock.move(seconds=SETTLE)
    await world.work()
    assert len(world.replies) == 1
    assert "won't get more texts" in world.replies[0]
