"""Opt-out, opt-in and help: the ledger, at most one confirmation, no turn."""

from __future__ import annotations

import pytest

from bot.services.queues.outgoing import queue
from bot.services.talk.chat import open_case
from tests.integration.sms.world import EMERGENCY, PATIENT, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""One database is enough here; `test_races.py` and `test_delivery.py` run on both."""


async def test_stop_before_anything_else_opens_no_case(world: World) -> None:
    await world.text("STOP")
    await world.work()
    assert await world.is_out()
    assert len(world.replies) == 1
    assert "won't get more texts" in world.replies[0]
    async with world.store.unit_of_work(write=False) as uow:
        assert await uow.cases.find_open_by_address(PATIENT) is None


async def test_stop_ends_an_open_intake_and_what_was_queued(world: World) -> None:
    await world.text("my back hurts")
    case = await world.case()
    async with world.store.unit_of_work() as uow:
        for number in range(5):
            await queue(
                world.ctx, uow, to=PATIENT, body=f"queued {number}", case_id=case.id, dedupe_key=f"k{number}"
            )
        await uow.commit()
    await world.text("Stop.")
    await world.work()
    assert len(world.replies) == 1
    assert "won't get more texts" in world.replies[0]
    async with world.store.unit_of_work(write=False) as uow:
        ended = await uow.cases.get(case.id)
    assert (ended.status, ended.phase) == ("closed", "done")
    assert await world.tasks(case.id) == set()


async def test_stop_twice_is_confirmed_once(world: World) -> None:
    await world.text("STOP")
    await world.text("stop!!")
    await world.work()
    assert len(world.replies) == 1


async def test_the_carrier_may_have_confirmed_already(world: World) -> None:
    await world.text("STOP", OptOutType="STOP")
    await world.work()
    assert await world.is_out()
    assert world.replies == []


async def test_stop_leaves_an_emergency_to_the_staff(world: World) -> None:
    await world.text(EMERGENCY)
    await world.work()
    await world.text("STOP")
    await world.work()
    case = await world.case()
    assert (case.status, case.phase) == ("emergency", "emergency")
    assert "emergency" in await world.tasks(case.id)


async def test_cancel_of_somebody_booked_is_for_a_person(world: World) -> None:
    from dataclasses import replace

    await world.text("hi")
    await world.work()
    case = await world.case()
    async with world.store.unit_of_work() as uow:
        await uow.cases.save(replace(await uow.cases.get(case.id), status="booked"))
        await uow.commit()
    await world.text("CANCEL")
    await world.work()
    assert (await world.case()).status == "booked"
    assert await world.tasks(case.id) == {"person_wanted"}


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
async def test_opting_in_again(world: World, word: str) -> None:
    await world.text("STOP")
    await world.text(word)
    await world.work()
    assert not await world.is_out()
    assert "again" in world.replies[-1]
    assert len(world.replies) == 2
    assert world.dialogue.requests == []
    await world.text("my back hurts")
    await world.work()
    assert world.dialogue.texts == ["my back hurts"]


async def test_yes_is_an_answer_while_texts_are_wanted(world: World) -> None:
    await world.text("yes")
    await world.work()
    assert world.dialogue.texts == ["yes"]


async def test_help_says_who_we_are_and_runs_no_turn(world: World) -> None:
    await world.text("HELP")
    await world.work()
    assert len(world.replies) == 1
    assert "911" in world.replies[0]
    assert world.dialogue.requests == []


async def test_pain_that_wont_stop_is_a_message(world: World) -> None:
    await world.text("the pain won't stop")
    await world.work()
    assert not await world.is_out()
    assert world.dialogue.texts == ["the pain won't stop"]


async def test_stop_please_is_a_message_that_staff_see(world: World) -> None:
    await world.text("stop please")
    await world.work()
    case = await world.case()
    assert not await world.is_out()
    assert await world.tasks(case.id) == {"person_wanted"}


async def test_somebody_who_opted_out_and_writes_is_called(world: World) -> None:
    await world.text("STOP")
    await world.text(EMERGENCY)
    await world.work()
    case = await world.case()
    assert await world.tasks(case.id) == {"undelivered", "emergency"}
    assert len(world.replies) == 1


async def test_the_ledger_is_for_the_number_not_the_case(world: World) -> None:
    await world.text("STOP")
    async with world.store.unit_of_work() as uow:
        case = await open_case(world.ctx, uow, channel="web")
        await queue(world.ctx, uow, to="(555) 555-0142", body="hi", case_id=case.id, dedupe_key="web")
        await uow.commit()
    await world.work()
    assert len(world.replies) == 1


@pytest.mark.parametrize(
    ("kind", "body", "out"),
    [("STOP", "basta", True), ("STOP", "STOP", True), ("HELP", "who is this", False), ("stop", "x", True)],
)
async def test_what_the_provider_took_a_text_for_counts(
    world: World, kind: str, body: str, out: bool
) -> None:
    """Advanced Opt-Out has words of the clinic's own; the provider has answered already."""
    await world.text(body, OptOutType=kind)
    await world.work()
    assert await world.is_out() == out
    assert world.replies == []
    assert world.dialogue.requests == []


async def test_the_provider_took_a_text_for_an_opt_in(world: World) -> None:
    await world.text("STOP")
    await world.text("si", OptOutType="START")
    await world.work()
    assert not await world.is_out()
    assert not any("You will get texts" in reply for reply in world.replies)


async def test_a_picture_is_flagged_to_staff(world: World) -> None:
    await world.text("my mri", NumMedia="1")
    assert "sent_picture" in (await world.case()).flags
