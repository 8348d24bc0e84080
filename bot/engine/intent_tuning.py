"""The encoder of the intents learns from the classifier's own examples; about half an hour of one core.

Nine voices in ten teach; on the tenth `train` of `components/intent_model.py` calibrates, and
`python -m bot.engine.evaluate` measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from bot.engine.components.examples import Example, read_examples
from bot.engine.components.intent_model import Features
from bot.engine.components.tuned_intents import LearnedIntents, is_held, write_learned
from bot.engine.learning import learn, scores
from bot.engine.lessons import Texts
from bot.engine.network import TunedNetwork
from bot.language.screen.embeddings import package_folder
from bot.language.screen.encoder_file import published_weights
from bot.language.screen.learned import INTENTS_FILE, Heads
from bot.language.screen.wordpiece import WordPiece

EPOCHS = 4
_SMOOTHED = 0.05
"""The share of a target that goes to all names alike: labels err too."""


def tune_intents() -> str:
    """Write `models/intents.npz`; what to say of it."""
    examples = read_examples()
    learned = tune(examples)
    write_learned(learned)
    return f"{INTENTS_FILE.name} written, from {len(examples)} examples; {learned.summary}"


def tune(examples: Sequence[Example]) -> LearnedIntents:
    """What is learned from the voices outside the held-out tenth."""
    names, order = np.unique([example.intent for example in examples], return_inverse=True)
    held = np.array([is_held(example.voice) for example in examples])
    features = Features()
    pieces = WordPiece(package_folder() / "vocab.txt")
    texts = Texts.of(features.learnt_spelling([example.text for example in examples]), pieces)
    network = TunedNetwork(published_weights(), heads=len(names), special=(pieces.cls, pieces.sep))
    chosen, at = np.flatnonzero(~held), np.flatnonzero(held)
    learn(network, texts, chosen, teacher=Teacher(texts, order, names), loss=_loss, epochs=EPOCHS)
    right = (scores(network, texts, at).argmax(axis=1) == order[at]).mean()
    heads = Heads(names=tuple(map(str, names)), **{k: value.numpy() for k, value in network.heads.items()})
    summary = f"of {len(at)} messages of unseen voices {right:.3f} rightly named by it alone"
    return LearnedIntents(heads=heads, changes=network.changes(), summary=summary)


class Teacher:
    """Makes of a batch what is learned from: some pieces out of sight, rare intents heavier."""

    def __init__(self, texts: Texts, order: Any, names: Any) -> None:
        self._texts, self._order = texts, order
        self.draw = np.random.default_rng(0)
        counts = np.bincount(order, minlength=len(names))
        self._weights = np.sqrt(counts.mean() / counts).astype(np.float32)
        self._targets = np.eye(len(names), dtype=np.float32) * (1 - _SMOOTHED) + _SMOOTHED / len(names)

    def lesson(self, batch: Any) -> tuple[Any, Any, Any, Any]:
        """Ids, mask, targets and weights."""
        ids, mask = self._texts.padded([self._texts.hidden(self._texts.ids[one], self.draw) for one in batch])
        order = self._order[batch]
        return ids, mask, self._targets[order], self._weights[order]


def _loss(targets: Any, weights: Any, logits: Any) -> Any:
    return tf.reduce_mean(weights * tf.nn.softmax_cross_entropy_with_logits(targets, logits))
