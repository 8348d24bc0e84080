"""What teaches the safety screen: the network is the one the service runs, and lessons keep their labels."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from bot.engine.screen_lessons import NAMES, Teacher, Texts
from bot.engine.screen_network import ScreenNetwork
from bot.language.corpus import Row
from bot.language.embeddings import load_encoder, package_folder
from bot.language.encoder_file import published_weights
from bot.language.screen import logits_of
from bot.language.screen_learned import Heads
from bot.language.wordpiece import WordPiece

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
    rows = [
        Row(id=str(number), text=text, date=dt.date(2026, 11, 21), facts=facts)
        for number, (text, facts) in enumerate(MESSAGES.items())
    ]
    return Texts.of(rows, pieces)


def test_it_learns_with_the_network_that_the_service_runs(pieces: WordPiece, texts: Texts) -> None:
    """The same heads over both: 32 bits with gradients here, 8 bits in ONNX Runtime there."""
    draw = np.random.default_rng(0)
    network = ScreenNetwork(published_weights(), facts=len(NAMES), special=(pieces.cls, pieces.sep))
    for head in network.heads.values():
        head.assign(draw.normal(0, 0.3, head.shape).astype(np.float32))
    learned = network.logits(*texts.padded(texts.ids), learning=False).numpy()
    heads = _heads({name: value.numpy() for name, value in network.heads.items()})
    served = np.stack([logits_of(load_encoder().windows(text)[0], heads) for text in MESSAGES])
    assert np.corrcoef(learned.ravel(), served.ravel())[0, 1] > 0.98


def test_nothing_is_changed_before_it_learns(pieces: WordPiece) -> None:
    network = ScreenNetwork(published_weights(), facts=2, special=(pieces.cls, pieces.sep))
    assert not any(change.any() for change in network.changes().values())


def test_joined_messages_say_what_both_say(texts: Texts) -> None:
    teacher = Teacher(texts, np.arange(len(texts.ids)))
    fact = NAMES.index("saddle_numbness")
    seen = {bool(teacher.lesson(np.array([2]))[2][0, fact]) for _ in range(100)}
    assert seen == {False, True}, "the question alone, and joined with the numbness"


def test_what_is_said_weighs_more(texts: Texts) -> None:
    _, _, targets, weights = Teacher(texts, np.arange(len(texts.ids))).lesson(np.array([0]))
    assert (weights[targets > 0] > weights[targets == 0].max()).all()


def test_what_is_hinted_at_is_worth_a_question(pieces: WordPiece) -> None:
    hint = Row(
        id="0", text="it's odd down there", date=dt.date(2026, 11, 21), facts={}, ask=("saddle_numbness",)
    )
    _, _, targets, _ = Teacher(Texts.of([hint], pieces), np.arange(1)).lesson(np.array([0]))
    assert {name for name, target in zip(NAMES, targets[0], strict=True) if target} == {"saddle_numbness"}
    assert 0 < targets.max() < 1


def test_batches_hold_every_message_once(texts: Texts) -> None:
    found = np.concatenate(texts.batches(np.arange(len(texts.ids)), np.random.default_rng(0)))
    assert sorted(found) == [0, 1, 2]


def _heads(learned: dict[str, np.ndarray]) -> Heads:
    ones = np.ones(len(NAMES), np.float32)
    return Heads(names=NAMES, slope=ones, shift=ones, ask_from=ones, also_from=ones, sure_from=1.0, **learned)
