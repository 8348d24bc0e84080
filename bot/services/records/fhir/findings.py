"""What the patient told as Observations, never as a diagnosis, and the risk the protocols saw in it."""

from __future__ import annotations

from bot.domain.dictionary import Value, Variable
from bot.domain.facts import Fact
from bot.domain.judgement import Judgement, Why
from bot.services.records.fhir.questionnaire import value_coding
from bot.services.records.fhir.record import Record, Resource, concept, instant, printable

ADMIN = "A"
TOLD_OF_THE_BODY = frozenset({"age", "pregnant", "pregnancy_warning"})
"""Of the administrative section, what is a finding."""
CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
LOINC_CODES = {
    "age": ("30525-0", "Age"),
    "pain_nrs": ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported"),
    "temp_f": ("8310-5", "Body temperature"),
    "height_in": ("8302-2", "Body height"),
    "weight_lb": ("29463-7", "Body weight"),
    "bmi": ("39156-5", "Body mass index (BMI) [Ratio]"),
    "a1c": ("4548-4", "Hemoglobin A1c/Hemoglobin.total in Blood"),
}
"""Variables that a LOINC code means exactly; all others have our code alone."""
VITAL_SIGNS = frozenset({"temp_f", "height_in", "weight_lb", "bmi"})
"""LOINC's codes of these bind an Observation to the vital-signs profile: category and unit code."""
UNITS = {
    "years": "a", "months": "mo", "weeks": "wk", "days": "d", "minutes": "min", "F": "[degF]", "%": "%",
    "degrees": "deg", "inches": "[in_i]", "pounds": "[lb_av]",
}  # fmt: skip
"""The dictionary's units in UCUM."""
_OWN_UNITS = {"bmi": ("kg/m2", "kg/m2")}
_COUNT = ("", "1")
_NOT_SURE = {"system": ABSENT, "code": "asked-unknown", "display": "Asked But Unknown"}
_DECLINED = {"system": ABSENT, "code": "asked-declined", "display": "Asked But Declined"}


def observations(record: Record) -> list[Resource]:
    """One for each finding the case holds, denials too: "no" and "not asked" are different things."""
    return [_observation(record, fact) for fact in record.facts.values() if is_finding(record, fact.variable)]


def is_finding(record: Record, variable: str) -> bool:
    """Whether a fact is about the body, and not about the session."""
    return record.dictionary[variable].section != ADMIN or variable in TOLD_OF_THE_BODY


def risk_assessment(record: Record, judgement: Judgement) -> Resource:
    """Level, fired rules and their basis. `preliminary` while a safety question is open: an unasked
    danger sign is not an absent one."""
    stamp = record.stamp("red_flags")
    rules = [_prediction(record, why) for why in record.reasons]
    basis = dict.fromkeys(v for why in record.reasons for v in why.facts if v in record.facts)
    return {
        "resourceType": "RiskAssessment",
        "id": record.id("RiskAssessment"),
        "status": "final" if record.file.gate_complete else "preliminary",
        "method": concept(f"protocol {stamp.id} {stamp.version} ({stamp.status}) sha256 {stamp.sha256}"),
        "code": concept("Urgency by the clinic's red-flag rules"),
        "subject": record.ref("Patient"),
        "occurrenceDateTime": instant(record.file.case.updated_at),
        "basis": [
            record.ref("QuestionnaireResponse"),
            *(record.ref("Observation", name) for name in basis if is_finding(record, name)),
        ],
        "prediction": rules or [_no_rule(record)],
        "mitigation": f"routed to {judgement.outcome} (decision {judgement.decision})",
        "note": [{"text": line} for line in _notes(record, judgement)],
    }


def _observation(record: Record, fact: Fact) -> Resource:
    variable = record.dictionary[fact.variable]
    standard = LOINC_CODES.get(fact.variable)
    codings = [{"system": LOINC, "code": standard[0], "display": standard[1]}] if standard else []
    label = variable.label or fact.variable.replace("_", " ").capitalize()
    return {
        "resourceType": "Observation",
        "id": record.id("Observation", fact.variable),
        "status": "corrected" if fact.corrected else "final",
        "category": [_category(name) for name in _categories(fact.variable)],
        "code": concept(label, record.coding("variable", fact.variable), *codings),
        "subject": record.ref("Patient"),
        "effectiveDateTime": instant(fact.at),
        "performer": [record.author],
        **_value(record, variable, fact.value),
        **({"note": notes} if (notes := _words(fact)) else {}),
        "derivedFrom": [record.ref("QuestionnaireResponse")],
    }


def _categories(variable: str) -> tuple[str, ...]:
    return ("survey", "vital-signs") if variable in VITAL_SIGNS else ("survey",)


def _category(code: str) -> Resource:
    return concept(code.replace("-", " "), {"system": CATEGORIES, "code": code})


def _words(fact: Fact) -> list[Resource]:
    said = [f'in their words: "{fact.words}"'] if printable(fact.words).strip() else []
    conflict = ["answers contradict each other: the more urgent one is kept"] if fact.conflict else []
    return [{"text": line} for line in (*said, *conflict)]


def _value(record: Record, variable: Variable, value: Value | None) -> Resource:
    match value:
        case None:
            return {"dataAbsentReason": concept("preferred not to say", _DECLINED)}
        case "unsure":
            return {"dataAbsentReason": concept("not sure", _NOT_SURE)}
        case tuple():
            return {"component": [_component(record, variable, word) for word in value]}
        case int() | float():
            return {"valueQuantity": _quantity(variable, value)}
        case _ if variable.kind == "text":
            return {"valueString": value}
        case _:
            return {"valueCodeableConcept": _coded(record, variable, value)}


def _coded(record: Record, variable: Variable, word: str) -> Resource:
    coding = value_coding(record, variable, word)
    return concept(coding["display"], coding)


def _component(record: Record, variable: Variable, word: str) -> Resource:
    name = record.coding("variable", variable.name)
    return {
        "code": concept(variable.label or variable.name, name),
        "valueCodeableConcept": _coded(record, variable, word),
    }


def _quantity(variable: Variable, value: float) -> Resource:
    unit = variable.unit or ""
    shown, code = _OWN_UNITS.get(variable.name) or ((unit, UNITS[unit]) if unit else _COUNT)
    return {"value": value, **({"unit": shown} if shown else {}), "system": UCUM, "code": code}


def _prediction(record: Record, why: Why) -> Resource:
    return {
        "outcome": concept(why.staff, record.coding("rule", why.rule, record.protocols.rule_title(why.rule))),
        "qualitativeRisk": concept(why.level.value, record.coding("level", why.level.value)),
        "rationale": f"source: {', '.join(why.source)}" if why.source else why.rule,
    }


def _no_rule(record: Record) -> Resource:
    told = (
        "no rule fired; every safety question was answered clearly"
        if record.file.gate_complete
        else "no rule fired so far; safety questions are open"
    )
    return {
        "outcome": concept(told),
        "qualitativeRisk": concept("none", record.coding("level", "none")),
    }


def _notes(record: Record, judgement: Judgement) -> list[str]:
    parts = ", ".join(f"{name} {points}" for name, points in judgement.need.items() if name != "score")
    lines = [
        f"level {record.file.case.level.value}",
        f"need {judgement.need.get('score', 0)} ({parts}), tier {judgement.tier},"
        f" complexity {judgement.complexity}",
    ]
    if judgement.missing:
        lines.append("not known: " + ", ".join(judgement.missing))
    return lines
