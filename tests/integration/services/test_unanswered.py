"""An urgent text without an answer becomes a call, once, when there is a number and nobody is on it."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.tasks import StaffTask
from bot.services.context import Context
from bot.services.office.unanswered import call_unanswered
from bot.services.talk import chat
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient

EMERGENCY = "i cant pee since this morning and i am numb between my legs. my number is 314-555-0133"
SAME_DAY = "my low back hurts for 5 days and i have a fever of 101. my number is 314-555-0133"


async def calls(ctx: Context, case_id: str) -> list[StaffTask]:
    async with ctx.unit_of_work(write=False) as uow:
        return [task for task in await uow.tasks.of_case(case_id) if task.kind == "phone_unacknowledged"]


async def test_silence_after_an_emergency_text_becomes_one_call(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say("yes")
    await patient.say(EMERGENCY)
    clock.forward(minutes=5)
    assert await call_unanswered(ctx) == 0  # the time is not over
    clock.forward(seconds=1)
    assert await call_unanswered(ctx) == 1
    assert await call_unanswered(ctx) == 0
    [task] = await calls(ctx, patient.case_id)
    assert (task.priority, task.status) == ("P0", "open")
    assert (task.due_at - clock.now()).total_seconds() == 300


async def test_any_answer_is_an_answer(ctx: Context, patient: Patient, clock: StandingClock) -> None:
    await patient.say("yes")
    await patient.say(EMERGENCY)
    clock.forward(minutes=4)
    await patient.say("ok going")
    clock.forward(minutes=1, seconds=30)
    assert await call_unanswered(ctx) == 0


async def test_a_same_day_text_waits_longer_and_is_a_call_of_the_same_day(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say("yes")
    await patient.say(SAME_DAY)
    clock.forward(minutes=10)
    assert await call_unanswered(ctx) == 0
    clock.forward(minutes=6)
    assert await call_unanswered(ctx) == 1
    [task] = await calls(ctx, patient.case_id)
    assert task.priority == "P1"


async def test_who_has_the_case_has_the_call_too(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say("yes")
    await patient.say(EMERGENCY)
    async with ctx.unit_of_work() as uow:
        await uow.cases.save(replace(await uow.cases.get(patient.case_id), claimed_by="Ann"))
        await uow.commit()
    clock.forward(minutes=6)
    assert await call_unanswered(ctx) == 1
    [task] = await calls(ctx, patient.case_id)
    assert (task.status, task.acknowledged_by) == ("acknowledged", "Ann")


async def test_nobody_is_called_whom_a_person_has_seen_to(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say("yes")
    await patient.say(EMERGENCY)
    async with ctx.unit_of_work() as uow:
        for task in await uow.tasks.of_case(patient.case_id):
            await uow.tasks.finish(task.id, by="Ann", at=clock.now(), note="reached", outcome="in_care")
        await uow.commit()
    clock.forward(minutes=6)
    assert await call_unanswered(ctx) == 0


async def test_without_a_number_there_is_nobody_to_call(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say("yes")
    await patient.say("i cant pee since this morning and i am numb between my legs")
    clock.forward(minutes=6)
    assert await call_unanswered(ctx) == 0
    assert await chat.messages_after(ctx, patient.case_id, 0)
