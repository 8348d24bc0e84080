"""Anything may be written: reading never raises, stays linear, and obeys the dictionary."""

from __future__ import annotations

import time
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import ProtocolError
from bot.domain.findings import Reading
from bot.language import load_reader
from bot.language.grammar.settle import allowed
from bot.language.text.lexicon import load_lexicon

from .conftest import DATE, ROOT

ODD = [
    "", " ", "\x00", "\ud800", "é̂̃" * 300, "👍" * 500, "a" * 2000, "1" * 2000, "(" * 2000,
    "no " * 700, "not " * 600,
    "\n" * 2000, "numb, " * 400, "no numbness or " * 150, "'" * 2000, "-" * 2000, "can't pee and " * 150,
    "5'" * 1000, "l4-" * 700, "a@" * 1000, "+1" * 1000, "since " * 350, "İ" * 50, "ﬁ ﬂ ｎｕｍｂ",
    "numb\u200bness in my gr\u0336oin",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_are_read(reader, dictionary, text):
    for asked in (None, "G2", "age", "contact_name", "no_such_ask"):
        _check(reader.read(text, asked, None, DATE), text, dictionary)


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=300), st.sampled_from([None, "G1", "G6", "duration_weeks", "weakness", "contact_phone"])
)
def test_any_text_is_read(reader, dictionary, text, asked):
    _check(reader.read(text, asked, None, DATE), text, dictionary)


_PIECES = st.sampled_from((
    "no", "not", "i", "my", "can't", "feel", "pee", "numb", "crotch", "leg", "weak", "fever", "but",
    ",", ".", "?", "and", "since", "yesterday", "3", "weeks", "maybe", "mom", "had", "fell", "off",
    "ladder", "cancer", "on", "the", "left", "both", "legs", "surgery", "epidural", "what", "if",
    "used", "to", "never", "only", "none",
))  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(_PIECES, max_size=40), st.sampled_from([None, "G2", "G3", "G6", "side"]))
def test_any_clinical_word_salad_obeys_the_dictionary(reader, dictionary, pieces, asked):
    text = " ".join(pieces)
    _check(reader.read(text, asked, None, DATE), text, dictionary)


def _check(reading, text, dictionary):
    for finding in reading.findings:
        assert 0 <= finding.start <= finding.end <= len(text)
        assert finding.words == text[finding.start : finding.end]
        assert finding.variable in dictionary
    for name, value in reading.facts.items():
        assert allowed(value, dictionary[name])
        assert reading.words_for(name) is not None
        assert any(finding.variable == name for finding in reading.findings)
    assert Reading.from_json(reading.to_json()) == reading


@pytest.mark.parametrize(
    "unit",
    ["no numbness, ", "can't feel my leg and ", "since monday ", "not ", "my mom had ", "( ", "5'6 210 lbs "],
)
def test_time_grows_with_length_not_faster(reader, unit):
    def seconds(characters):
        text = (unit * (characters // len(unit) + 1))[:characters]
        return min(_timed(reader, text) for _ in range(3))

    assert seconds(2000) < 12 * seconds(500) + 0.02


def _timed(reader, text):
    """Processor seconds: a busy machine makes no text slower."""
    started = time.thread_time()
    reader.read(text, None, None, DATE)
    return time.thread_time() - started


def test_string_store_keeps_no_word_of_a_message(reader):
    before = len(reader.nlp.vocab.strings)
    reader.read("Zyxwvut qwertz mentioned 5551234567 and Przybylski", None, None, DATE)
    assert len(reader.nlp.vocab.strings) == before


def test_loading_gives_warning_filters_back(dictionary):
    before = list(warnings.filters)
    load_reader(dictionary, ROOT / "data/lexicon")
    assert warnings.filters == before


def test_reading_writes_no_log(reader, caplog):
    with caplog.at_level(0):
        reader.read("secretword numb down there", None, None, DATE)
    assert "secretword" not in caplog.text


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("words: {}\n", "lexicon:"),
        ("lexicon:\n  nonsense: {}\n", "nonsense"),
        ("lexicon:\n  concepts: {a: [x]}\n  frames:\n    - {parts: [b]}\n", "'b'"),
        ("lexicon:\n  concepts: {a: [x]}\n  frames:\n    - {parts: [a], colour: red}\n", "colour"),
        ("lexicon:\n  concepts: {a: ['{none} x']}\n", "none"),
    ],
)
def test_a_wrong_lexicon_file_is_named(tmp_path: Path, body, names):
    (tmp_path / "bad.yml").write_text(body)
    with pytest.raises(ProtocolError, match=names):
        load_lexicon(tmp_path)


def test_an_empty_lexicon_folder_is_refused(tmp_path: Path):
    with pytest.raises(ProtocolError, match="lexicon"):
        load_lexicon(tmp_path)
