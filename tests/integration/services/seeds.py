"""Cases that stand where a test begins: the questions are over, times are offered, a visit is booked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.domain.cases import Message
from bot.domain.dictionary import Value
from bot.domain.facts import Fact
from bot.domain.levels import Level
from bot.services import outside
from bot.services.case import reception, speaking
from bot.services.case_view import load_view
from bot.services.context import Context
from bot.services.talk import chat
from bot.services.visits import booking
from tests.integration.services.patient import Patient

KNOWN = {"who_for": "self", "age": 58.0, "contact_name": "Dana Example", "contact_phone": "314-555-0123"}


async def asked_everything(ctx: Context, **facts: Value) -> Patient:
    """A patient of whom this is known, judged, with nothing said yet."""
    now = ctx.clock.now()
    known = [
        Fact(variable=name, value=value, words="", message_id=None, asked=None, by="patient", at=now)
        for name, value in {**KNOWN, **facts}.items()
    ]
    async with ctx.unit_of_work() as uow:
        case = await chat.open_case(ctx, uow, channel="web")
        await uow.cases.save(replace(case, consent="given", phase="intake"))
        await reception.write_facts(
            ctx, uow, await load_view(uow, case.id), known, correction=False, message_id=None
        )
        await uow.commit()
    opened = chat.OpenedSession(
        token="",
        expires_at=now + dt.timedelta(days=1),
        reference=case.reference,
        case_id=case.id,
        messages=[],
    )
    return Patient(ctx, opened)


async def offered_times(ctx: Context, **facts: Value) -> Patient:
    """A patient who has been offered times, or arranged a call when there are none."""
    patient = await asked_everything(ctx, **facts)

    async def offer() -> list[Message]:
        async with ctx.unit_of_work() as uow:
            step = await booking.offer(ctx, uow, await load_view(uow, patient.case_id), lead=())
            case = replace(await uow.cases.get(patient.case_id), phase=step.phase)
            said = await speaking.say(ctx, uow, case, step.drafts, reply_to=None, channel="web")
            await uow.commit()
        return said

    patient.heard += await outside.settled(offer)
    patient.status = (await patient.case()).status
    return patient


async def with_a_visit(ctx: Context, *, level: Level = Level.NONE, **facts: Value) -> Patient:
    """A patient who booked the first time offered."""
    patient = await offered_times(ctx, **facts)
    await patient.say("1")
    if level is not Level.NONE:
        async with ctx.unit_of_work() as uow:
            await uow.cases.save(replace(await uow.cases.get(patient.case_id), level=level))
            await uow.commit()
    return patient
