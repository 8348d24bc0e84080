"""A test in the console is answered like a patient, and nothing of it reaches anybody."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from bot.domain.errors import NotAllowed, RoleRefused
from bot.services.case import speaking
from bot.services.case_view import load_view
from bot.services.context import Context
from bot.services.office import trying, work_desk
from bot.services.ports import StaffMember
from bot.services.ports.search import Wanted
from bot.services.talk import chat
from bot.services.visits import booking
from tests.integration.services import seeds
from tests.integration.services.patient import Patient

NURSE = StaffMember(id="n", name="nurse", role="nurse", password_hash="")
EMERGENCY = "I wet myself since yesterday and I am numb between my legs"


@pytest.fixture
def reaching(ctx: Context) -> Context:
    """An installation that could send anything."""
    return dataclasses.replace(
        ctx, reach=frozenset({"sms", "email", "webhook"}), mail_from="a@clinic.example"
    )


async def test_an_emergency_is_answered_and_nobody_hears_of_it(reaching: Context) -> None:
    test_id = await trying.begin(reaching, NURSE)
    await trying.say(reaching, NURSE, test_id, once="1", text="ok")
    await trying.say(reaching, NURSE, test_id, once="2", text=EMERGENCY)
    await trying.say(reaching, NURSE, test_id, once="2", text=EMERGENCY)  # a double click
    tried = await trying.look(reaching, NURSE, test_id)
    assert tried.file.case.status == "emergency"
    assert any(one.kind == "emergency" for one in tried.file.messages)
    judged = tried.then[max(tried.then)]
    assert judged.judgement is not None
    assert judged.judgement.level.value == "emergency_now"
    assert "saddle_numbness" in judged.new
    assert [one.text for one in tried.file.notes] == ["A test. Staff would get: emergency (P0)"]
    assert len(tried.then) == 2
    assert await nothing_is_known(reaching, test_id)


async def nothing_is_known(ctx: Context, test_id: str) -> bool:
    """No task, no alarm, no message to send, no line in a list."""
    async with ctx.unit_of_work() as uow:
        assert await uow.tasks.of_case(test_id) == []
        for channel in ("sms", "email", "webhook"):
            assert (
                await uow.outbox.claim_due(
                    owner="t", now=ctx.clock.now(), lease_seconds=1, limit=9, channel=channel
                )
                == []
            )
        rows, _ = await uow.desk.cases(queue="all", query=None, reference=None, after=None, limit=9)
        found, _ = await uow.search.cases(Wanted(), after=None, limit=9)
    listed = (await work_desk.list_work(ctx, NURSE, view="all")).rows
    assert not await work_desk.alarms(ctx, NURSE)
    return not rows and not found and not listed


async def test_a_test_books_in_words_and_takes_no_time(reaching: Context) -> None:
    patient = await seeds.asked_everything(
        reaching, contact_email="dana@example.com", birth_date="1967-03-01"
    )
    async with reaching.unit_of_work() as uow:
        view = await load_view(uow, patient.case_id)
        test = dataclasses.replace(view.case, test=True)
        await uow.cases.save(test)
        step = await booking.offer(reaching, uow, await load_view(uow, patient.case_id), lead=())
        case = dataclasses.replace(await uow.cases.get(patient.case_id), phase=step.phase)
        await speaking.say(reaching, uow, case, step.drafts, reply_to=None, channel="web")
        await uow.commit()
    assert step.asking == "choose_time"
    await trying.say(reaching, NURSE, patient.case_id, once="1", text="1")
    tried = await trying.look(reaching, NURSE, patient.case_id)
    assert tried.file.case.status == "booked"
    assert any(one.kind == "booked" for one in tried.file.messages)
    async with reaching.unit_of_work(write=False) as uow:
        now = reaching.clock.now()
        taken = await uow.appointments.taken(start=now, end=now + dt.timedelta(days=90), now=now)
        assert (taken.providers, taken.rooms) == ({}, {})
        assert await uow.appointments.booked_from(now) == []
    assert await nothing_is_known(reaching, patient.case_id)


async def test_a_patients_case_is_no_test_and_an_auditor_tries_nothing(ctx: Context) -> None:
    patient = await Patient.open(ctx)
    with pytest.raises(NotAllowed):
        await trying.say(ctx, NURSE, patient.case_id, once="1", text="hello")
    with pytest.raises(NotAllowed):
        await trying.look(ctx, NURSE, patient.case_id)
    with pytest.raises(RoleRefused):
        await trying.begin(ctx, dataclasses.replace(NURSE, role="auditor"))
    assert await chat.status(ctx, patient.case_id) == "open"
