"""The staff API's JSON. What stands in the contract keeps its name for good; more may be added."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.domain.cases import Message
from bot.domain.facts import Fact
from bot.domain.judgement import Judgement
from bot.domain.schedule import Appointment
from bot.domain.tasks import StaffTask
from bot.gateway.message_json import message_json
from bot.services.ports import Note
from bot.services.records.case_file import CaseFile, GateState


def plain(value: Any) -> Any:
    """JSON's own types: times in UTC as everywhere in the API, enums by value, tuples and sets as lists."""
    match value:
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case enum.Enum():
            return value.value
        case Mapping():
            return {str(name): plain(item) for name, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted(plain(item) for item in value)
        case _:
            return value


def case_shape(file: CaseFile, *, model: str | None) -> dict[str, Any]:
    """A case. `model` is the one that answers now; None while the engine is silent."""
    case = file.case
    return {
        "id": case.id,
        "reference": case.reference,
        "channel": case.channel,
        "status": case.status,
        "level": case.level.value,
        "rules": list(case.rules),
        "outcome": case.outcome,
        "visit": case.visit,
        "facts": {name: _fact_with_history(file, fact) for name, fact in file.facts.items()},
        "missing": list(file.judgement.missing) if file.judgement else [],
        "handoff": handoff_shape(file),
        "messages": [message_shape(message) for message in file.messages],
        "protocols": [asdict(stamp) for stamp in file.judgement.protocols] if file.judgement else [],
        "model": model,
        **_around(file),
        **_judgement_shape(file.judgement),
    }


def _around(file: CaseFile) -> dict[str, Any]:
    case = file.case
    return {
        "phase": case.phase,
        "consent": case.consent,
        "created_at": plain(case.created_at),
        "updated_at": plain(case.updated_at),
        "acknowledged_at": plain(case.acknowledged_at),
        "claimed_by": case.claimed_by,
        "test": case.test,
        "case_flags": list(case.flags),
        "contact_hidden": file.contact_hidden,
        "gate": {"complete": file.gate_complete, "gates": [_gate_shape(gate) for gate in file.gates]},
        "tasks": [task_shape(task) for task in file.tasks],
        "staff_notes": [note_shape(note) for note in file.notes],
    }


def _judgement_shape(judgement: Judgement | None) -> dict[str, Any]:
    if judgement is None:
        return {"decision": None, "need": {}, "complexity": None, "notes": [], "provisional": None,
                "tier": None, "flags": [], "why": []}  # fmt: skip
    return {
        "decision": judgement.decision,
        "need": dict(judgement.need),
        "complexity": judgement.complexity,
        "notes": list(judgement.notes),
        "provisional": judgement.provisional,
        "tier": judgement.tier,
        "flags": list(judgement.flags),
        "why": [plain(asdict(why)) for why in judgement.why],
    }


def handoff_shape(file: CaseFile) -> dict[str, Any]:
    """What the case was handed off to, with the time booked or the call promised."""
    shape: dict[str, Any] = {"kind": file.case.handoff}
    if file.appointment is not None:
        shape["appointment"] = _appointment_shape(file.appointment)
    if file.callback is not None and file.case.handoff in ("callback", "urgent_callback"):
        shape["callback"] = {"due": plain(file.callback.due_at), "priority": file.callback.priority}
    return shape


def message_shape(message: Message) -> dict[str, Any]:
    """The chat API's Message, with what staff may know of it."""
    return {
        **message_json(message),
        "channel": message.channel,
        "intent": {"name": message.intent, "confidence": message.confidence} if message.intent else None,
        "findings": [plain(finding) for finding in (message.reading or {}).get("findings", ())],
        "reply_to": message.reply_to,
    }


def task_shape(task: StaffTask) -> dict[str, Any]:
    """Something a person must do."""
    shape = asdict(task)
    del shape["case_id"]
    return {name: plain(value) for name, value in shape.items()}


def note_shape(note: Note) -> dict[str, Any]:
    """A line for staff."""
    return {"id": note.id, "text": note.text, "by": note.by, "at": plain(note.at)}


def _fact_with_history(file: CaseFile, fact: Fact) -> dict[str, Any]:
    return {**_fact_shape(fact), "history": [_fact_shape(old) for old in file.history.get(fact.variable, ())]}


def _fact_shape(fact: Fact) -> dict[str, Any]:
    shape = {name: plain(value) for name, value in asdict(fact).items()}
    del shape["variable"]
    return shape


def _appointment_shape(appointment: Appointment) -> dict[str, Any]:
    return {
        "start": plain(appointment.start),
        "end": plain(appointment.end),
        "provider": appointment.provider_id,
        "visit": appointment.visit,
    }


def _gate_shape(gate: GateState) -> dict[str, Any]:
    return {"name": gate.name, "unknown": list(gate.unknown), "unsure": list(gate.unsure)}
