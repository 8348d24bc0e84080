"""Versions: approved by two, kept for good, compared case by case, interruptible."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.cli import protocols as command
from bot.domain.errors import ProtocolError
from bot.protocols import load_protocols
from bot.protocols.releases import find_release, load_release, publish
from bot.protocols.rescoring import compare, rescore, urgent_first

from .conftest import CASES, FOLDER

DAY = dt.date(2026, 11, 23)
BOTH_LEGS_15_DAYS: Mapping[str, Any] = {
    "bilateral_leg_symptoms": "yes",
    "bilateral_leg_symptoms_onset_days": 15,
}
UNSURE: Mapping[str, Any] = {"saddle_numbness": "unsure"}


@pytest.fixture
def working(tmp_path: Path) -> Path:
    """A working copy of the protocols."""
    folder = tmp_path / "protocols"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("versions"))
    return folder


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """One acceptance case that holds now."""
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "one.yaml").write_text(
        "cases:\n  - case: both legs for 14 days\n    for: [RF03]\n"
        "    facts: {bilateral_leg_symptoms: yes, bilateral_leg_symptoms_onset_days: 14}\n"
        "    expect: {rules: [RF03]}\n"
    )
    return folder


def edit(folder: Path, old: str, new: str, *, file: str = "red_flags.yaml") -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))


def wider(folder: Path) -> None:
    """Version 1.1.0: new both-leg pain counts for 21 days."""
    edit(folder, "version: 1.0.0", "version: 1.1.0")
    edit(folder, "bilateral_leg_symptoms_onset_days <= 14", "bilateral_leg_symptoms_onset_days <= 21")


def released(folder: Path, cases: Path) -> Path:
    return publish(folder, cases=cases, names=["Ann Example", "Bo Example"], on=DAY, effective=DAY)


def test_publishing_fills_the_header_and_keeps_the_files(working: Path, cases: Path) -> None:
    place = released(working, cases)
    assert place.name == "variables-1.0.0_red_flags-1.0.0_routing-1.0.0"
    for name in ("variables", "red_flags", "routing"):
        assert (place / f"{name}.yaml").read_bytes() == (working / f"{name}.yaml").read_bytes()
    stamps = load_release(working).judge.stamps
    assert {stamp.status for stamp in stamps} == {"active"}
    assert 'approved_by: ["Ann Example", "Bo Example"]' in (working / "routing.yaml").read_text()
    assert "effective_from: 2026-11-23" in (working / "routing.yaml").read_text()


def test_publishing_again_changes_nothing(working: Path, cases: Path) -> None:
    assert released(working, cases) == released(working, cases)


@pytest.mark.parametrize(
    "names", [[], ["Ann"], ["Ann", "ann "], ["Ann", ""], ["Ann", "Bo", "Cy"], ["Ann", 'Bo"]\nstatus: draft']]
)
def test_two_different_people_must_approve(working: Path, cases: Path, names: list[str]) -> None:
    with pytest.raises(ProtocolError, match="staff name"):
        publish(working, cases=cases, names=names, on=DAY, effective=DAY)
    assert "status: draft" in (working / "red_flags.yaml").read_text()


def test_a_failing_case_stops_the_publication(working: Path, cases: Path) -> None:
    edit(working, "bilateral_leg_symptoms_onset_days <= 14", "bilateral_leg_symptoms_onset_days <= 13")
    with pytest.raises(ProtocolError, match="1 expectations of the acceptance cases fail"):
        released(working, cases)
    assert not (working / "versions").exists()


def test_without_cases_nothing_is_published(working: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProtocolError, match="no acceptance case"):
        released(working, tmp_path / "empty")


def test_a_published_version_cannot_change(working: Path, cases: Path) -> None:
    released(working, cases)
    edit(working, "bilateral_leg_symptoms_onset_days <= 14", "bilateral_leg_symptoms_onset_days <= 21")
    with pytest.raises(ProtocolError, match=r"red_flags\.yaml: version 1\.0\.0 is published"):
        released(working, cases)


def test_a_published_file_that_was_edited_judges_nobody(working: Path, cases: Path) -> None:
    released(working, cases)
    load_protocols(working)
    edit(working, "\ngroups:", "\n# a note\ngroups:", file="variables.yaml")
    with pytest.raises(ProtocolError, match=r"variables\.yaml: version 1\.0\.0 is published"):
        load_protocols(working)
    edit(working, "version: 1.0.0", "version: 1.0.1", file="variables.yaml")
    assert load_protocols(working).judge({}).protocols[0].version == "1.0.1"


def test_a_file_that_did_not_change_keeps_its_own_approval(working: Path, cases: Path) -> None:
    first = released(working, cases)
    wider(working)
    second = publish(working, cases=cases, names=["Cy", "Di"], on=DAY, effective=DAY)
    assert second.name == "variables-1.0.0_red_flags-1.1.0_routing-1.0.0"
    assert (second / "routing.yaml").read_bytes() == (first / "routing.yaml").read_bytes()
    assert 'approved_by: ["Cy", "Di"]' in (second / "red_flags.yaml").read_text()


def test_the_whole_result_comes_again_from_the_kept_version(working: Path, cases: Path) -> None:
    released(working, cases)
    stored = load_protocols(working).judge(BOTH_LEGS_15_DAYS, nearly=True)
    wider(working)
    assert find_release(working, stored.protocols).judge.judge(BOTH_LEGS_15_DAYS, nearly=True) == stored


def test_a_case_is_judged_again_by_what_judged_it(working: Path, cases: Path) -> None:
    released(working, cases)
    first = load_release(working).judge.judge(BOTH_LEGS_15_DAYS)
    wider(working)
    assert load_release(working).judge.judge(BOTH_LEGS_15_DAYS).rules == ("RF03",)
    again = find_release(working, first.protocols)
    assert again.judge.judge(BOTH_LEGS_15_DAYS) == first


def test_a_version_that_is_not_kept_is_said(working: Path, cases: Path) -> None:
    stamps = load_release(working).judge.stamps
    wider(working)
    with pytest.raises(ProtocolError, match=r"red_flags 1\.0\.0.*not kept"):
        find_release(working, stamps)


def test_a_change_names_the_rule_that_did_it_newly_urgent_first(working: Path) -> None:
    old = load_release(working)
    wider(working)
    edit(working, "fact == unsure for fact in CES", "fact == unsure and known(age) for fact in CES")
    new = load_release(working)
    facts: list[tuple[str, Mapping[str, Any]]] = [("a", UNSURE), ("b", BOTH_LEGS_15_DAYS), ("c", {"age": 50})]
    changes = urgent_first(change for change in rescore(old, new, facts) if change)
    assert [(change.case_id, change.rules_added, change.rules_removed) for change in changes] == [
        ("b", ("RF03",), ()),
        ("a", (), ("RF06",)),
    ]
    assert changes[0].sentence().startswith("b: none -> same_day, new_patient_eval -> deferred_same_day")
    assert compare(old, new, ("c", {"age": 50})) is None


def test_an_interrupted_run_goes_on_with_the_same_result(working: Path, tmp_path: Path) -> None:
    old = load_release(working)
    wider(working)
    new = load_release(working)
    facts = [(str(n), BOTH_LEGS_15_DAYS if n % 7 == 0 else {"age": 50}) for n in range(1300)]
    record = tmp_path / "run.jsonl"
    run = rescore(old, new, facts, record=record)
    for _ in range(800):
        next(run)
    run.close()  # type: ignore[attr-defined]
    record.write_text(record.read_text() + '{"at": 900, "cha')
    again = list(rescore(old, new, facts, record=record))
    assert len(again) == 1300
    assert sorted(c.case_id for c in again if c) == sorted(c.case_id for c in rescore(old, new, facts) if c)


def test_a_record_of_other_versions_is_refused(working: Path, tmp_path: Path) -> None:
    old, record = load_release(working), tmp_path / "run.jsonl"
    list(rescore(old, old, [], record=record))
    wider(working)
    with pytest.raises(ProtocolError, match="other versions"):
        list(rescore(old, load_release(working), [], record=record))


def test_the_command_compares_a_release_with_the_working_version(
    working: Path, cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--folder", str(working), "publish", "--by", "Ann", "--by", "Bo", "--cases", str(cases)) == 0
    wider(working)
    facts = tmp_path / "facts.jsonl"
    facts.write_text(json.dumps({"id": "x", "facts": BOTH_LEGS_15_DAYS}) + "\n")
    release = "variables-1.0.0_red_flags-1.0.0_routing-1.0.0"
    assert run("--folder", str(working), "diff", release, ".", "--facts", str(facts), "--json") == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[-1])["rules_added"] == ["RF03"]
    assert "1 cases, 1 would change, 1 of them become more urgent" in printed.err


def test_all_our_own_cases_allow_publication(working: Path) -> None:
    assert released(working, CASES).is_dir()


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(arguments))
