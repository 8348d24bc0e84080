"""The transaction bundle of a case: all of it is taken, or none, and a second time changes nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

from bot.services.records.fhir import findings, orders, people, questionnaire
from bot.services.records.fhir.record import Record, Resource, concept, instant, printable

PARTICIPANTS = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
CHANNELS = {"web": "web chat", "sms": "text message", "shell": "terminal"}


def case_bundle(record: Record) -> Resource:
    """Everything of the case that may leave the house, as a FHIR R4 transaction.

    Resources of the case are written by PUT with ids that follow from the case; the questionnaire, which
    all cases of a dictionary version share, by a conditional create (If-None-Exist).
    """
    entries = [_shared(record), *(_own(record, resource) for resource in _resources(record))]
    bundle: Resource = printable({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    return bundle


def _resources(record: Record) -> Iterator[Resource]:
    told = list(_told(record))
    yield from told
    yield _provenance(record, told)


def _told(record: Record) -> Iterator[Resource]:
    yield people.patient(record)
    if record.by_somebody_else:
        yield people.related_person(record)
    yield orders.consent(record)
    yield questionnaire.response(record)
    yield from findings.observations(record)
    if record.file.judgement is not None:
        yield findings.risk_assessment(record, record.file.judgement)
    yield orders.service_request(record)
    yield from orders.appointments(record)
    yield from orders.tasks(record)


def _own(record: Record, resource: Resource) -> Resource:
    address = f"{resource['resourceType']}/{resource['id']}"
    return {
        "fullUrl": f"{record.namespace}/{address}",
        "resource": resource,
        "request": {"method": "PUT", "url": address},
    }


def _shared(record: Record) -> Resource:
    resource = questionnaire.questionnaire(record)
    search = urlencode({"url": resource["url"], "version": resource["version"]})
    return {
        "fullUrl": uuid.uuid5(uuid.NAMESPACE_URL, questionnaire.address(record)).urn,
        "resource": resource,
        "request": {"method": "POST", "url": "Questionnaire", "ifNoneExist": search},
    }


def _provenance(record: Record, told: Sequence[Resource]) -> Resource:
    case = record.file.case
    channel = CHANNELS[case.channel]
    return {
        "resourceType": "Provenance",
        "id": record.id("Provenance"),
        "target": [{"reference": f"{r['resourceType']}/{r['id']}"} for r in told],
        "occurredPeriod": {"start": instant(case.created_at), "end": instant(case.updated_at)},
        "recorded": instant(case.updated_at),
        "activity": concept(f"intake by {channel}", record.coding("channel", case.channel, channel)),
        "agent": [
            {"type": _participant("author"), "who": record.author},
            {"type": _participant("assembler"), "who": _software(record)},
        ],
        "entity": [*_protocols(record), *_model(record)],
    }


def _participant(code: str) -> Resource:
    return concept(code, {"system": PARTICIPANTS, "code": code})


def _software(record: Record) -> Resource:
    return {
        "type": "Device",
        "identifier": record.identifier("software", "spine-intake"),
        "display": "Spine Intake",
    }


def _protocols(record: Record) -> Iterator[Resource]:
    stamps = record.file.judgement.protocols if record.file.judgement else record.protocols.stamps
    for stamp in stamps:
        what = {
            "identifier": record.identifier("protocol", f"{stamp.id}|{stamp.version}"),
            "display": f"protocol {stamp.id} {stamp.version} ({stamp.status}), sha256 {stamp.sha256}",
        }
        yield {"role": "source", "what": what}


def _model(record: Record) -> Iterator[Resource]:
    if record.model is not None:
        what = {"identifier": record.identifier("model", record.model), "display": f"model {record.model}"}
        yield {"role": "source", "what": what}
