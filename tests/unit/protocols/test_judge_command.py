"""`python -m bot judge`: the contract's lines, refusals that do not stop the run, explanations."""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bot.cli import judge
from bot.protocols import Protocols

from .conftest import FOLDER

EMERGENCY = {"age": 44, "saddle_numbness": "yes", "saddle_numbness_onset_days": 2}


def answers(protocols: Protocols, *requests: Any, nearly: bool = False) -> list[dict[str, Any]]:
    lines = [r if isinstance(r, bytes) else json.dumps(r).encode() for r in requests]
    return list(judge.judge_lines(protocols, lines, nearly=nearly))


def test_a_judgement_has_the_shape_of_the_contract(protocols: Protocols) -> None:
    (answer,) = answers(protocols, {"id": "V", "facts": EMERGENCY})
    assert list(answer) == [
        "id", "level", "rules", "outcome", "decision", "visit", "need", "complexity", "notes", "missing",
        "provisional", "tier", "flags", "why", "protocols",
    ]  # fmt: skip
    assert (answer["id"], answer["level"], answer["rules"]) == ("V", "emergency_now", ["RF01"])
    assert answer["provisional"] == "new_patient_eval"
    assert answer["need"] == {"score": 0, **{f"N{n}": 0 for n in range(1, 11)}}
    assert {stamp["id"] for stamp in answer["protocols"]} == {"variables", "red_flags", "routing"}
    assert all(len(stamp["sha256"]) == 64 and stamp["status"] == "draft" for stamp in answer["protocols"])


def test_why_names_facts_source_and_both_texts(protocols: Protocols) -> None:
    (answer,) = answers(protocols, {"id": 1, "facts": EMERGENCY})
    (why,) = answer["why"]
    assert why["facts"] == {"saddle_numbness": "yes", "saddle_numbness_onset_days": 2}
    assert "R-GIRFT" in why["source"]
    assert why["patient"].startswith("New numbness between your legs")
    assert why["staff"].startswith("saddle_numbness yes, saddle_numbness_onset_days 2.")


def test_nearly_names_rules_one_step_away(protocols: Protocols) -> None:
    facts = {"region": ["low_back"], "duration_weeks": 20, "age": 64, "trauma": "minor", "trauma_days": 4}
    (answer,) = answers(protocols, {"id": 1, "facts": facts}, nearly=True)
    near = {why["rule"]: why["facts"] for why in answer["nearly"]}
    assert near["RF52c"]["age"] == 65
    assert "RF61" not in near


@pytest.mark.parametrize(
    ("facts", "field", "allowed"),
    [
        ({"foot_dropp": "yes"}, "foot_dropp", "foot_drop"),
        ({"foot_drop": "maybe"}, "foot_drop", "resolved"),
        ({"foot_drop": True}, "foot_drop", "yes"),
        ({"age": "54"}, "age", "a number from 0 to 120"),
        ({"age": True}, "age", "a number"),
        ({"age": 121}, "age", "to 120"),
        ({"age": -1}, "age", "from 0"),
        ({"pain_nrs": 11}, "pain_nrs", "to 10"),
        ({"pain_nrs": float("nan")}, "pain_nrs", "a number"),
        ({"duration_weeks": 10**400}, "duration_weeks", "a number"),
        ({"region": "neck"}, "region", "neck"),
        ({"region": ["neck", "ankle"]}, "region", "low_back"),
        ({"region": []}, "region", "low_back"),
        ({"dx": [["ddd"]]}, "dx", "ddd"),
        ({"goals": 5}, "goals", "text"),
        (["age", 5], "facts", "a mapping"),
        (None, "facts", "a mapping"),
    ],
)
def test_an_unknown_name_or_value_is_answered_with_what_is_allowed(
    protocols: Protocols, facts: Any, field: str, allowed: str
) -> None:
    (answer,) = answers(protocols, {"id": "x", "facts": facts})
    assert set(answer) == {"id", "error"}
    assert answer["error"]["field"] == field
    given = answer["error"]["allowed"]
    assert allowed in given


@pytest.mark.parametrize("line", [b"not json", b"[1]", b"5", b'{"id": "x"}', b"\xff\xfe", b"[" * 100_000])
def test_a_line_that_is_no_request_is_an_error_line(protocols: Protocols, line: bytes) -> None:
    (answer,) = answers(protocols, line)
    assert set(answer["error"]) == {"field", "value", "allowed"}


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"1e999"])
def test_a_number_that_json_does_not_know_is_refused_in_plain_json(
    protocols: Protocols, number: bytes
) -> None:
    (answer,) = answers(protocols, b'{"id": "x", "facts": {"age": ' + number + b"}}")
    assert answer["error"]["field"] == "age"
    json.dumps(answer, allow_nan=False)


def test_companions_of_a_fact_are_known(protocols: Protocols) -> None:
    facts = {
        "bladder_retention": "yes", "bladder_retention_onset_days": 2190,
        "bladder_retention_course": "worsening", "bladder_retention_explained": "bph",
        "bladder_retention_changed_14d": "yes",
    }  # fmt: skip
    (answer,) = answers(protocols, {"id": "E08", "facts": facts})
    assert answer["rules"] == ["RF01"]


def test_the_run_goes_on_after_a_refusal_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "facts.jsonl"
    file.write_text('{"id": 1, "facts": {"nonsense": 1}}\n\n{"id": 2, "facts": {}}\n')
    assert judge.run(_options(file)) == 1
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["id"] for line in printed] == [1, 2]
    assert printed[1]["decision"] == "C09"


def test_standard_input_and_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(b'{"id": "\\ud800", "facts": {"age": 50}}\n'))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert judge.run(_options("-")) == 0
    assert json.loads(capsys.readouterr().out)["level"] == "none"


def test_a_file_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge.run(_options(tmp_path / "nothing.jsonl")) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_two_thousand_cases_a_second(protocols: Protocols) -> None:
    facts = {
        "age": 44,
        "region": ("low_back",),
        "duration_weeks": 20,
        "course": "same",
        "function_limit": "mild",
    }
    assert min(_seconds(protocols, facts) for _ in range(3)) < 0.5


def _seconds(protocols: Protocols, facts: dict[str, Any]) -> float:
    started = time.process_time()
    for _ in range(1000):
        protocols.judge(facts)
    return time.process_time() - started


def _options(file: Path | str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    judge.configure(parser)
    return parser.parse_args([str(file), "--protocols", str(FOLDER)])
