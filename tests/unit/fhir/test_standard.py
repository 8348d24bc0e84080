"""R4B is what the published models have; R4 (4.0.1) is what servers speak. Where the two differ for us,
and that the committed value sets say what the standard says."""

from __future__ import annotations

import inspect
import sys

import pytest
from pydantic import BaseModel

from bot.protocols import Protocols
from bot.services.records.fhir import case_bundle
from bot.services.records.fhir.findings import UNITS
from tests.fhir.cases import NAMESPACE, booked, call, record
from tests.fhir.rules import coded_paths, model, problems, r4_elements, value_sets

RESOURCES = (
    "Patient", "RelatedPerson", "Questionnaire", "QuestionnaireResponse", "Observation", "RiskAssessment",
    "Appointment", "Task", "ServiceRequest", "Consent", "Provenance", "Bundle", "Slot",
)  # fmt: skip

DIFFERENCES = {
    # R4B lets an Observation be about more than people; ours are about a Patient, which both allow.
    ("Observation", "subject", "of"),
}
"""Everything in which R4B differs from 4.0.1 for the types we send."""


OF_EVERY_ELEMENT = {"id", "extension", "modifierExtension", "fhir_comments"}
OF_EVERY_RESOURCE = OF_EVERY_ELEMENT | {"meta", "text", "language", "implicitRules", "contained"}


def classes_of(kind: str) -> dict[str, type[BaseModel]]:
    module = sys.modules[model(kind).__module__]
    found = inspect.getmembers(module, inspect.isclass)
    return {n: c for n, c in found if c.__module__ == module.__name__ and issubclass(c, BaseModel)}


def r4b_elements(kind: type[BaseModel]) -> dict[str, dict[str, object]]:
    table = {}
    for name, info in kind.model_fields.items():
        extra = info.json_schema_extra
        if isinstance(extra, dict) and extra.get("element_property") and not name.endswith("__ext"):
            table[info.alias or name] = {
                "required": bool(extra.get("element_required")),
                "of": extra.get("enum_reference_types"),
                "codes": extra.get("enum_values"),
            }
    return table


def test_the_differences_are_these_and_no_others() -> None:
    found = set()
    for resource in RESOURCES:
        for name, kind in classes_of(resource).items():
            old, new = r4_elements()[name], r4b_elements(kind)
            own = set(new) - (OF_EVERY_RESOURCE if name == resource else OF_EVERY_ELEMENT)
            found |= {(name, element, "there") for element in own ^ set(old)}
            for element in own & set(old):
                for what in ("required", "of", "codes"):
                    if (old[element].get(what) or None) != (new[element][what] or None):
                        found.add((name, element, what))
    assert found == DIFFERENCES


def test_our_observations_stay_where_both_agree(protocols: Protocols) -> None:
    for entry in case_bundle(record(protocols))["entry"]:
        resource = entry["resource"]
        if resource["resourceType"] == "Observation":
            assert resource["subject"]["reference"].startswith("Patient/")


def test_every_coded_element_we_send_has_a_committed_value_set(protocols: Protocols) -> None:
    made = case_bundle(record(protocols, appointments=(booked(),), tasks=(call(),)))
    sent = set(coded_paths(model("Bundle").model_validate(made), "Bundle"))
    for entry in made["entry"]:
        resource = entry["resource"]
        kind = resource["resourceType"]
        sent |= set(coded_paths(model(kind).model_validate(resource), kind))
    assert {path for path, _ in sent} - set(value_sets()["elements"]) == set()


@pytest.mark.parametrize("path", value_sets()["elements"])
def test_committed_codes_are_codes_of_the_standard(path: str) -> None:
    kind, *steps = path.split(".")
    table = {
        name: codes
        for part in r4_elements().values()
        for name, e in part.items()
        if (codes := e.get("codes"))
    }
    resource = r4_elements()[kind] if len(steps) == 1 else {}
    listed = resource.get(steps[-1], {}).get("codes") or table.get(steps[-1], ["+"])
    committed = value_sets()["elements"][path]
    assert committed["source"].startswith("http://hl7.org/fhir/R4/")
    if "+" not in listed and len(steps) == 1:
        assert set(committed["codes"]) <= set(listed)


def test_every_unit_of_the_dictionary_has_a_ucum_code(protocols: Protocols) -> None:
    units = {v.unit for v in protocols.dictionary.variables.values() if v.unit}
    assert units - set(UNITS) == set()
    assert set(UNITS.values()) <= set(value_sets()["systems"]["http://unitsofmeasure.org"]["codes"])


UNKNOWN_CODE = {"coding": [{"system": "http://loinc.org", "code": "1-1"}]}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"resourceType": "Patient", "gender": "m"}, "administrative-gender"),
        ({"resourceType": "Patient", "nickname": "Sam"}, "extra_forbidden"),
        ({"resourceType": "Task", "intent": "order"}, "Task"),
        ({"resourceType": "Condition"}, "not a resource type we know"),
        ({"resourceType": "Observation", "status": "final", "code": UNKNOWN_CODE}, "not a committed code"),
    ],
)  # fmt: skip
def test_the_rules_refuse_what_is_wrong(broken: dict[str, object], said: str) -> None:
    found = problems(broken, namespace=NAMESPACE)
    assert found
    assert said in found[0]
