"""The planner stops only when nothing askable can change the result, and asks in the right order."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.__main__ import main
from bot.domain.dictionary import Value
from bot.protocols import Protocols
from bot.protocols.acceptance import AcceptanceCase
from bot.protocols.planner import Planner
from bot.protocols.questions import Length, interview, length, plain_answer

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


def test_what_is_left_is_told_honestly_from_the_first_question_on(
    protocols: Protocols, planner: Planner
) -> None:
    values: dict[str, Value] = {"age": 50}
    told = [planner.remaining(values)]
    for gate in protocols.dictionary.gates.values():
        values.update(gate.clear_no)
        told.append(planner.remaining(values))
    assert 10 <= told[0] <= 16, "a plain patient from nothing is asked about fourteen"
    assert told == sorted(told, reverse=True), "never more after an answer that changes nothing"


def test_modifiable_risks_are_never_asked_to_decide(protocols: Protocols, planner: Planner) -> None:
    """BMI, nicotine, A1c, opioids change no route (clinical.md 4.0)."""
    asked = interview(protocols, {"region": ("low_back",), "duration_weeks": 30.0}, told=False)
    assert not {"bmi", "nicotine", "a1c", "opioid"} & set(asked)


@pytest.fixture(scope="module")
def vignettes(cases: list[AcceptanceCase]) -> list[AcceptanceCase]:
    """The development vignettes: whole patients with all that is known about them."""
    return [case for case in cases if case.place.startswith("whole_patients.yaml")]


@pytest.mark.parametrize(("told", "aim"), [(False, 18), (True, 9)], ids=["from_nothing", "after_a_story"])
def test_questions_stay_few(
    protocols: Protocols,
    vignettes: list[AcceptanceCase],
    capsys: pytest.CaptureFixture[str],
    told: bool,
    aim: int,
) -> None:
    found = length(protocols, [case.facts for case in vignettes], told=told)
    with capsys.disabled():
        print(f"\nquestions {'after a full opening story' if told else 'from nothing'}: {found}")
    assert len(found.counts) == 30
    assert found.median <= aim
    assert found.worst <= 25


def test_the_planner_finds_what_the_facts_of_a_vignette_would_judge(
    protocols: Protocols, vignettes: list[AcceptanceCase]
) -> None:
    """What was left out, though it may be asked, would not have changed the result."""
    planner = protocols.planner
    for case in vignettes:
        told = _answered(protocols, case.facts)
        left_out = {name: value for name, value in case.facts.items() if planner.may_be_asked(name, told)}
        assert planner.result(told) == planner.result({**told, **left_out}), case.place


def _answered(protocols: Protocols, facts: Any) -> dict[str, Value]:
    """What is known when the planner stops; what is never asked is known from the start."""
    values = {name: value for name, value in facts.items() if protocols.dictionary[name].ask == "volunteered"}
    closed: set[str] = set()
    while (plan := protocols.next_question(values, closed=closed)) is not None:
        for name in plan.variables:
            value = plain_answer(protocols, facts, name)
            if value is None:
                closed.add(name)
            else:
                values[name] = value
    return values


def test_a_length_says_median_and_worst() -> None:
    assert str(Length(counts=(3, 9, 12, 4))) == "median 6.5, worst 12, 4 patients"


def test_the_next_question_comes_at_once(protocols: Protocols, vignettes: list[AcceptanceCase]) -> None:
    slowest = 0.0
    for case in vignettes:
        began = time.perf_counter()
        protocols.next_question(case.facts)
        slowest = max(slowest, time.perf_counter() - began)
    assert slowest < 0.5  # about 60 ms on a quiet core; this machine may be busy


@settings(
    max_examples=70,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
    ],
)
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


def test_the_command_prints_how_many_questions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["protocols", "questions"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["from nothing", "after a full opening story"]
    assert all("median" in line and "worst" in line for line in lines)
