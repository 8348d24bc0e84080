"""A task calls the contacts of its priority, in the transaction that makes it. It is Tuesday at ten."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.domain.notices import CHANNELS
from bot.services.context import Context
from bot.services.ports import Outbound
from bot.services.queues import notices, task_queue
from bot.services.signed_links import VisitLinks
from tests.integration.services import seeds
from tests.integration.services.patient import Patient


@pytest.fixture
def reaching(ctx: Context) -> Context:
    """Everything is set up: texts, e-mail, webhooks."""
    links = VisitLinks(secret=b"k" * 32, base="https://intake.clinic.example")
    return replace(ctx, reach=frozenset(CHANNELS), links=links)


async def queued(ctx: Context) -> list[Outbound]:
    found: list[Outbound] = []
    async with ctx.unit_of_work() as uow:
        for channel in CHANNELS:
            found += await uow.outbox.claim_due(
                owner="t", now=ctx.clock.now(), lease_seconds=0, limit=50, channel=channel
            )
    return found


async def add_task(ctx: Context, patient: Patient, *, kind: str, priority: str, times: int = 1) -> None:
    async with ctx.unit_of_work() as uow:
        for _ in range(times):
            case = await uow.cases.get(patient.case_id)
            await task_queue.add(ctx, uow, case, kind=kind, priority=priority)  # type: ignore[arg-type]
        await uow.commit()


async def test_an_emergency_reaches_everybody_named_and_says_nothing_of_it(reaching: Context) -> None:
    patient = await seeds.asked_everything(reaching)
    await add_task(reaching, patient, kind="emergency", priority="P0", times=2)
    sent = await queued(reaching)
    assert sorted((item.channel, item.to) for item in sent) == [
        ("email", "front.desk@clinic.example"),
        ("email", "nurse@clinic.example"),
        ("sms", "+13145550161"),
        ("webhook", "pager"),
    ]
    told = " ".join(f"{item.subject} {item.body}" for item in sent).lower()
    for word in ("emergency", "dana", "555-0123", "back", "pain", "crisis", "urgent"):
        assert word not in told
    assert (await patient.case()).reference.lower() in told


async def test_a_webhook_holds_opaque_ids_and_a_priority_alone(reaching: Context) -> None:
    patient = await seeds.asked_everything(reaching)
    await add_task(reaching, patient, kind="crisis", priority="P0")
    [event] = [json.loads(item.body) for item in await queued(reaching) if item.channel == "webhook"]
    assert event == {
        "type": "case.new_task",
        "timestamp": reaching.clock.now().isoformat(),
        "data": {"case_id": patient.case_id, "priority": "P0"},
    }


async def test_each_priority_has_its_own_contacts_and_channels(reaching: Context) -> None:
    patient = await seeds.asked_everything(reaching)
    await add_task(reaching, patient, kind="callback", priority="P2")
    assert [(item.channel, item.to) for item in await queued(reaching)] == [
        ("email", "front.desk@clinic.example")
    ]
    await add_task(reaching, patient, kind="test_flag", priority="P3")
    assert len(await queued(reaching)) == 1


async def test_only_open_channels_are_used(ctx: Context) -> None:
    only_texts = replace(ctx, reach=frozenset({"sms"}))
    patient = await seeds.asked_everything(only_texts)
    await add_task(only_texts, patient, kind="emergency", priority="P0")
    assert [item.channel for item in await queued(only_texts)] == ["sms"]


async def test_a_step_of_an_escalation_is_told_once_and_the_last_one_loudly(reaching: Context) -> None:
    patient = await seeds.asked_everything(reaching)
    manager = reaching.protocols.clinic.notices.escalation["P1"][-1]
    counts = []
    for _ in range(2):
        async with reaching.unit_of_work() as uow:
            case = await uow.cases.get(patient.case_id)
            counts.append(
                await notices.tell_staff(
                    reaching,
                    uow,
                    case,
                    contact=manager,
                    kind="unclaimed",
                    priority="P1",
                    key="t:2",
                    loud=True,
                )
            )
            await uow.commit()
    assert counts == [2, 0]
    assert {item.to for item in await queued(reaching)} == {"+13145550162", "manager@clinic.example"}
