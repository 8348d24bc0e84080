"""Silence: one gentle text by day, then the case is the staff's; whoever comes back goes on."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.domain.cases import Case
from bot.domain.levels import Level
from bot.services.context import Context
from bot.services.ports import Outbound, UnitOfWork
from bot.services.talk import chat, silence, turns
from bot.services.texting import sms, sms_turns
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient

STORY = "my low back hurts for 8 months, down the left leg past the knee. did PT and pills"
NUMBER = "+13145550177"


class Texter:
    """Somebody who texts."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = replace(ctx, limits=replace(ctx.limits, sms_settle_seconds=0))
        self.count = 0

    async def text(self, body: str) -> list[str]:
        self.count += 1
        before = len(await self.received())
        await sms.take_sms(
            self.ctx, sms.InboundSms(provider_id=f"SM{self.count:032d}", sender=NUMBER, body=body)
        )
        await sms_turns.process_waiting(self.ctx, sms_turns.Failures())
        return (await self.received())[before:]

    async def received(self) -> list[str]:
        case = await self.case()
        if case is None:
            return []
        async with self.ctx.unit_of_work(write=False) as uow:
            return [one.text for one in await uow.messages.after(case.id, 0) if one.sender == "bot"]

    async def case(self) -> Case | None:
        async with self.ctx.unit_of_work() as uow:
            return await uow.cases.find_open_by_address(NUMBER)

    async def queued(self, clock: StandingClock) -> list[Outbound]:
        async with self.ctx.unit_of_work() as uow:
            return await uow.outbox.claim_due(owner="t", now=clock.now(), lease_seconds=0.0, limit=100)


@pytest.fixture
async def texter(ctx: Context) -> Texter:
    texter = Texter(ctx)
    await texter.text(STORY)
    await texter.text("1")
    await texter.text("it is for me, i am 58")
    return texter


async def test_one_gentle_text_after_silence(ctx: Context, texter: Texter, clock: StandingClock) -> None:
    clock.forward(hours=3)
    assert await silence.look(ctx) == 0
    clock.forward(hours=2)
    assert await silence.look(ctx) == 1
    said = await texter.received()
    assert "I kept your answers" in said[-1]
    assert "pee" not in said[-1], "nothing personal in a text that comes by itself"
    clock.forward(hours=6)
    assert await silence.look(ctx) == 0


async def test_no_text_at_night(ctx: Context, texter: Texter, clock: StandingClock) -> None:
    clock.forward(hours=14)  # midnight
    assert await silence.look(ctx) == 0
    clock.forward(hours=9)
    assert await silence.look(ctx) == 1


async def test_no_text_to_who_opted_out(ctx: Context, texter: Texter, clock: StandingClock) -> None:
    async with ctx.unit_of_work() as uow:
        await uow.opt_outs.set(NUMBER, out=True, at=clock.now(), source="test")
        await uow.commit()
    clock.forward(hours=5)
    assert await silence.look(ctx) == 0


async def test_silent_for_good_is_the_staffs(ctx: Context, texter: Texter, clock: StandingClock) -> None:
    clock.forward(hours=5)
    await silence.look(ctx)
    clock.forward(hours=49)
    assert await silence.look(ctx) == 1
    assert await silence.look(ctx) == 0
    case = await texter.case()
    assert case is not None
    assert (case.status, case.handoff) == ("callback", "callback")
    assert "gate_incomplete" in case.flags
    async with ctx.unit_of_work(write=False) as uow:
        assert [(task.kind, task.priority) for task in await uow.tasks.of_case(case.id)] == [
            ("callback", "P2")
        ]


async def test_who_comes_back_goes_on(ctx: Context, texter: Texter, clock: StandingClock) -> None:
    clock.forward(hours=5)
    await silence.look(ctx)
    clock.forward(hours=49)
    await silence.look(ctx)
    clock.forward(days=3)
    for body in ("no, none of these", "1", "3/3/1968"):  # the same person, by a birth date that fits 58
        await texter.text(body)
    await sms_turns.process_waiting(texter.ctx, sms_turns.Failures())
    said = await texter.received()
    assert any(text.startswith("Welcome back") for text in said)
    case = await texter.case()
    assert case is not None
    assert case.status == "open"
    assert "private" in said[-1].lower() or "personal" in said[-1].lower(), "the second gate"
    async with ctx.unit_of_work(write=False) as uow:
        assert [task.status for task in await uow.tasks.of_case(case.id)] == ["done"]


async def test_a_chat_without_a_number_is_closed_and_opens_again(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    clock.forward(hours=49)
    assert await silence.look(ctx) == 1
    assert await chat.status(ctx, patient.case_id) == "closed"
    assert await patient.tasks() == []
    reply = await patient.say("no, none of these")
    assert reply[0].text.startswith("Welcome back")
    assert reply[-1].asks == "G4"
    assert patient.status == "open"


async def test_a_finished_case_is_left_alone(ctx: Context, patient: Patient, clock: StandingClock) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    await patient.say("1")
    clock.forward(days=5)
    assert await silence.look(ctx) == 0


async def test_coming_back_to_a_person_or_an_emergency_opens_nothing(
    ctx: Context, texter: Texter, clock: StandingClock
) -> None:
    for hours in (5, 53):
        clock.forward(hours=hours)
        await silence.look(ctx)
    case = await texter.case()
    assert case is not None
    assert silence.INCOMPLETE in case.flags
    async with ctx.unit_of_work() as uow:
        await uow.cases.save(replace(case, phase="emergency", status="emergency", handoff="emergency"))
        await uow.commit()
    await texter.text("ok")
    case = await texter.case()
    assert case is not None
    assert (case.status, case.handoff, silence.INCOMPLETE in case.flags) == ("emergency", "emergency", False)


async def test_silence_of_somebody_who_should_be_seen_in_two_days_is_called_within_the_hour(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say("yes")
    await patient.say(
        "for me, i am 61, call me at 314-555-0123. had breast cancer once, new low back pain for 3 weeks"
    )
    assert (await patient.case()).level is Level.URGENT_48H
    clock.forward(hours=49)
    assert await silence.look(ctx) == 1
    case = await patient.case()
    assert (case.status, case.handoff) == ("callback", "urgent_callback")
    assert [(task.kind, task.priority) for task in await patient.tasks()] == [("urgent_callback", "P1")]


async def test_chats_that_are_only_quiet_cost_no_writing(
    ctx: Context, patient: Patient, clock: StandingClock
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    clock.forward(hours=5)
    writing: list[bool] = []

    def counted(*, write: bool = True) -> UnitOfWork:
        writing.append(write)
        return ctx.unit_of_work(write=write)

    assert await silence.look(replace(ctx, unit_of_work=counted)) == 0
    assert writing == [False]


async def test_a_background_job_that_hangs_keeps_no_other_waiting(
    ctx: Context, texter: Texter, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs(_: Context) -> int:
        return await asyncio.Event().wait()

    monkeypatch.setattr(turns, "recover", hangs)
    clock.forward(hours=5)
    rounds = asyncio.create_task(turns.keep_recovering(ctx))
    for _ in range(200):
        await asyncio.sleep(0.02)
        if "I kept your answers" in (await texter.received())[-1]:
            break
    rounds.cancel()
    assert "I kept your answers" in (await texter.received())[-1]
