"""Cases as their bundles are made of them, without a store. Made up; numbers are 555-01xx."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from bot.domain.cases import Case
from bot.domain.dictionary import Value
from bot.domain.facts import Fact
from bot.domain.schedule import Appointment
from bot.domain.tasks import StaffTask
from bot.protocols import Protocols
from bot.services.records.case_file import CaseFile
from bot.services.records.fhir import Record

NAMESPACE = "https://clinic.example/fhir"
NOW = dt.datetime(2026, 11, 18, 18, 0, tzinfo=dt.UTC)
CASE = "c" * 32

BACK_AND_LEG: Mapping[str, Value] = {
    "who_for": "self", "age": 58, "sex": "f", "region": ("low_back", "leg"), "duration_weeks": 43.0,
    "radiates": "leg_below_knee", "pain_nrs": 7, "fever": "no", "cons_pt": "yes",
    "goals": "pick up my grandkids", "dx": ("spondylolisthesis",), "slip_grade": 1, "temp_f": 98.6,
    "bmi": 31.2, "a1c": 6.1, "saddle_numbness": "unsure",
    "contact_name": "Sam Placeholder", "contact_phone": "555-0188",
}  # fmt: skip


def fact(name: str, value: Value | None, **given: Any) -> Fact:
    """A fact the patient told."""
    said: dict[str, Any] = {
        "words": f"words about {name}",
        "message_id": "m" * 32,
        "asked": None,
        "by": "patient",
    }
    return Fact(variable=name, value=value, at=NOW, **{**said, "declined": value is None, **given})


def record(
    protocols: Protocols,
    values: Mapping[str, Value | None] = BACK_AND_LEG,
    *,
    appointments: tuple[Appointment, ...] = (),
    tasks: tuple[StaffTask, ...] = (),
    model: str | None = "20261118-ab12",
    **given: Any,
) -> Record:
    """A judged case with these facts; `given` are fields of the case."""
    known = {name: value for name, value in values.items() if value is not None}
    judgement = protocols.judge(known)
    fields: dict[str, Any] = {
        "id": CASE, "reference": "K7QM-4T2X", "channel": "web", "created_at": NOW, "updated_at": NOW,
        "consent": "given", "phase": "done", "status": "callback", "handoff": "callback",
        "level": judgement.level, "rules": judgement.rules, "visit": judgement.visit,
    }  # fmt: skip
    file = CaseFile(
        case=Case(**{**fields, **given}), messages=(), facts={n: fact(n, v) for n, v in values.items()},
        history={}, judgement=judgement, tasks=tasks, appointments=appointments, notes=(),
        gate_complete=protocols.gate_complete(known), gates=(),
    )  # fmt: skip
    return Record(file=file, protocols=protocols, namespace=NAMESPACE, model=model)


def booked(status: str = "booked") -> Appointment:
    """A surgeon's time tomorrow."""
    start = NOW + dt.timedelta(days=1)
    return Appointment(
        id="a" * 32, case_id=CASE, provider_id="raskas", visit="SURGICAL_CONSULT", start=start,
        end=start + dt.timedelta(minutes=45), status=status,  # type: ignore[arg-type]
    )  # fmt: skip


def call(kind: str = "urgent_callback", **given: Any) -> StaffTask:
    """A call within the hour."""
    fields: dict[str, Any] = {"id": "b" * 32, "priority": "P1", "due_at": NOW + dt.timedelta(hours=1)}
    return StaffTask(case_id=CASE, kind=kind, created_at=NOW, **{**fields, **given})  # type: ignore[arg-type]
