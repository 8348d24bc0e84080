"""A case as a FHIR transaction: what is in it, what is not, and that the standard takes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.dictionary import FOUR_VALUES, Value, Variable
from bot.protocols import Protocols
from bot.services.records.fhir import case_bundle
from tests.fhir.cases import BACK_AND_LEG, CASE, NAMESPACE, booked, call, fact, record
from tests.fhir.rules import ID, problems, references

Bundle = Mapping[str, Any]


def of_kind(bundle: Bundle, kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


def only(bundle: Bundle, kind: str) -> dict[str, Any]:
    (found,) = of_kind(bundle, kind)
    return found


def observation(bundle: Bundle, variable: str) -> dict[str, Any]:
    found = [o for o in of_kind(bundle, "Observation") if o["code"]["coding"][0]["code"] == variable]
    assert len(found) == 1, f"{len(found)} Observations of {variable}"
    return found[0]


def wrong_in(bundle: Bundle) -> list[str]:
    """Everything the standard would refuse."""
    found = problems(bundle, namespace=NAMESPACE)
    for entry in bundle["entry"]:
        found += problems(entry["resource"], namespace=NAMESPACE)
    there = {f"{e['resource']['resourceType']}/{e['resource'].get('id')}" for e in bundle["entry"]}
    found += [f"{ref}: nowhere" for ref in references(bundle) if ref not in there]
    addresses = [entry["fullUrl"] for entry in bundle["entry"]]
    return found + (["fullUrl twice"] if len(set(addresses)) < len(addresses) else [])


@pytest.fixture
def bundle(protocols: Protocols) -> Bundle:
    return case_bundle(record(protocols, appointments=(booked(),), tasks=(call(),)))


def test_the_standard_takes_a_whole_case(bundle: Bundle) -> None:
    assert wrong_in(bundle) == []


def test_everything_the_issue_names_is_there(bundle: Bundle) -> None:
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert kinds == {
        "Patient", "QuestionnaireResponse", "Questionnaire", "Observation", "RiskAssessment", "Appointment",
        "Task", "ServiceRequest", "Consent", "Provenance",
    }  # fmt: skip


def test_the_same_case_gives_the_same_bundle(protocols: Protocols) -> None:
    first, again = (case_bundle(record(protocols, tasks=(call(),))) for _ in range(2))
    assert json.dumps(first) == json.dumps(again)


def test_own_resources_are_put_under_ids_of_the_case(bundle: Bundle) -> None:
    own = [e for e in bundle["entry"] if e["resource"]["resourceType"] != "Questionnaire"]
    for entry in own:
        resource = entry["resource"]
        assert entry["request"] == {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}
        assert ID.fullmatch(resource["id"])
    assert only(bundle, "Patient")["id"] == CASE


def test_the_shared_questionnaire_is_created_only_when_missing(bundle: Bundle) -> None:
    (entry,) = [e for e in bundle["entry"] if e["resource"]["resourceType"] == "Questionnaire"]
    version = entry["resource"]["version"]
    search = entry["request"].pop("ifNoneExist")
    assert entry["request"] == {"method": "POST", "url": "Questionnaire"}
    assert search.endswith(f"version={version}")
    assert only(bundle, "QuestionnaireResponse")["questionnaire"].endswith(f"/Questionnaire/intake|{version}")


def test_link_ids_are_the_variables(bundle: Bundle, protocols: Protocols) -> None:
    items = [item for group in only(bundle, "Questionnaire")["item"] for item in group["item"]]
    names = [item["linkId"] for item in items]
    assert sorted(names) == sorted(set(protocols.dictionary) - {"abuse_unsafe"})
    answered = [i["linkId"] for group in only(bundle, "QuestionnaireResponse")["item"] for i in group["item"]]
    assert sorted(answered) == sorted(BACK_AND_LEG)
    assert set(answered) <= set(names)


def test_every_answer_is_an_option_of_its_question(bundle: Bundle) -> None:
    items = [item for group in only(bundle, "Questionnaire")["item"] for item in group["item"]]
    options = {i["linkId"]: [o["valueCoding"] for o in i.get("answerOption", ())] for i in items}
    for group in only(bundle, "QuestionnaireResponse")["item"]:
        for item in group["item"]:
            coded = [answer["valueCoding"] for answer in item["answer"] if "valueCoding" in answer]
            assert all(coding in options[item["linkId"]] for coding in coded)


def test_a_number_carries_its_unit_and_the_patients_words(bundle: Bundle) -> None:
    told = observation(bundle, "duration_weeks")
    assert told["valueQuantity"] == {
        "value": 43.0, "unit": "weeks", "system": "http://unitsofmeasure.org", "code": "wk",
    }  # fmt: skip
    assert told["note"] == [{"text": 'in their words: "words about duration_weeks"'}]


def test_a_vital_sign_follows_its_profile(bundle: Bundle) -> None:
    fever = observation(bundle, "temp_f")
    assert [c["coding"][0]["code"] for c in fever["category"]] == ["survey", "vital-signs"]
    assert {"system": "http://loinc.org", "code": "8310-5", "display": "Body temperature"} in fever["code"][
        "coding"
    ]
    assert fever["valueQuantity"]["code"] == "[degF]"


def test_no_and_not_asked_are_different(bundle: Bundle) -> None:
    assert observation(bundle, "fever")["valueCodeableConcept"]["coding"][0]["code"] == "no"
    asked = [o["code"]["coding"][0]["code"] for o in of_kind(bundle, "Observation")]
    assert "night_sweats" not in asked


def test_unsure_is_never_a_no(bundle: Bundle) -> None:
    told = observation(bundle, "saddle_numbness")
    assert told["dataAbsentReason"]["coding"][0]["code"] == "asked-unknown"
    assert "valueCodeableConcept" not in told


def test_declined_is_said_so(protocols: Protocols) -> None:
    made = case_bundle(record(protocols, {**BACK_AND_LEG, "sexual_dysfunction": None}))
    told = observation(made, "sexual_dysfunction")
    assert told["dataAbsentReason"]["coding"][0]["code"] == "asked-declined"
    assert wrong_in(made) == []


def test_several_words_are_components(bundle: Bundle) -> None:
    parts = observation(bundle, "region")["component"]
    assert [part["valueCodeableConcept"]["coding"][0]["code"] for part in parts] == ["low_back", "leg"]


def test_nothing_is_called_a_condition(bundle: Bundle) -> None:
    assert '"Condition' not in json.dumps(bundle)


def test_risk_names_the_rules_and_what_they_read(protocols: Protocols) -> None:
    made = case_bundle(
        record(protocols, {"age": 54, "saddle_numbness": "yes", "saddle_numbness_onset_days": 1})
    )
    risk = only(made, "RiskAssessment")
    first = risk["prediction"][0]
    assert first["outcome"]["coding"][0]["code"] == "RF01"
    assert first["qualitativeRisk"]["coding"][0]["code"] == "emergency_now"
    read = observation(made, "saddle_numbness")["id"]
    assert {"reference": f"Observation/{read}"} in risk["basis"]
    assert only(made, "ServiceRequest")["priority"] == "stat"


def test_an_open_safety_question_is_not_an_absent_danger(bundle: Bundle) -> None:
    risk = only(bundle, "RiskAssessment")
    assert risk["status"] == "preliminary"


def test_no_rule_and_open_questions_say_so_far(protocols: Protocols) -> None:
    (told,) = only(case_bundle(record(protocols, {"age": 40})), "RiskAssessment")["prediction"]
    assert told["outcome"]["text"] == "no rule fired so far; safety questions are open"


def test_provenance_names_protocols_model_and_channel(bundle: Bundle, protocols: Protocols) -> None:
    made = only(bundle, "Provenance")
    shown = [entity["what"]["display"] for entity in made["entity"]]
    stamp = next(s for s in protocols.stamps if s.id == "red_flags")
    assert f"protocol red_flags {stamp.version} ({stamp.status}), sha256 {stamp.sha256}" in shown
    assert "model 20261118-ab12" in shown
    assert made["activity"]["coding"][0]["code"] == "web"
    assert len(made["target"]) == len(bundle["entry"]) - 2


def test_a_silent_engine_leaves_the_model_out(protocols: Protocols) -> None:
    made = only(case_bundle(record(protocols, model=None)), "Provenance")
    assert not [e for e in made["entity"] if "model" in e["what"]["display"]]


def test_who_writes_for_somebody_is_not_the_patient(protocols: Protocols) -> None:
    made = case_bundle(record(protocols, {**BACK_AND_LEG, "who_for": "other", "relation": "child"}))
    writer = only(made, "RelatedPerson")
    assert writer["relationship"][0]["coding"][0]["code"] == "CHILD"
    assert only(made, "QuestionnaireResponse")["source"] == {"reference": f"RelatedPerson/{CASE}"}
    assert wrong_in(made) == []


@pytest.mark.parametrize(("status", "going"), [("booked", "accepted"), ("cancelled", "declined")])
def test_booked_and_cancelled_times_are_told(protocols: Protocols, status: str, going: str) -> None:
    made = case_bundle(record(protocols, appointments=(booked(status),)))
    told = only(made, "Appointment")
    assert (told["status"], told["start"], told["minutesDuration"]) == (status, "2026-11-19T18:00:00Z", 45)
    assert {who["status"] for who in told["participant"]} == {going}
    assert wrong_in(made) == []


@pytest.mark.parametrize("status", ["held", "expired"])
def test_held_times_are_nobody_elses_business(protocols: Protocols, status: str) -> None:
    assert of_kind(case_bundle(record(protocols, appointments=(booked(status),))), "Appointment") == []


def test_a_call_is_a_task_with_its_end(protocols: Protocols) -> None:
    made = case_bundle(record(protocols, tasks=(call(status="done", note="called, comes on Friday"),)))
    told = only(made, "Task")
    assert (told["status"], told["priority"]) == ("completed", "asap")
    assert told["restriction"] == {"period": {"end": "2026-11-18T19:00:00Z"}}


def test_private_things_never_leave(protocols: Protocols) -> None:
    values = {**BACK_AND_LEG, "abuse_unsafe": "yes"}
    made = case_bundle(record(protocols, values, tasks=(call("safety_flag", private=True),)))
    text = json.dumps(made).lower()
    assert "abuse" not in text
    assert "rf91" not in text
    assert of_kind(made, "Task") == []


def test_tasks_about_our_machinery_stay_here(protocols: Protocols) -> None:
    assert of_kind(case_bundle(record(protocols, tasks=(call("engine_failure"),))), "Task") == []


def test_control_characters_of_a_paste_are_dropped(protocols: Protocols) -> None:
    made = record(protocols)
    odd = {
        "when_returned": fact("when_returned", "last\x0b May\x1b[0m", words="\x00\x07"),
        "goals": fact("goals", "\x00 "),
    }
    told = case_bundle(replace(made, file=replace(made.file, facts=odd)))
    assert observation(told, "when_returned")["valueString"] == "last May[0m"
    assert "note" not in observation(told, "when_returned")
    answered = [i["linkId"] for group in only(told, "QuestionnaireResponse")["item"] for i in group["item"]]
    assert answered == ["when_returned"]


@pytest.mark.parametrize("born", ["1968-02-29", "1968-02-30", "2/29/68", "", "last spring"])
def test_a_birth_date_is_a_date_or_absent(protocols: Protocols, born: str) -> None:
    told = only(case_bundle(record(protocols, {**BACK_AND_LEG, "birth_date": born})), "Patient")
    assert told.get("birthDate") == ("1968-02-29" if born == "1968-02-29" else None)


def test_a_phone_that_writes_and_one_that_was_named_are_both_told(protocols: Protocols) -> None:
    told = only(case_bundle(record(protocols, channel="sms", address="+13145550164")), "Patient")
    assert [(t["system"], t["value"]) for t in told["telecom"]] == [
        ("phone", "555-0188"), ("sms", "+13145550164"),
    ]  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_case_knows_the_standard_takes_it(protocols: Protocols, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(sorted(protocols.dictionary)), max_size=25, unique=True))
    values = {name: data.draw(_value(protocols.dictionary[name]), label=name) for name in chosen}
    assert wrong_in(case_bundle(record(protocols, values))) == []


def _value(variable: Variable) -> st.SearchStrategy[Value | None]:
    words = variable.values or FOUR_VALUES
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "number": st.floats(variable.minimum or 0, variable.maximum or 500).map(lambda n: round(n, 2)),
        "text": st.text(min_size=1, max_size=40),
        "list": st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True).map(tuple),
    }
    return st.none() | kinds.get(variable.kind, st.sampled_from(words))
