"""What teaches the safety screen: the network is the one the service runs, and lessons keep their labels."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from bot.engine.lessons import Texts
from bot.engine.network import TunedNetwork
from bot.engine.screen_lessons import NAMES, Teacher
from bot.language.corpus import Row
from bot.language.screen.embeddings import load_encoder, package_folder
from bot.language.screen.encoder_file import published_weights
from bot.language.screen.learned import Heads
from bot.language.screen.screen_threshold import labels_of
from bot.language.screen.wordpiece import WordPiece

MESSAGES = {
    "numb where i sit since yesterday": {"saddle_numbness": "yes"},
    "no fever at all": {"fever": "no"},
    "what time do you open?": {},
}


@pytest.fixture(scope="module")
def pieces() -> WordPiece:
    return WordPiece(package_folder() / "vocab.txt")


@pytest.fixture(scope="module")
def texts(pieces: WordPiece) -> Texts:
    return Texts.of(list(MESSAGES), pieces)


@pytest.fixture
def teacher(texts: Texts) -> Teacher:
    rows = [a_row(text, facts) for text, facts in MESSAGES.items()]
    return Teacher(texts, labels_of(rows, NAMES), np.arange(len(rows)))


def a_row(text: str, facts: dict[str, str], *, ask: tuple[str, ...] = ()) -> Row:
    return Row(id="0", text=text, date=dt.date(2026, 11, 21), facts=facts, ask=ask)


def test_it_learns_with_the_network_that_the_service_runs(pieces: WordPiece, texts: Texts) -> None:
    """The same heads over both: 32 bits with gradients here, 8 bits in ONNX Runtime there."""
    draw = np.random.default_rng(0)
    network = TunedNetwork(published_weights(), heads=len(NAMES), special=(pieces.cls, pieces.sep))
    for head in network.heads.values():
        head.assign(draw.normal(0, 0.3, head.shape).astype(np.float32))
    learned = network.logits(*texts.padded(texts.ids), learning=False).numpy()
    heads = Heads(names=NAMES, **{name: value.numpy() for name, value in network.heads.items()})
    served = np.stack([heads.logits(load_encoder().windows(text)[0]) for text in MESSAGES])
    assert np.corrcoef(learned.ravel(), served.ravel())[0, 1] > 0.98


def test_nothing_is_changed_before_it_learns(pieces: WordPiece) -> None:
    network = TunedNetwork(published_weights(), heads=2, special=(pieces.cls, pieces.sep))
    assert not any(change.any() for change in network.changes().values())


def test_joined_messages_say_what_both_say(teacher: Teacher) -> None:
    fact = NAMES.index("saddle_numbness")
    seen = {bool(teacher.lesson(np.array([2]))[2][0, fact]) for _ in range(100)}
    assert seen == {False, True}, "the question alone, and joined with the numbness"


def test_what_is_said_weighs_more(teacher: Teacher) -> None:
    _, _, targets, weights = teacher.lesson(np.array([0]))
    assert (weights[targets > 0] > weights[targets == 0].max()).all()


def test_what_is_hinted_at_is_worth_a_question(pieces: WordPiece) -> None:
    hint = a_row("it's odd down there", {}, ask=("saddle_numbness",))
    teacher = Teacher(Texts.of([hint.text], pieces), labels_of([hint], NAMES), np.arange(1))
    _, _, targets, _ = teacher.lesson(np.array([0]))
    assert {name for name, target in zip(NAMES, targets[0], strict=True) if target} == {"saddle_numbness"}
    assert 0 < targets.max() < 1


def test_batches_hold_every_message_once(texts: Texts) -> None:
    found = np.concatenate(texts.batches(np.arange(len(texts.ids)), np.random.default_rng(0)))
    assert sorted(found) == [0, 1, 2]
