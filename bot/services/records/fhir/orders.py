"""What follows from a case: the request, the booked time or the calls to make, and the consent to it all."""

from __future__ import annotations

from bot.domain.schedule import Appointment
from bot.domain.tasks import StaffTask
from bot.services.records.fhir.record import Record, Resource, concept, instant

PRIORITIES = {
    "none": "routine",
    "note": "routine",
    "urgent_48h": "urgent",
    "same_day": "asap",
    "emergency_now": "stat",
}
"""Our level as FHIR's request priority."""
TASK_PRIORITIES = {"P0": "stat", "P1": "asap", "P2": "urgent", "P3": "routine"}
TASK_STATUSES = {"open": "requested", "acknowledged": "accepted", "done": "completed"}
APPOINTMENT_STATUSES = {"booked": "booked", "cancelled": "cancelled"}
"""Held and expired times are nobody else's business."""
OF_THE_HOUSE = frozenset(
    {"engine_failure", "test_flag", "undelivered", "calendar_conflict", "export_failed", "complaint"}
)
"""Tasks about our machinery or our manners, not about the patient's health."""
CONSENTS = {"given": "active", "refused": "rejected", "unasked": "proposed"}
SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
LOINC = "http://loinc.org"


def service_request(record: Record) -> Resource:
    """What the clinic's protocols propose: a visit or a call. A proposal: a clinician orders."""
    case = record.file.case
    visit = record.protocols.visits.get(case.visit or "")
    name = visit.name if visit else "contact with the clinic"
    return {
        "resourceType": "ServiceRequest",
        "id": record.id("ServiceRequest"),
        "identifier": [record.identifier("case", case.id)],
        "status": "completed" if case.status == "closed" else "active",
        "intent": "proposal",
        "priority": PRIORITIES[case.level.value],
        "code": concept(name, *([record.coding("visit", case.visit, name)] if case.visit else [])),
        "subject": record.ref("Patient"),
        "authoredOn": instant(case.created_at),
        "requester": record.author,
        "supportingInfo": [
            record.ref("QuestionnaireResponse"),
            *([record.ref("RiskAssessment")] if record.file.judgement else []),
        ],
    }


def appointments(record: Record) -> list[Resource]:
    """Booked and cancelled times of our own schedule; another system's schedule has its own already."""
    settled = [item for item in record.file.appointments if item.status in APPOINTMENT_STATUSES]
    known = [item for item in settled if item.outside is None]
    return [_appointment(record, item) for item in known]


def tasks(record: Record) -> list[Resource]:
    """The calls and other work for this patient; private ones never leave the house."""
    shown = [task for task in record.file.tasks if not task.private and task.kind not in OF_THE_HOUSE]
    return [_task(record, task) for task in shown]


def consent(record: Record) -> Resource:
    """What the patient said to "may we keep your answers and share them with the care team?"."""
    case = record.file.case
    stamp = record.stamp("texts")
    return {
        "resourceType": "Consent",
        "id": record.id("Consent"),
        "status": CONSENTS[case.consent],
        "scope": concept("Privacy consent", {"system": SCOPES, "code": "patient-privacy"}),
        "category": [concept("Consent", {"system": LOINC, "code": "59284-0"})],
        "patient": record.ref("Patient"),
        "dateTime": instant(case.created_at),
        "performer": [record.author],
        "policyRule": concept(f"the clinic's consent text, protocol {stamp.id} {stamp.version}"),
    }


def _appointment(record: Record, item: Appointment) -> Resource:
    visit = record.protocols.visits.get(item.visit)
    name = visit.name if visit else item.visit
    minutes = int((item.end - item.start).total_seconds() // 60)
    going = "accepted" if item.status == "booked" else "declined"
    return {
        "resourceType": "Appointment",
        "id": item.id,
        "identifier": [record.identifier("appointment", item.id)],
        "status": APPOINTMENT_STATUSES[item.status],
        "serviceType": [concept(name, record.coding("visit", item.visit, name))],
        "start": instant(item.start),
        "end": instant(item.end),
        "minutesDuration": minutes,
        "basedOn": [record.ref("ServiceRequest")],
        "participant": [
            {"actor": record.ref("Patient"), "required": "required", "status": going},
            {"actor": _provider(record, item.provider_id), "required": "required", "status": going},
        ],
    }


def _provider(record: Record, provider_id: str) -> Resource:
    # A reference by identifier: the other system knows its own people.
    names = {provider.id: provider.name for provider in record.protocols.clinic.providers}
    return {
        "type": "Practitioner",
        "identifier": record.identifier("provider", provider_id),
        "display": names.get(provider_id, provider_id),
    }


def _task(record: Record, task: StaffTask) -> Resource:
    changed = task.acknowledged_at or task.created_at
    return {
        "resourceType": "Task",
        "id": task.id,
        "identifier": [record.identifier("task", task.id)],
        "basedOn": [record.ref("ServiceRequest")],
        "status": TASK_STATUSES[task.status],
        "intent": "order",
        "priority": TASK_PRIORITIES[task.priority],
        "code": concept(task.kind.replace("_", " "), record.coding("task", task.kind)),
        "for": record.ref("Patient"),
        "authoredOn": instant(task.created_at),
        "lastModified": instant(changed),
        "restriction": {"period": {"end": instant(task.due_at)}},
        **({"note": [{"text": task.note}]} if task.note.strip() else {}),
    }
