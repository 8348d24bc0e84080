"""The engine's Python 3.10 and ours read the committed sets alike, finding by finding."""

from __future__ import annotations

import json
import subprocess

import pytest

from .conftest import ROOT

ENGINE_PYTHON = ROOT / "bot/engine/.venv/bin/python"
CASES = ROOT / "tests/cases/language"
COMMITTED = ROOT / "data/evaluation/messages.jsonl"
SCRIPT = """
import datetime, json, sys
from pathlib import Path
from bot.domain.dictionary import parse_dictionary
from bot.language import load_reader, read_yaml
from bot.language.screen.screen import load_screen
dictionary = parse_dictionary(read_yaml(Path("data/protocols/variables.yaml")))
reader = load_reader(dictionary, Path("data/lexicon"), screen=load_screen())
for line in sys.stdin:
    row = json.loads(line)
    date = datetime.date.fromisoformat(row["date"])
    print(json.dumps(reader.read(row["text"], row.get("asked"), None, date).to_json()))
"""


@pytest.mark.skipif(not ENGINE_PYTHON.exists(), reason="bot/engine/.venv is not there: `make run` makes it")
def test_both_environments_read_alike(dictionary):
    from bot.language import load_reader
    from bot.language.screen.screen import load_screen

    reader = load_reader(dictionary, ROOT / "data/lexicon", screen=load_screen())
    lines = "".join(path.read_text() for path in (COMMITTED, *sorted(CASES.glob("*.jsonl"))))
    done = subprocess.run(
        [str(ENGINE_PYTHON), "-c", SCRIPT],
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
        check=True,
    )
    theirs = [json.loads(line) for line in done.stdout.splitlines()]
    ours = [_ours(reader, json.loads(line)) for line in lines.splitlines()]
    # The screen runs on two versions of ONNX Runtime, whose 8-bit sums round differently: what it asks may
    # differ where it is in doubt, and so may whether half a sign is enough; what the grammar reads may not.
    both = list(zip(theirs, ours, strict=True))
    asked = [one.pop("ask") == other.pop("ask") for one, other in both]
    halves = [one["half_read"] == other["half_read"] for one, other in both]
    assert [one for (one, _), same in zip(both, halves, strict=True) if same] == [
        other for (_, other), same in zip(both, halves, strict=True) if same
    ]
    assert sum(asked) >= 0.97 * len(asked)
    assert sum(halves) >= 0.99 * len(halves)


def _ours(reader, row):
    import datetime as dt

    reading = reader.read(row["text"], row.get("asked"), None, dt.date.fromisoformat(row["date"]))
    return json.loads(json.dumps(reading.to_json()))
