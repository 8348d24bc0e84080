"""`python -m bot understand --no-engine`, and the engine's part against a stand-in of its port."""

from __future__ import annotations

import json

import pytest

from bot.cli.understand import LEXICON, PROTOCOLS, run, understand_lines, understand_with
from bot.protocols import load_protocols
from bot.services.ports import Intent

from .conftest import ROOT


@pytest.fixture(scope="module")
def protocols():
    return load_protocols(ROOT / PROTOCOLS)


def lines(*rows):
    return [json.dumps(row).encode() for row in rows]


def test_a_message_gives_facts_findings_level_and_rules(reader, protocols):
    row = {"id": "a", "text": "since yesterday i cant feel when i wipe", "asked": None, "date": "2026-11-18"}
    (answer,) = understand_lines(reader, protocols, lines(row))
    assert answer["facts"]["saddle_numbness"] == "yes"
    assert (answer["level"], answer["rules"]) == ("emergency_now", ["RF01"])
    assert set(answer) == {"id", "facts", "findings", "intent", "level", "rules", "ask", "ms"}
    finding = next(f for f in answer["findings"] if f["variable"] == "saddle_numbness")
    assert row["text"][finding["start"] : finding["end"]] == finding["words"]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"not json", "line"),
        (b"[]", "text"),
        (b'{"id": 1}', "text"),
        (b'{"id": 1, "text": 5}', "text"),
        (json.dumps({"id": 1, "text": "x" * 2001}).encode(), "text"),
        (b'{"id": 1, "text": "a", "asked": 3}', "asked"),
        (b'{"id": 1, "text": "a", "date": "soon"}', "date"),
    ],
)
def test_a_wrong_line_is_refused_and_the_run_goes_on(reader, protocols, line, field):
    refused, good = understand_lines(reader, protocols, [line, b"", *lines({"id": 2, "text": "hi"})])
    assert refused["error"]["field"] == field
    assert good["id"] == 2


async def test_the_engine_adds_its_intent(reader, protocols):
    class Engine:
        async def understand(self, text, *, asked, reading):
            return Intent(name="faq", confidence=0.9, topic="recovery")

    rows = lines({"id": 1, "text": "how long is recovery?", "date": None})
    answers = [answer async for answer in understand_with(Engine(), reader, protocols, rows)]
    assert answers[0]["intent"] == {"name": "faq", "confidence": 0.9}
    assert answers[0]["findings"][-1]["value"] == "recovery"


def test_a_missing_file_ends_with_1(capsys, tmp_path):
    args = _args(str(tmp_path / "none.jsonl"))
    assert run(args) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_file_is_printed_line_by_line(capsys, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"\n".join([*lines({"id": 1, "text": "my back hurts"}), b"{"]))
    assert run(_args(str(tmp_path / "in.jsonl"))) == 1
    first, second = capsys.readouterr().out.splitlines()
    assert json.loads(first)["facts"] == {"region": ["low_back"]}
    assert json.loads(second)["error"]["field"] == "line"


def _args(file):
    import argparse

    return argparse.Namespace(file=file, no_engine=True, protocols=ROOT / PROTOCOLS, lexicon=ROOT / LEXICON)
