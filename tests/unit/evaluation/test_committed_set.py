"""The committed messages are understood at least as well as the committed report says."""

from __future__ import annotations

import json

import pytest

from bot.cli.evaluate import COMMITTED, REPORT
from bot.evaluation.report import fingerprint, measured, setbacks
from bot.language import load_reader
from bot.language.corpus import effective, load_corpus
from bot.language.screen.screen import load_screen
from bot.settings import ROOT

OLDER = ROOT / "tests" / "cases" / "language"
"""Sets of earlier rounds, labelled in part: only what they state is judged."""


@pytest.fixture(scope="module")
def screened_reader(protocols):
    return load_reader(protocols.dictionary, ROOT / "data" / "lexicon", screen=load_screen())


def test_no_safety_facts_recall_fell(screened_reader, protocols):
    """Better? `python -m bot evaluate --report data/evaluation/report.json` writes the report anew."""
    file = ROOT / COMMITTED
    report, _, _ = measured(screened_reader, protocols, load_corpus([file], protocols.dictionary))
    before = json.loads((ROOT / REPORT).read_text(encoding="utf-8"))
    assert setbacks({"sha256": fingerprint([file]), **report}, before) == []


def test_the_set_is_large_enough(protocols):
    rows = load_corpus([ROOT / COMMITTED], protocols.dictionary)
    assert len(rows) >= 600
    assert len({row.voice for row in rows}) >= 40


def test_the_hard_set_can_be_read_and_shares_no_message_with_the_other(protocols):
    hard = load_corpus([ROOT / "data/evaluation/hard.jsonl"], protocols.dictionary)
    rows = load_corpus([ROOT / COMMITTED], protocols.dictionary)
    assert len(effective([*rows, *hard])) >= len(effective(rows)) + 500
    assert sum(row.trap is not None for row in hard) >= 200


def test_the_report_names_no_words_and_no_times(protocols):
    text = (ROOT / REPORT).read_text(encoding="utf-8")
    assert "_ms" not in text
    rows = load_corpus([ROOT / COMMITTED], protocols.dictionary)
    assert not [row.id for row in rows if " " in row.text and row.text in text]


@pytest.mark.parametrize(
    ("name", "recall"),
    [
        ("fifth", 0.95),
        ("fresh", 0.98),
        ("messages", 0.98),
        ("more_voices", 0.94),
        ("third", 0.96),
        ("voices", 0.95),
        ("voices_held", 0.90),
    ],
)
def test_sets_of_earlier_rounds_are_read_at_least_this_well(reader, protocols, name, recall):
    rows = load_corpus([OLDER / f"{name}.jsonl"], protocols.dictionary)
    report, _, scores = measured(reader, protocols, rows)
    facts = report["safety"]["all_facts"]
    assert facts["fired"] >= recall, scores.all_facts.missed
