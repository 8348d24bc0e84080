"""`python -m bot.engine.tune`: the safety screen learns from `data/corpus`; about an hour of one core.

Nine voices in ten teach the encoder and the heads; on the tenth, whom they have not heard, the probabilities
are calibrated and the thresholds found. Writes `models/safety-screen.npz`, which is committed. With
`--learning-curve` nothing is written: it learns from a quarter, a half and three quarters of the voices, and
prints what each would find, to tell whether more messages would help.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import yaml

from bot.domain.dictionary import parse_dictionary
from bot.engine.model_store import ROOT
from bot.engine.screen_lessons import BATCH, NAMES, Teacher, Texts
from bot.engine.screen_network import ScreenNetwork
from bot.language.corpus import Row, folds_by_voice, load_corpus
from bot.language.embeddings import package_folder
from bot.language.encoder_file import published_weights
from bot.language.made_files import fingerprint
from bot.language.screen import corpus_files
from bot.language.screen_learned import FILE, Heads, Learned, write_learned
from bot.language.screen_threshold import calibrated, thresholds
from bot.language.wordpiece import WordPiece

FOLDS = 10
SHARES = (0.25, 0.5, 0.75)
EPOCHS = 4
_RATE, _HEADS_RATE = 1e-4, 2e-3
_WARM_UP = 0.06
"""The share of the steps in which the rates rise; then they fall to nothing."""
_SHRINKAGE = 1e-4
_STEEPEST = 5.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--learning-curve", action="store_true", help="print, for growing shares; write nothing"
    )
    args = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    files = corpus_files()
    rows = load_corpus(
        files, parse_dictionary(yaml.safe_load((ROOT / "data/protocols/variables.yaml").read_text()))
    )
    if args.learning_curve:
        for line in learning_curve(rows):
            print(line, flush=True)
        return
    learned = tune(rows, corpus=fingerprint(files))
    write_learned(learned, FILE)
    print(f"{FILE.name} written, from {len(rows)} messages; {learned.summary}")


def learning_curve(rows: Sequence[Row]) -> Iterator[str]:
    """One line a share of the voices that teach; all are measured on the same unheard tenth."""
    quarter = np.array(folds_by_voice(rows, folds=4, seed=1))
    for size, share in enumerate(SHARES, start=1):
        teachers = quarter < size
        yield f"{share:.0%} of the voices: {tune(rows, corpus='', teachers=teachers).summary}"


def tune(rows: Sequence[Row], *, corpus: str, teachers: Any = True) -> Learned:
    """What is learned from the `teachers` (a mask over rows) outside the held-out tenth."""
    held = np.array(folds_by_voice(rows, folds=FOLDS)) == 0
    pieces = WordPiece(package_folder() / "vocab.txt")
    texts = Texts.of(rows, pieces)
    network = ScreenNetwork(published_weights(), facts=len(NAMES), special=(pieces.cls, pieces.sep))
    _learn(network, texts, np.flatnonzero(~held & teachers))
    at = np.flatnonzero(held)
    scores, labels = _scores(network, texts, at), texts.labels.of(held)
    slope, shift = calibrated(scores, labels)
    chosen = thresholds((1 / (1 + np.exp(-(scores * slope + shift)))).astype(np.float32), labels, NAMES)
    heads = Heads(
        names=NAMES,
        **{name: value.numpy() for name, value in network.heads.items()},
        slope=slope,
        shift=shift,
        ask_from=chosen.ask_from,
        also_from=chosen.also_from,
        sure_from=chosen.sure_from,
    )
    return Learned(heads=heads, changes=network.changes(), corpus=corpus, summary=chosen.summary)


def _learn(network: ScreenNetwork, texts: Texts, chosen: Any) -> None:
    """Adam on layers and heads, each with its rate; the order of the lessons is always the same."""
    teacher = Teacher(texts, chosen)
    steps, done, began = EPOCHS * -(-len(chosen) // BATCH), 0, time.monotonic()
    step = _stepper(network)
    for epoch in range(EPOCHS):
        loss = 0.0
        for batch in texts.batches(chosen, teacher.draw):
            done += 1
            pace = min(1.0, done / (_WARM_UP * steps)) * (1 - done / (steps + 1))
            loss += float(step(*teacher.lesson(batch), pace))
        mean, seconds = loss * EPOCHS / steps, time.monotonic() - began
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {mean:.3f}, {seconds:.0f} s", flush=True)


def _stepper(network: ScreenNetwork) -> Any:
    """One step of learning, compiled."""
    layers, heads = list(network.tuned.values()), list(network.heads.values())
    shrunk = [network.heads["mean"], network.heads["value"]]
    slow, quick = tf.keras.optimizers.legacy.Adam(_RATE), tf.keras.optimizers.legacy.Adam(_HEADS_RATE)

    @tf.function(reduce_retracing=True, autograph=False)
    def compiled(ids: Any, mask: Any, targets: Any, weights: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = network.logits(ids, mask, learning=True)
            wrong = weights * tf.nn.sigmoid_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_mean(tf.reduce_sum(wrong, 1))
            total = loss + _SHRINKAGE * sum(tf.reduce_sum(one**2) for one in shrunk)
            slopes = tape.gradient(total, layers + heads)
        slopes, _ = tf.clip_by_global_norm(slopes, _STEEPEST)
        slow.apply_gradients(zip(slopes[: len(layers)], layers, strict=True))
        quick.apply_gradients(zip(slopes[len(layers) :], heads, strict=True))
        return loss

    def step(ids: Any, mask: Any, targets: Any, weights: Any, pace: float) -> Any:
        slow.learning_rate.assign(_RATE * pace)
        quick.learning_rate.assign(_HEADS_RATE * pace)
        return compiled(ids, mask, targets, weights)

    return step


def _scores(network: ScreenNetwork, texts: Texts, chosen: Any) -> Any:
    """Logits of the chosen messages, shape (chosen, facts)."""
    scores = np.zeros((len(texts.ids), len(NAMES)), np.float32)
    for batch in texts.batches(chosen):
        ids, mask = texts.padded([texts.ids[one] for one in batch])
        scores[batch] = network.logits(tf.constant(ids), tf.constant(mask), learning=False).numpy()
    return scores[chosen]


if __name__ == "__main__":
    main()
