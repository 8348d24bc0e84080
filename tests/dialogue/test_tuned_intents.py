"""The encoder that learned what kind of turn a message is: it fits the examples, and its file keeps it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.domain.errors import SettingsError
from bot.engine.components import intent_model
from bot.engine.components.examples import read_examples
from bot.engine.components.tuned_intents import (
    LearnedIntents,
    TunedIntents,
    is_held,
    load_tuned,
    read_learned,
    write_learned,
)
from bot.engine.intent_tuning import Teacher
from bot.engine.lessons import Texts
from bot.language.screen.embeddings import package_folder
from bot.language.screen.wordpiece import WordPiece


@pytest.fixture(scope="module")
def tuned() -> TunedIntents:
    return load_tuned()


def test_it_knows_the_intents_of_the_examples(tuned: TunedIntents) -> None:
    assert tuned.names == tuple(sorted({example.intent for example in read_examples()}))


def test_it_tells_kinds_apart_in_words_of_no_example(tuned: TunedIntents) -> None:
    said = {
        "might a live human ring me instead": "person",
        "what does the second visit run me in dollars": "faq",
        "we will have to find another day for my visit": "reschedule",
    }
    assert not {example.text for example in read_examples()} & set(said)
    assert {text: tuned.names[int(tuned.logits(text).argmax())] for text in said} == said


def test_odd_texts_get_a_number_for_each_name(tuned: TunedIntents) -> None:
    for text in ("", " ", "😂", "\u0301" * 300, "word " * 500):
        assert tuned.logits(text).shape == (len(tuned.names),)


def test_other_intents_than_it_learned_are_refused_with_the_remedy() -> None:
    with pytest.raises(SettingsError, match=r"intents.npz.*make tune"):
        intent_model.with_tuned(np.zeros((1, 1), np.float32), ["hello"], ["greet"])


def test_without_its_file_the_remedy_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"models/intents.npz.*make tune"):
        read_learned(tmp_path / "intents.npz")


def test_what_was_learned_survives_its_file(tmp_path: Path) -> None:
    learned = read_learned()
    changes = {"a.bias": np.linspace(-1, 1, 6, dtype=np.float32)}
    written = LearnedIntents(heads=learned.heads, changes=changes, summary="s")
    write_learned(written, tmp_path / "intents.npz")
    again = read_learned(tmp_path / "intents.npz")
    assert again.heads.names == learned.heads.names
    assert np.array_equal(again.heads.attend, learned.heads.attend)
    assert np.allclose(again.changes["a.bias"], changes["a.bias"], atol=1e-3)


def test_a_tenth_of_the_voices_teaches_nothing() -> None:
    held = np.mean([is_held(str(voice)) for voice in range(2000)])
    assert 0.07 < held < 0.13


def test_rare_intents_weigh_more() -> None:
    texts = Texts.of(["yes", "yep", "yeah", "stop it"], WordPiece(package_folder() / "vocab.txt"))
    teacher = Teacher(texts, np.array([0, 0, 0, 1]), np.array(["affirm", "abuse"]))
    _, _, targets, weights = teacher.lesson(np.arange(4))
    assert weights[3] > weights[0]
    assert targets.argmax(axis=1).tolist() == [0, 0, 0, 1]
