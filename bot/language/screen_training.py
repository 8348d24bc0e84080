"""Training of the safety screen: one logistic regression a fact, over the parts of labelled messages.

A label belongs to a message, not to a part: the first round learns from whole messages, the second from the
part that the first found most telling. Scores are always made by heads that have not seen a message's
voice; from them come calibration and thresholds (screen_threshold.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.domain.dictionary import Dictionary
from bot.language.corpus import Row, folds_by_voice, load_corpus
from bot.language.embeddings import SIZE, Array, Encoder, load_encoder
from bot.language.made_files import is_there, keep
from bot.language.screen import Heads, corpus_files, screen_name, write_heads
from bot.language.screen_features import BUCKETS, dense, parts_of
from bot.language.screen_threshold import Labels, calibrated, labels_of, thresholds
from bot.language.screened import NEVER_ASKED, SCREENED

NAMES = tuple(name for name in SCREENED if name not in NEVER_ASKED)
FOLDS = 5
_POSITIVE_WEIGHT = 5.0
"""A fact is stated by one message in a hundred or fewer."""
_SHRINKAGE = 0.0035
_EPOCHS = (3, 7)
"""Of the first and of the second round."""
_BATCH = 256
_RATE = 0.01
_WORDING_SCALE = 15.0
"""Wording counts less than meaning: words of the corpus are not all words there are."""


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Parts of all messages one after the other; `first` is where each message's parts begin."""

    parts: Array
    first: NDArray[np.int64]
    owner: NDArray[np.int64]
    labels: Labels

    def best(self, scores: Array) -> Array:
        """The largest score of any part, message by message."""
        found: Array = np.maximum.reduceat(scores, self.first, axis=0)
        return found


@dataclass(frozen=True, kw_only=True)
class Linear:
    """Logits of a part: part @ weights + bias."""

    weights: Array
    bias: Array

    def scores(self, parts: Array) -> Array:
        """(parts, facts)"""
        found: Array = parts @ self.weights + self.bias
        return found


def make_screen(dictionary: Dictionary, *, say: Callable[[str], None] = print) -> bool:
    """Make the screen's file unless it is there; whether it was made. Raises SettingsError, InvalidInput."""
    name = screen_name()
    if is_there(name):
        return False
    rows = load_corpus(corpus_files(), dictionary)
    heads, summary = train(rows, load_encoder())
    keep(name, write_heads(heads))
    say(f"safety screen made from {len(rows)} messages: {summary}")
    return True


def train(rows: Sequence[Row], encoder: Encoder) -> tuple[Heads, str]:
    """The heads, and what to expect of them on unseen voices."""
    examples = examples_of(rows, encoder)
    unseen = out_of_fold(examples, folds_by_voice(rows, folds=FOLDS))
    slope, shift = calibrated(unseen, examples.labels)
    likely = (1 / (1 + np.exp(-(unseen * slope + shift)))).astype(np.float32)
    chosen = thresholds(likely, examples.labels, NAMES)
    linear = fitted(examples, np.ones(len(rows), dtype=bool))
    heads = Heads(
        names=NAMES,
        meaning=linear.weights[:SIZE],
        wording=linear.weights[SIZE:],
        bias=linear.bias,
        slope=slope,
        shift=shift,
        ask_from=chosen.ask_from,
        also_from=chosen.also_from,
        sure_from=chosen.sure_from,
    )
    return heads, chosen.summary


def examples_of(rows: Sequence[Row], encoder: Encoder) -> Examples:
    """The parts of every message as rows of numbers."""
    parts = [dense(parts_of(row.text, encoder)) for row in rows]
    counts = np.array([len(one) for one in parts])
    return Examples(
        parts=np.concatenate(parts),
        first=np.concatenate([[0], np.cumsum(counts)[:-1]]),
        owner=np.repeat(np.arange(len(rows)), counts),
        labels=labels_of(rows, NAMES),
    )


def out_of_fold(examples: Examples, folds: Sequence[int]) -> Array:
    """Each message's best logits by heads that have not seen its voice, shape (messages, facts)."""
    fold_of = np.array(folds)
    unseen = np.zeros(examples.labels.states.shape, dtype=np.float32)
    for fold in sorted(set(folds)):
        linear = fitted(examples, fold_of != fold)
        held = fold_of == fold
        unseen[held] = examples.best(linear.scores(examples.parts))[held]
    return unseen


def fitted(examples: Examples, learns: NDArray[np.bool_]) -> Linear:
    """Two rounds over the messages that `learns` names: whole messages, then their most telling parts."""
    use = learns[examples.owner]
    parts, owner = examples.parts[use], examples.owner[use]
    centre, spread = parts[:, :SIZE].mean(axis=0), parts[:, :SIZE].std(axis=0) + 1e-6
    scaled = np.concatenate(
        [(parts[:, :SIZE] - centre) / spread, parts[:, SIZE:] * np.float32(_WORDING_SCALE)], axis=1
    )
    targets = examples.labels.states[owner].astype(np.float32)
    weights = np.where(targets > 0, np.float32(_POSITIVE_WEIGHT), examples.labels.counts[owner])
    whole = np.isin(np.flatnonzero(use), examples.first)
    first = _descended(scaled, targets, np.where((targets > 0) & ~whole[:, None], 0, weights), None)
    scores = np.full((len(examples.parts), len(NAMES)), -np.inf, dtype=np.float32)
    scores[use] = first.scores(scaled)
    telling = scores[use] >= examples.best(scores)[owner]
    last = _descended(scaled, targets, np.where((targets > 0) & ~telling, 0, weights), first)
    meaning = last.weights[:SIZE] / spread[:, None]
    wording = last.weights[SIZE:] * np.float32(_WORDING_SCALE)
    return Linear(weights=np.concatenate([meaning, wording]), bias=last.bias - centre @ meaning)


def _descended(parts: Array, targets: Array, weights: Array, start: Linear | None) -> Linear:
    """Logistic regression by Adam with a falling rate; the order of the batches is always the same."""
    facts = targets.shape[1]
    values = [np.zeros((SIZE + BUCKETS, facts), np.float32), np.full(facts, -3.0, np.float32)]
    if start is not None:
        values = [start.weights.copy(), start.bias.copy()]
    first = [np.zeros_like(value) for value in values]
    second = [np.zeros_like(value) for value in values]
    order = np.random.default_rng(0)
    epochs = _EPOCHS[0 if start is None else 1]
    steps, step = epochs * -(-len(parts) // _BATCH), 0
    for _ in range(epochs):
        shuffled = order.permutation(len(parts))
        for at in range(0, len(parts), _BATCH):
            step += 1
            batch = shuffled[at : at + _BATCH]
            x = parts[batch]
            error = 1 / (1 + np.exp(-(x @ values[0] + values[1]))) - targets[batch]
            error *= weights[batch] / len(batch)
            rate = _RATE * (1 - step / (steps + 1)) * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
            for which, slope in enumerate((x.T @ error + _SHRINKAGE * values[0], error.sum(axis=0))):
                first[which] += 0.1 * (slope - first[which])
                second[which] += 0.001 * (slope * slope - second[which])
                values[which] -= np.float32(rate) * first[which] / (np.sqrt(second[which]) + 1e-9)
    return Linear(weights=values[0], bias=values[1])
