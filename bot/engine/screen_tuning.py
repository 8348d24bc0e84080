"""The safety screen learns from `data/corpus`; about an hour of one core.

Nine voices in ten teach the encoder and the heads; on the tenth, whom they have not heard, the probabilities
are calibrated and the thresholds found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import yaml

from bot.domain.dictionary import parse_dictionary
from bot.engine.learning import learn, scores
from bot.engine.lessons import Texts
from bot.engine.model_store import ROOT
from bot.engine.network import TunedNetwork
from bot.engine.screen_lessons import NAMES, Teacher
from bot.language.corpus import Row, folds_by_voice, load_corpus
from bot.language.screen.embeddings import package_folder
from bot.language.screen.encoder_file import published_weights
from bot.language.screen.learned import SCREEN_FILE
from bot.language.screen.made_files import fingerprint
from bot.language.screen.screen import corpus_files
from bot.language.screen.screen_learned import Learned, ScreenHeads, write_learned
from bot.language.screen.screen_threshold import calibrated, labels_of, thresholds
from bot.language.screen.wordpiece import WordPiece

FOLDS = 10
SHARES = (0.25, 0.5, 0.75)
EPOCHS = 4
_RARE = -4.0
"""The logit to begin with: a fact is stated by one message in a hundred or fewer."""


def tune_screen() -> str:
    """Write `models/safety-screen.npz`; what to say of it."""
    rows = corpus()
    learned = tune(rows, corpus=fingerprint(corpus_files()))
    write_learned(learned)
    return f"{SCREEN_FILE.name} written, from {len(rows)} messages; {learned.summary}"


def corpus() -> list[Row]:
    """The labelled messages."""
    dictionary = parse_dictionary(yaml.safe_load((ROOT / "data/protocols/variables.yaml").read_text()))
    return list(load_corpus(corpus_files(), dictionary))


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
    texts, labels = Texts.of([row.text for row in rows], pieces), labels_of(rows, NAMES)
    network = TunedNetwork(
        published_weights(), heads=len(NAMES), special=(pieces.cls, pieces.sep), bias=_RARE
    )
    chosen = np.flatnonzero(~held & teachers)
    learn(network, texts, chosen, teacher=Teacher(texts, labels, chosen), loss=_loss, epochs=EPOCHS)
    return _measured(network, scores(network, texts, np.flatnonzero(held)), labels.of(held), corpus)


def _measured(network: TunedNetwork, found: Any, labels: Any, corpus: str) -> Learned:
    slope, shift = calibrated(found, labels)
    chosen = thresholds((1 / (1 + np.exp(-(found * slope + shift)))).astype(np.float32), labels, NAMES)
    heads = ScreenHeads(
        names=NAMES,
        **{name: value.numpy() for name, value in network.heads.items()},
        slope=slope,
        shift=shift,
        ask_from=chosen.ask_from,
        also_from=chosen.also_from,
        sure_from=chosen.sure_from,
    )
    return Learned(heads=heads, changes=network.changes(), corpus=corpus, summary=chosen.summary)


def _loss(targets: Any, weights: Any, logits: Any) -> Any:
    wrong = weights * tf.nn.sigmoid_cross_entropy_with_logits(targets, logits)
    return tf.reduce_mean(tf.reduce_sum(wrong, 1))
