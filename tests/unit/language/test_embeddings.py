"""The 8-bit encoder says what the published network says; its pieces are the published tokenizer's."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

from bot.domain.errors import SettingsError
from bot.language.screen import made_files
from bot.language.screen.embeddings import (
    OVERLAP_TOKENS,
    WINDOW_TOKENS,
    Encoder,
    load_encoder,
    package_folder,
    unit,
)
from bot.language.screen.wordpiece import WordPiece

from .conftest import ROOT
from .numpy_encoder import NumpyEncoder

TEXTS = (
    "numb when i wipe since yesterday",
    "My dad, 81, slipped off the toilet and his neck hurts.",
    "no fever, no weakness, no trouble peeing",
    "what time do you open on saturdays?",
    "Low back 5 weeks, left leg to the calf, naproxen and therapy did not help, worse every day.",
)


@pytest.fixture(scope="module")
def pieces() -> WordPiece:
    return WordPiece(package_folder() / "vocab.txt")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def test_pieces_are_those_of_the_published_tokenizer(pieces):
    """The ids in the file were written by the tokenizer that the model was published with."""
    for case in json.loads((ROOT / "tests/cases/wordpiece.json").read_text()):
        assert list(pieces.pieces(case["text"]).ids) == case["ids"], case["text"]


def test_a_piece_knows_its_place_in_the_text(pieces):
    text = "naïve café: numbness"
    found = pieces.pieces(text)
    assert [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)] == [
        "naïve", "café", ":", "numb", "ness",
    ]  # fmt: skip


def test_eight_bits_mean_what_thirty_two_mean(encoder, pieces):
    oracle = NumpyEncoder()
    likeness = []
    for text in TEXTS:
        exact = oracle.states([pieces.cls, *pieces.pieces(text).ids, pieces.sep]).mean(axis=0)
        likeness.append(float(encoder.encode([text])[0] @ exact / np.linalg.norm(exact)))
    assert min(likeness) > 0.97
    assert np.mean(likeness) > 0.98


def test_like_meanings_lie_together(encoder):
    hurts, lumbar, hours = encoder.encode(
        ["my lower back hurts", "pain in the lumbar area", "what time do you open"]
    )
    assert hurts @ lumbar > 0.5 > 0.2 > hurts @ hours


def test_nothing_of_a_long_text_is_unread(encoder, pieces):
    text = "the weather was fine and the bus was late. " * 40 + "now i cannot feel when i wipe"
    windows = encoder.windows(text)
    new = [len(one) - OVERLAP_TOKENS for one in windows[1:]]
    assert len(windows[0]) + sum(new) == len(pieces.pieces(text).ids)
    start = text.index("now i")
    [alone] = encoder.windows(text[start:])
    last = windows[-1][-len(alone) :].mean(axis=0)
    assert float(unit(last) @ unit(alone.mean(axis=0))) > 0.7


@pytest.mark.parametrize("part", ["no numbness, no weakness, ", "but ", "((((", "and and "])
def test_cost_grows_with_length_only(encoder, pieces, part):
    """What is read twice is the overlap: never more than a third."""
    text = (part * 2000)[:2000]
    read = sum(len(one) for one in encoder.windows(text))
    assert read < 1.34 * len(pieces.pieces(text).ids) + 1


@pytest.mark.parametrize("count", [1, WINDOW_TOKENS, WINDOW_TOKENS + 1, 2 * WINDOW_TOKENS])
def test_no_window_is_empty(encoder, count):
    assert all(len(one) for one in encoder.windows("back " * count))


def test_nothing_has_no_windows(encoder):
    assert encoder.windows(" ") == []


@pytest.mark.parametrize("text", ["1" * 2000, "no no " * 333, "é" * 1000 + "\u0301" * 1000, "? " * 1000])
def test_odd_texts_cost_no_more_than_long_ones(encoder, text):
    began = time.perf_counter()
    encoder.windows(text)
    assert time.perf_counter() - began < 2.0


def test_a_missing_or_touched_file_names_the_remedy(tmp_path):
    with pytest.raises(SettingsError, match=r"is missing .* run `make train`"):
        made_files.verified("x.onnx", "the encoder", models=tmp_path)
    made_files.keep("x.onnx", b"good", models=tmp_path)
    assert made_files.is_there("x.onnx", models=tmp_path)
    (tmp_path / "x.onnx").write_bytes(b"evil")
    with pytest.raises(SettingsError, match=r"not as it was made .* run `make train`"):
        made_files.verified("x.onnx", "the encoder", models=tmp_path)
