"""Small valid records for the store's tests."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from bot.domain.cases import Case, Draft
from bot.domain.facts import Fact
from bot.domain.judgement import Certificate, Judgement, ProtocolStamp, Why
from bot.domain.levels import Level
from bot.domain.schedule import Appointment
from bot.domain.tasks import StaffTask
from bot.services.ports import Outbound
from bot.store import Store

NOW = dt.datetime(2026, 11, 18, 15, 0, 0, 123456, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)


def a_case(**given: Any) -> Case:
    id_ = uuid4().hex
    fields = {"id": id_, "reference": id_[:8].upper(), "channel": "web", "created_at": NOW, "updated_at": NOW}
    return Case(**fields | given)


def a_draft(text: str = "When did it start?", **given: Any) -> Draft:
    return Draft(**{"kind": "question", "text": text} | given)


def a_fact(variable: str = "region", value: Any = ("low_back",), **given: Any) -> Fact:
    fields = {"variable": variable, "value": value, "words": "my back", "message_id": None, "asked": None}
    return Fact(**fields | {"by": "patient", "at": NOW} | given)


def a_task(case_id: str, **given: Any) -> StaffTask:
    fields = {"id": uuid4().hex, "case_id": case_id, "kind": "callback", "priority": "P2"}
    return StaffTask(**fields | {"created_at": NOW, "due_at": NOW + HOUR} | given)


def a_hold(case_id: str, *, start: dt.datetime = NOW + 24 * HOUR, **given: Any) -> Appointment:
    fields = {"id": uuid4().hex, "case_id": case_id, "provider_id": "dr_a", "visit": "new", "start": start}
    fields |= {"end": start + HOUR, "status": "held", "hold_expires_at": NOW + 10 * MINUTE}
    return Appointment(**fields | given)


def an_sms(body: str = "Hello", **given: Any) -> Outbound:
    fields = {"id": uuid4().hex, "case_id": None, "to": "+15555550142", "body": body}
    return Outbound(**fields | {"dedupe_key": uuid4().hex, "created_at": NOW} | given)


def a_judgement(**given: Any) -> Judgement:
    why = Why(
        rule="RF01", facts={"age": 44, "region": ("low_back", "leg")}, source=("S1",), patient="p", staff="s"
    )
    fields = {
        "level": Level.SAME_DAY,
        "rules": ("RF01",),
        "outcome": "same_day",
        "decision": "C00c",
        "visit": "none",
        "need": {"score": 9, "N1": 2},
        "complexity": 1,
        "notes": ("O1",),
        "missing": (),
        "provisional": None,
        "tier": "A",
        "flags": ("conflict",),
        "why": (why,),
        "protocols": (ProtocolStamp(id="red_flags", version="1", sha256="ab", status="draft"),),
        "certificate": Certificate(complete=False, open=("fever", "ivdu")),
        "nearly": (why,),
    }
    return Judgement(**fields | given)


async def stored_case(store: Store, **given: Any) -> Case:
    """A case that is in the database."""
    case = a_case(**given)
    async with store.unit_of_work() as uow:
        await uow.cases.add(case)
        await uow.commit()
    return case
