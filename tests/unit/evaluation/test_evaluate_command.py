"""`python -m bot evaluate`: what it prints, writes, compares and refuses."""

from __future__ import annotations

import json

import pytest

from bot.__main__ import main
from bot.settings import ROOT

ROWS = [
    {"id": "m1", "text": "i cannot feel myself wipe since monday", "facts": {"saddle_numbness": "yes"}},
    {"id": "m2", "text": "my sister had cauda equina", "facts": {}, "trap": "family"},
    {"id": "m3", "text": "zzyzx gibberish wipwap", "facts": {"fever": "yes"}},
]


@pytest.fixture
def messages(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    file = tmp_path / "messages.jsonl"
    file.write_text("".join(json.dumps({"date": "2026-11-18", **row}) + "\n" for row in ROWS))
    return file


def test_it_prints_ids_and_words_only_on_request(messages, capsys):
    assert main(["evaluate", str(messages)]) == 0
    said = capsys.readouterr().out
    assert "missed fever: m3" in said
    assert "gibberish" not in said
    assert main(["evaluate", str(messages), "--words", "--speed"]) == 0
    said = capsys.readouterr().out
    assert "gibberish" in said
    assert "messages_a_second" in said


def test_a_report_compares_with_itself_and_with_a_better_one(messages, tmp_path, capsys):
    report = tmp_path / "report.json"
    assert main(["evaluate", str(messages), "--quiet", "--report", str(report)]) == 0
    assert main(["evaluate", str(messages), "--quiet", "--compare", str(report)]) == 0
    better = json.loads(report.read_text())
    better["safety"]["facts"]["fever"]["fired"] = 1.0
    report.write_text(json.dumps(better))
    assert main(["evaluate", str(messages), "--quiet", "--compare", str(report)]) == 1
    assert "fever: fired fell" in capsys.readouterr().err


def test_a_wrong_row_is_refused_by_its_place(messages, capsys):
    messages.write_text('{"id": "x"}\n')
    assert main(["evaluate", str(messages)]) == 1
    assert "messages.jsonl:1: " in capsys.readouterr().err
