"""The questionnaire the dictionary is, and a case's answers to it. `linkId` is the variable's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.domain.dictionary import FOUR_VALUES, Value, Variable
from bot.domain.facts import Fact
from bot.protocols import Protocols
from bot.services.records.fhir.record import PRIVATE_VARIABLES, Record, Resource, instant

SECTIONS: Mapping[str, str] = {
    "A": "Session and admin",
    "B": "Complaint",
    "C": "Nerve and cord",
    "D": "Bladder, bowel, saddle",
    "E": "General illness",
    "F": "Injury and bone",
    "G": "Prior surgery and procedures",
    "H": "Imaging and told diagnosis",
    "I": "Conservative care",
    "J": "Health",
}
"""clinical.md 2.2."""
_TYPES = {"number": "decimal", "text": "string"}
_STATUSES = {"active": "active", "retired": "retired"}


def address(record: Record) -> str:
    """The questionnaire's canonical address with its version: same words, same address."""
    return f"{record.namespace}/Questionnaire/intake|{version(record)}"


def version(record: Record) -> str:
    """Of the dictionary; a draft keeps its number while its bytes change, so they are in it."""
    stamp = record.stamp("variables")
    return f"{stamp.version}-{stamp.sha256[:12]}"


def questionnaire(record: Record) -> Resource:
    """Every variable as an item, grouped by section."""
    stamp = record.stamp("variables")
    return {
        "resourceType": "Questionnaire",
        "url": f"{record.namespace}/Questionnaire/intake",
        "version": version(record),
        "name": "SpineIntake",
        "title": "Spine clinic intake",
        "status": _STATUSES.get(stamp.status, "draft"),
        "subjectType": ["Patient"],
        "publisher": record.protocols.clinic.name,
        "item": [_section(record, section) for section in SECTIONS],
    }


def response(record: Record) -> Resource:
    """The case's answers. `completed` once it was handed off, `in-progress` before."""
    case = record.file.case
    groups = [_answers(record, section) for section in SECTIONS]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": record.id("QuestionnaireResponse"),
        "identifier": record.identifier("case", case.id),
        "questionnaire": address(record),
        "status": "in-progress" if case.handoff == "none" else "completed",
        "subject": record.ref("Patient"),
        "authored": instant(case.updated_at),
        "author": record.author,
        "source": record.author,
        "item": [group for group in groups if group["item"]],
    }


def value_coding(record: Record, variable: Variable, word: str) -> Resource:
    """A word of a variable as a code; yes, no, unsure and resolved mean the same everywhere."""
    shared = variable.kind in ("four_valued", "yes_no")
    label = next((choice.label for choice in variable.choices if choice.value == word), "")
    return record.coding("answer" if shared else variable.name, word, label or word.replace("_", " "))


def _variables(protocols: Protocols, section: str) -> Iterable[Variable]:
    known = protocols.dictionary.variables.values()
    return (v for v in known if v.section == section and v.name not in PRIVATE_VARIABLES)


def _section(record: Record, section: str) -> Resource:
    items = [_item(record, variable) for variable in _variables(record.protocols, section)]
    return {"linkId": f"section-{section}", "text": SECTIONS[section], "type": "group", "item": items}


def _item(record: Record, variable: Variable) -> Resource:
    words = variable.question.web if variable.question else variable.label
    options = [{"valueCoding": value_coding(record, variable, word)} for word in _words(variable)]
    return {
        "linkId": variable.name,
        "code": [record.coding("variable", variable.name)],
        "text": words or variable.name.replace("_", " ").capitalize(),
        "type": _TYPES.get(variable.kind, "choice"),
        **({"repeats": True} if variable.kind == "list" else {}),
        **({"answerOption": options} if options else {}),
    }


def _words(variable: Variable) -> tuple[str, ...]:
    if variable.kind in _TYPES:
        return ()
    return variable.values or FOUR_VALUES


def _answers(record: Record, section: str) -> Resource:
    told = [record.facts[v.name] for v in _variables(record.protocols, section) if v.name in record.facts]
    items = [_answer(record, fact) for fact in told if fact.value is not None]
    return {"linkId": f"section-{section}", "text": SECTIONS[section], "item": items}


def _answer(record: Record, fact: Fact) -> Resource:
    variable = record.dictionary[fact.variable]
    values = fact.value if isinstance(fact.value, tuple) else (fact.value,)
    return {
        "linkId": fact.variable,
        "text": variable.label or fact.variable.replace("_", " ").capitalize(),
        "answer": [_value(record, variable, value) for value in values if value is not None],
    }


def _value(record: Record, variable: Variable, value: Value) -> Resource:
    if isinstance(value, (int, float)):
        return {"valueDecimal": value}
    if variable.kind == "text":
        return {"valueString": str(value)}
    return {"valueCoding": value_coding(record, variable, str(value))}
