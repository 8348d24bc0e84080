"""Patient, and the person who writes for the patient."""

from __future__ import annotations

import datetime as dt
import re

from bot.services.records.fhir.record import Record, Resource, concept

GENDERS = {"m": "male", "f": "female", "other": "other", "skip": "unknown"}
ROLE_CODES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
RELATIONS = {"parent": ("PRN", "parent"), "spouse": ("SPS", "spouse"), "child": ("CHILD", "child")}
"""What the writer is to the patient; a caregiver has no code that fits and stays words."""


def patient(record: Record) -> Resource:
    """Who it is, as far as they said. An age is an Observation: no birth date is guessed from it."""
    case = record.file.case
    name, born, sex = (_text(record, v) for v in ("contact_name", "birth_date", "sex"))
    return {
        "resourceType": "Patient",
        "id": record.id("Patient"),
        "identifier": [record.identifier("case-reference", case.reference)],
        "active": True,
        **({"name": [{"use": "usual", "text": name}]} if name else {}),
        **({"telecom": telecom} if (telecom := _telecom(record)) else {}),
        **({"gender": GENDERS[sex]} if sex in GENDERS else {}),
        **({"birthDate": born} if _is_date(born) else {}),
    }


def related_person(record: Record) -> Resource:
    """Who writes for the patient. The name asked for is the patient's: nothing is claimed of the writer's."""
    relation = _text(record, "relation")
    coded = RELATIONS.get(relation)
    codings = [{"system": ROLE_CODES, "code": coded[0], "display": coded[1]}] if coded else []
    return {
        "resourceType": "RelatedPerson",
        "id": record.id("RelatedPerson"),
        "active": True,
        "patient": record.ref("Patient"),
        "relationship": [concept(relation or "writes for the patient", *codings)],
    }


def _telecom(record: Record) -> list[Resource]:
    case = record.file.case
    told, mail = _text(record, "contact_phone"), _text(record, "contact_email")
    phones = [{"system": "phone", "value": told}] if told else []
    if case.address and case.address != told:
        phones.append({"system": "sms", "value": case.address})
    return phones + ([{"system": "email", "value": mail}] if mail else [])


def _text(record: Record, variable: str) -> str:
    fact = record.facts.get(variable)
    return fact.value.strip() if fact and isinstance(fact.value, str) else ""


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True
