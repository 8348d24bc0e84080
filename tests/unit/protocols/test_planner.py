"""The planner stops only when nothing askable can change the result, and asks in the right order."""

from __future__ import annotations

import statistics
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.protocols.vignettes import plain_answer, vignettes

from bot.domain.dictionary import Value
from bot.domain.levels import Level
from bot.protocols import Protocols
from bot.protocols.planner import Planner

GATES = ["G1", "G2", "G3", "G4", "G5", "G6"]
MOST_QUESTIONS = 70


@pytest.fixture(scope="module")
def planner(protocols: Protocols) -> Planner:
    return protocols.planner


def _answer_gates(protocols: Protocols) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for gate in protocols.dictionary.gates.values():
        values.update(gate.clear_no)
    return values


def test_an_empty_case_begins_with_the_gates_in_order(protocols: Protocols, planner: Planner) -> None:
    values: dict[str, Value] = {}
    asked = []
    for _ in GATES:
        plan = planner.next_question(values)
        assert plan is not None
        asked.append(plan.name)
        values.update(protocols.dictionary.gates[plan.name].clear_no)
    assert asked == GATES


def test_a_gate_whose_facts_are_all_known_is_not_asked(protocols: Protocols, planner: Planner) -> None:
    known = dict(protocols.dictionary.gates["G1"].clear_no)
    plan = planner.next_question(known)
    assert plan is not None
    assert plan.name == "G2"


def test_a_gate_asks_for_its_open_facts_only(protocols: Protocols, planner: Planner) -> None:
    plan = planner.next_question({"chest_pain": "no"})
    assert plan is not None
    assert plan.name == "G1"
    assert "chest_pain" not in plan.variables


def test_a_closed_question_is_not_asked_again(protocols: Protocols, planner: Planner) -> None:
    values = _answer_gates(protocols)
    first = planner.next_question(values)
    assert first is not None
    second = planner.next_question(values, closed={first.name})
    assert second is None or second.name != first.name


def test_a_yes_at_the_gate_is_followed_up_before_the_complaint(
    protocols: Protocols, planner: Planner
) -> None:
    values = {**_answer_gates(protocols), "weakness": "mild"}
    plan = planner.next_question(values)
    assert plan is not None
    assert plan.name in ("weakness_where", "weakness_onset_days")


def test_modifiable_risks_are_never_asked_to_decide(protocols: Protocols, planner: Planner) -> None:
    """BMI, nicotine, A1c, opioids change no route (clinical.md 4.0)."""
    asked = _interview(protocols, planner, {"region": ("low_back",)})
    assert not {"bmi", "nicotine", "a1c", "opioid"} & set(asked)


def _interview(protocols: Protocols, planner: Planner, facts: dict[str, Value]) -> list[str]:
    """Ask from nothing until the planner stops; the names asked."""
    values: dict[str, Value] = {}
    closed: set[str] = set()
    asked: list[str] = []
    while (plan := planner.next_question(values, closed=closed)) is not None:
        asked.append(plan.name)
        assert len(asked) < MOST_QUESTIONS, asked
        for name in plan.variables:
            value = plain_answer(protocols, facts, name)
            if value is None:
                closed.add(name)
            else:
                values[name] = value
        if protocols.judge(values).level is Level.EMERGENCY_NOW:
            break
    return asked


def test_questions_from_nothing_stay_few(
    protocols: Protocols, planner: Planner, capsys: pytest.CaptureFixture[str]
) -> None:
    """The aim of clinical.md 2.1: 18 turns. Consent, opening, contact and summary are four of them."""
    frame = 4
    counts = sorted(len(_interview(protocols, planner, v.facts)) + frame for v in vignettes())
    with capsys.disabled():
        print(f"\nquestions from nothing: median {statistics.median(counts)}, worst {counts[-1]}")
    assert statistics.median(counts) <= 18


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_answer_to_a_skipped_question_changes_the_result(
    data: st.DataObject, protocols: Protocols, planner: Planner
) -> None:
    values = _answer_gates(protocols)
    for name in list(values):
        if data.draw(st.integers(0, 9)) == 0:
            values[name] = data.draw(st.sampled_from(planner.standing(name)))
    _answer_until_it_stops(data, planner, values)
    result = planner.result(values)
    for _ in range(25):
        filled = _fill(data, planner, values)
        assert planner.result(filled) == result, {k: v for k, v in filled.items() if k not in values}


def _answer_until_it_stops(data: st.DataObject, planner: Planner, values: dict[str, Value]) -> None:
    for _ in range(MOST_QUESTIONS):
        plan = planner.next_question(values)
        if plan is None:
            return
        for name in plan.variables:
            values[name] = data.draw(_values(planner, name))
    raise AssertionError("the planner does not stop")


def _fill(data: st.DataObject, planner: Planner, values: dict[str, Value]) -> dict[str, Value]:
    """Values for some of the skipped questions; conditional ones only where they may be asked."""
    filled = dict(values)
    for name in data.draw(st.permutations(planner.askable())):
        if name not in filled and planner.may_be_asked(name, filled) and data.draw(st.booleans()):
            filled[name] = data.draw(_values(planner, name))
    return filled


def _values(planner: Planner, name: str) -> st.SearchStrategy[Any]:
    standing = planner.standing(name)
    if isinstance(standing[0], tuple):
        words = [word for value in standing for word in value]
        return st.lists(st.sampled_from(words), min_size=1, max_size=3, unique=True).map(tuple)
    return st.sampled_from(standing)
