"""Kinds of visits and notifications are changed by the clinic; what is booked stays as it was booked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from bot.domain.errors import InvalidInput, RoleRefused
from bot.protocols.shelf import Shelf
from bot.services.case import wording
from bot.services.clinic import clinic_settings, notice_settings, visit_settings
from bot.services.context import Context, Standing
from bot.services.ports import StaffMember
from bot.services.queues import task_queue
from tests.integration.services import seeds

ADMIN = StaffMember(id="a", name="admin", role="admin", password_hash="")
BOOKED = "SURGICAL_CONSULT"


@pytest.fixture
def process(ctx: Context, shelf: Shelf) -> Context:
    """A process that looks for what is published, and can send texts and e-mails."""
    reach = frozenset({"sms", "email"})
    return dataclasses.replace(ctx, shelf=shelf, standing=Standing(), reach=reach)


async def save(process: Context, kind: str, seen: int = 0, **fields: Any) -> None:
    await visit_settings.save_visits(process, ADMIN, {"visits": {kind: fields}}, seen=seen)


async def test_a_booked_visit_keeps_its_length_under_a_new_name(process: Context) -> None:
    patient = await seeds.with_a_visit(process)
    [before] = [one for one in await patient.appointments() if one.status == "booked"]
    assert (await visit_settings.coming(process, ADMIN))[before.visit] == 1
    minutes = process.protocols.visits[before.visit].minutes
    await save(process, before.visit, name="first talk with our team", minutes=minutes * 2)
    [after] = [one for one in await patient.appointments() if one.status == "booked"]
    assert after == before
    assert wording.visit_name(process, after) == "first talk with our team"
    later = await seeds.with_a_visit(process)
    [new] = [one for one in await later.appointments() if one.status == "booked"]
    assert (new.visit, new.end - new.start) == (before.visit, dt.timedelta(minutes=minutes * 2))
    assert not [one for one in await patient.tasks() if one.kind == "visit_at_risk"]


async def test_a_change_of_a_kind_is_taken_back(process: Context) -> None:
    await save(process, BOOKED, minutes=50, lead_minutes=1440)
    assert process.protocols.visits[BOOKED].lead_minutes == 1440
    await save(process, BOOKED, seen=1, lead_minutes=None)
    assert process.protocols.visits[BOOKED].lead_minutes is None
    held = await clinic_settings.held(process, ADMIN, "visits")
    assert [one.note for one in held.history] == [BOOKED, BOOKED]
    await clinic_settings.go_back(process, ADMIN, "visits", 0, seen=2)
    assert process.protocols.visits[BOOKED].minutes == 45


REFUSED_VISITS: list[tuple[str, dict[str, Any], str]] = [
    ("ER_NOW", {"name": "hospital"}, "fixed by the clinical"),
    ("SAME_DAY_CALL", {"book": "staff"}, "safety rules say callback"),
    ("URGENT_EVAL_48H", {"horizon_days": 5}, "2 or less"),
    ("REVISION_CONSULT", {"minutes": 0, "book": "self"}, "needs minutes"),
    ("NEW_PATIENT_EVAL", {"horizon_days": 14}, "within 7 days"),
    ("STAFF_CALLBACK", {"book": "self", "minutes": 20, "horizon_days": 9}, "nobody sees this kind"),
    (BOOKED, {"name": "comprehensive multidisciplinary interventional consultation"}, "grade"),
    (BOOKED, {"bring": ["reply YES to this"]}, "keyword"),
]
REFUSED_NOTICES: list[tuple[dict[str, Any], str]] = [
    ({"notices": {"at_once": {"P0": None}}}, "P0: somebody must be told at once"),
    ({"notices": {"escalation": {"P1": None}}}, "P1: somebody must be called next"),
    ({"notices": {"at_once": {"P3": ["manager"]}}}, "by which means they are told of P3"),
    ({"patience": {"texting": "21:00-08:00"}}, "forward"),
    ({"reminders": {"hours_before": [24, 24]}}, "twice"),
]


async def test_what_no_visit_may_be_and_whom_silence_would_leave_alone(process: Context) -> None:
    for kind, fields, why in REFUSED_VISITS:
        with pytest.raises(InvalidInput, match=why):
            await save(process, kind, **fields)
    for changes, why in REFUSED_NOTICES:
        with pytest.raises(InvalidInput, match=why):
            await notice_settings.save_notices(process, ADMIN, changes, seen=0)
    with pytest.raises(RoleRefused):
        await visit_settings.save_visits(process, dataclasses.replace(ADMIN, role="nurse"), {}, seen=0)
    for name in ("visits", "clinic"):
        assert (await clinic_settings.held(process, ADMIN, name)).history == ()


async def test_who_is_told_follows_the_settings(process: Context) -> None:
    held = await clinic_settings.held(process, ADMIN, "clinic")
    contacts = [dict(one) for one in held.body["notices"]["contacts"]]
    nurse = next(one for one in contacts if one["id"] == "nurse")
    nurse |= {"sms": "+13145550199", "by": {**nurse["by"], "P2": ["sms"]}}
    changes = {"notices": {"contacts": contacts, "at_once": {"P2": ["nurse"]}}}
    await notice_settings.save_notices(process, ADMIN, changes, seen=0)
    patient = await seeds.asked_everything(process)
    async with process.unit_of_work() as uow:
        case = await uow.cases.get(patient.case_id)
        await task_queue.add(process, uow, case, kind="callback", priority="P2")
        await uow.commit()
    async with process.unit_of_work() as uow:
        sent = await uow.outbox.claim_due(owner="test", now=process.clock.now(), lease_seconds=30)
    assert [(one.channel, one.to) for one in sent] == [("sms", "+13145550199")]
