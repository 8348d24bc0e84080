"""`python -m bot protocols diff` on the cases of a real database, and interrupted by a real Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.store import open_store
from tests.integration.store.samples import HOUR, NOW, a_case, a_fact

FOLDER = Path(__file__).resolve().parents[3] / "data" / "protocols"
NEWLY_URGENT = {"bilateral_leg_symptoms": "yes", "bilateral_leg_symptoms_onset_days": 15}
LESS_URGENT = {"one_leg_swelling": "yes"}
UNCHANGED = {"age": 50, "region": ("low_back",)}


@pytest.fixture
def wider(tmp_path: Path) -> Path:
    """Another version: both legs count for 21 days, a swollen leg is only noted."""
    folder = tmp_path / "wider"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("versions"))
    file = folder / "red_flags.yaml"
    text = file.read_text(encoding="utf-8").replace("version: 1.0.0", "version: 1.1.0", 1)
    text = text.replace("bilateral_leg_symptoms_onset_days <= 14", "bilateral_leg_symptoms_onset_days <= 21")
    before, after = text.split("- id: RF64", 1)
    file.write_text(
        before + "- id: RF64" + after.replace("level: same_day", "level: note", 1), encoding="utf-8"
    )
    return folder


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    file = tmp_path / "intake.sqlite3"
    shutil.copy(sqlite_template, file)
    url = f"sqlite:///{file}"
    monkeypatch.setenv("INTAKE_DATABASE_URL", url)
    return url


async def _seed(url: str, stored: Mapping[str, Mapping[str, Any]]) -> None:
    store = open_store(url)
    for number, (case_id, facts) in enumerate(stored.items()):
        async with store.unit_of_work() as uow:
            await uow.cases.add(a_case(id=case_id, created_at=NOW + number * HOUR))
            await uow.facts.add(case_id, [a_fact(name, value) for name, value in facts.items()])
            await uow.commit()
    await store.close()


def test_stored_cases_are_compared_newly_urgent_first_with_the_rule(
    database: str, wider: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kinds = (UNCHANGED, LESS_URGENT, NEWLY_URGENT)
    asyncio.run(_seed(database, {f"{number:032x}": kinds[number % 3] for number in range(9)}))
    assert main(["protocols", "--folder", str(FOLDER), "diff", ".", str(wider)]) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert [line.split()[-1] for line in lines] == ["(+RF03)"] * 3 + ["C09)"] * 3
    assert lines[0].startswith(f"{2:032x}: none -> same_day")
    assert "9 cases, 6 would change, 3 of them become more urgent" in printed.err


def _command(wider: Path, facts: Path, record: Path) -> list[str]:
    diff = ["diff", ".", str(wider), "--facts", str(facts), "--record", str(record), "--json"]
    return [sys.executable, "-m", "bot", "protocols", "--folder", str(FOLDER), *diff]


def test_ctrl_c_and_the_same_command_again_give_the_same_result(wider: Path, tmp_path: Path) -> None:
    facts, record = tmp_path / "facts.jsonl", tmp_path / "record.jsonl"
    kinds = (NEWLY_URGENT, {"age": 50}, LESS_URGENT, {"age": 60})
    total = 20_000  # long enough to be interrupted, however busy the machine
    facts.write_text(
        "".join(json.dumps({"id": str(n), "facts": kinds[n % 4]}) + "\n" for n in range(total)),
        encoding="utf-8",
    )
    command = _command(wider, facts, record)
    environment = {**os.environ, "PYTHONPATH": str(FOLDER.parents[1])}
    run = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip  # tests run in the background are started deaf to the interrupt, and so would be this
    _wait_for_a_checkpoint(record, run)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "run the same command again to go on" in said
    again = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=True)
    changes = [json.loads(line) for line in again.stdout.splitlines()]
    assert len({change["case_id"] for change in changes}) == len(changes) == total // 2
    assert changes[0]["rules_added"] == ["RF03"]
    assert (
        f"{total} cases, {total // 2} would change, {total // 4} of them become more urgent" in again.stderr
    )


def _wait_for_a_checkpoint(record: Path, run: subprocess.Popen[str]) -> None:
    for _ in range(6000):
        if record.exists() and '"done"' in record.read_text(encoding="utf-8"):
            return
        assert run.poll() is None, "it ended before it could be interrupted"
        time.sleep(0.01)
    raise AssertionError("no checkpoint was written")
