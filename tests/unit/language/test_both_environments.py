"""The engine's Python 3.10 and ours read the committed sets alike, finding by finding."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from .conftest import ROOT

ENGINE_PYTHON = ROOT / "bot/engine/.venv/bin/python"
CASES = ROOT / "tests/cases/language"
SCRIPT = """
import datetime, json, sys
from pathlib import Path
from bot.domain.dictionary import parse_dictionary
from bot.language import load_reader, read_yaml
reader = load_reader(parse_dictionary(read_yaml(Path("data/protocols/variables.yaml"))), Path("data/lexicon"))
for line in sys.stdin:
    row = json.loads(line)
    date = datetime.date.fromisoformat(row["date"])
    print(json.dumps(reader.read(row["text"], row.get("asked"), None, date).to_json()))
"""


@pytest.mark.skipif(not ENGINE_PYTHON.exists(), reason="bot/engine/.venv is not there: `make run` makes it")
def test_both_environments_read_alike(reader):
    lines = "".join(path.read_text() for path in sorted(CASES.glob("*.jsonl")))
    done = subprocess.run(
        [str(ENGINE_PYTHON), "-c", SCRIPT],
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
        check=True,
    )
    theirs = [json.loads(line) for line in done.stdout.splitlines()]
    assert theirs == [_ours(reader, json.loads(line)) for line in lines.splitlines()]


def _ours(reader, row):
    import datetime as dt

    reading = reader.read(row["text"], row.get("asked"), None, dt.date.fromisoformat(row["date"]))
    return json.loads(json.dumps(reading.to_json()))


def test_the_committed_sets_are_read_at_least_this_well(reader, dictionary):
    from bot.language.measure import measure

    rows = [json.loads(line) for path in _sets() for line in path.read_text().splitlines()]
    rows = [row for row in rows if row["id"][0] not in "VWX"]
    report = measure(reader, dictionary, rows)
    assert report.safety.recall >= 0.96, report.safety.missed
    assert report.safety.precision >= 0.94, report.safety.wrong
    assert report.answers.recall >= 0.98, report.answers.missed


def _sets() -> list[Path]:
    return sorted(CASES.glob("*.jsonl"))


@pytest.mark.parametrize(
    ("name", "recall", "precision"),
    [("voices", 0.95, 0.94), ("voices_held", 0.86, 0.92), ("more_voices", 0.94, 0.92), ("fifth", 0.95, 0.88)],
)
def test_many_voices_are_read_at_least_this_well(reader, dictionary, name, recall, precision):
    from bot.language.measure import measure

    rows = [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text().splitlines()]
    report = measure(reader, dictionary, rows)
    assert report.safety.recall >= recall, report.safety.missed
    assert report.safety.precision >= precision, report.safety.wrong
