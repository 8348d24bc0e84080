"""The loader of labelled messages is strict, counts near duplicates once, and keeps a voice together."""

from __future__ import annotations

import json

import pytest

from bot.domain.errors import InvalidInput
from bot.language.corpus import Row, effective, folds_by_voice, load_corpus, near_duplicates

from .conftest import DATE, ROOT

GOOD = {"id": "a-1", "text": "my toes drag", "date": "2026-11-18", "facts": {"foot_drop": "yes"}}


def write(folder, *rows):
    file = folder / "set.jsonl"
    file.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return [file]


def test_a_row_with_everything_is_read(tmp_path, dictionary):
    row = {
        **GOOD,
        "asked": "G3",
        "optional": {"region": ["leg"]},
        "findings": [{"variable": "weakness", "value": "severe", "assertion": "other_person"}],
        "ask": ["weakness"],
        "trap": "family",
        "intent": "inform",
        "voice": "v",
        "construction": "c",
    }
    (read,) = load_corpus(write(tmp_path, row, ""), dictionary)
    assert read.facts == {"foot_drop": "yes"}
    assert read.optional == {"region": ("leg",)}
    assert read.findings == (("weakness", "severe", "other_person"),)
    assert (read.ask, read.trap, read.asked) == (("weakness",), "family", "G3")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 2001}, "text"),
        ({"date": "yesterday"}, "date"),
        ({"facts": {"toe_drop": "yes"}}, "facts"),
        ({"facts": {"foot_drop": "very"}}, "foot_drop"),
        ({"facts": {"duration_weeks": "two"}}, "duration_weeks"),
        ({"facts": {"duration_weeks": float("inf")}}, "duration_weeks"),
        ({"facts": {"region": ["elbow"]}}, "region"),
        ({"findings": [{"variable": "fever", "value": "yes", "assertion": "perhaps"}]}, "findings"),
        ({"ask": ["toes"]}, "ask"),
        ({"trap": 1}, "trap"),
        ({"answer": "some"}, "answer"),
        ({"intent": 3}, "intent"),
        ({"mood": "sad"}, "mood"),
    ],
)
def test_a_wrong_row_is_refused_by_place_and_field(tmp_path, dictionary, change, field):
    with pytest.raises(InvalidInput, match=rf"set\.jsonl:2: {field}") as caught:
        load_corpus(write(tmp_path, GOOD, {**GOOD, "id": "a-2", **change}), dictionary)
    assert caught.value.field == field
    assert "toes drag" not in str(caught.value)


@pytest.mark.parametrize("line", ["{", "[]", "7"])
def test_a_line_that_is_no_object_is_refused(tmp_path, dictionary, line):
    with pytest.raises(InvalidInput, match=r"set\.jsonl:1: line"):
        load_corpus(write(tmp_path, line), dictionary)


def test_an_id_stands_once(tmp_path, dictionary):
    with pytest.raises(InvalidInput, match=r"set\.jsonl:2: id"):
        load_corpus(write(tmp_path, GOOD, GOOD), dictionary)


def test_a_file_that_is_not_there_or_not_text(tmp_path, dictionary):
    with pytest.raises(InvalidInput, match="cannot be read"):
        load_corpus([tmp_path / "none.jsonl"], dictionary)
    (tmp_path / "bad.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="UTF-8"):
        load_corpus([tmp_path / "bad.jsonl"], dictionary)


def test_near_duplicates_count_once():
    texts = [
        "my left foot drags on the floor since monday",
        "My left foot drags on the floor since  Monday!",
        "hi",
    ]
    assert near_duplicates(texts) == {1: 0}
    rows = [Row(id=str(at), text=text, date=DATE, facts={}) for at, text in enumerate(texts)]
    assert [row.id for row in effective(rows)] == ["0", "2"]


def test_near_duplicates_are_found_exactly():
    """The filter skips no pair that comparing all with all would find."""
    from bot.language.corpus import ALIKE, grams

    texts = [json.loads(line)["text"] for line in _lines()[:400]]
    texts += [text[:-3] for text in texts[:80]]
    found = near_duplicates(texts)
    kept = [at for at in range(len(texts)) if at not in found]
    for at, one in enumerate(kept):
        for other in kept[:at]:
            a, b = grams(texts[one]), grams(texts[other])
            assert len(a & b) <= ALIKE * len(a | b)


def _lines():
    return (ROOT / "data/evaluation/messages.jsonl").read_text().splitlines()


def test_a_voice_is_in_one_fold():
    rows = [Row(id=str(at), text="x", date=DATE, facts={}, voice=f"v{at % 7}") for at in range(70)]
    folds = folds_by_voice(rows, folds=3)
    assert all(
        len({fold for row, fold in zip(rows, folds, strict=True) if row.voice == v}) == 1
        for v in {"v0", "v6"}
    )
    assert sorted(folds.count(fold) for fold in range(3)) == [20, 20, 30]


def test_the_corpus_is_large_enough(dictionary):
    rows = load_corpus(sorted((ROOT / "data/corpus").glob("*.jsonl")), dictionary)
    assert len(effective(rows)) >= 4000


def test_nobody_trains_on_the_evaluation_set(dictionary):
    """No evaluation message is, nearly, a message of the corpus."""
    corpus = [row.text for row in load_corpus(sorted((ROOT / "data/corpus").glob("*.jsonl")), dictionary)]
    held = [json.loads(line)["text"] for line in _lines()]
    repeats = near_duplicates([*corpus, *held])
    long = [
        text
        for at, text in enumerate(held)
        if len(text) > 20 and repeats.get(len(corpus) + at, len(corpus)) < len(corpus)
    ]
    assert len(long) <= 0.01 * len(held), len(long)
