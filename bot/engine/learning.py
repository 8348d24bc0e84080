"""Letting a network learn: Adam on its layers and its heads, each with its rate, always in the same order."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import tensorflow as tf

from bot.engine.lessons import BATCH, Texts
from bot.engine.network import TunedNetwork

_RATE, _HEADS_RATE = 1e-4, 2e-3
_WARM_UP = 0.06
"""The share of the steps in which the rates rise; then they fall to nothing."""
_SHRINKAGE = 1e-4
_STEEPEST = 5.0

Loss = Callable[[Any, Any, Any], Any]
"""Targets, weights and logits of a batch to one number."""


class Teaches(Protocol):
    """Makes lessons of batches."""

    draw: np.random.Generator

    def lesson(self, batch: Any) -> tuple[Any, Any, Any, Any]:
        """Ids, mask, targets and weights."""


def learn(
    network: TunedNetwork, texts: Texts, chosen: Any, *, teacher: Teaches, loss: Loss, epochs: int
) -> None:
    """Go `epochs` times over the chosen messages; one line printed each time."""
    steps, done, began = epochs * -(-len(chosen) // BATCH), 0, time.monotonic()
    step = _stepper(network, loss)
    for epoch in range(epochs):
        total = 0.0
        for batch in texts.batches(chosen, teacher.draw):
            done += 1
            pace = min(1.0, done / (_WARM_UP * steps)) * (1 - done / (steps + 1))
            total += float(step(*teacher.lesson(batch), pace))
        mean, seconds = total * epochs / steps, time.monotonic() - began
        print(f"epoch {epoch + 1} of {epochs}: loss {mean:.3f}, {seconds:.0f} s", flush=True)


def _stepper(network: TunedNetwork, loss: Loss) -> Any:
    """One step of learning, compiled."""
    layers, heads = list(network.tuned.values()), list(network.heads.values())
    shrunk = [network.heads["mean"], network.heads["value"]]
    slow, quick = tf.keras.optimizers.legacy.Adam(_RATE), tf.keras.optimizers.legacy.Adam(_HEADS_RATE)

    @tf.function(reduce_retracing=True, autograph=False)
    def compiled(ids: Any, mask: Any, targets: Any, weights: Any) -> Any:
        with tf.GradientTape() as tape:
            wrong = loss(targets, weights, network.logits(ids, mask, learning=True))
            total = wrong + _SHRINKAGE * sum(tf.reduce_sum(one**2) for one in shrunk)
            slopes = tape.gradient(total, layers + heads)
        slopes, _ = tf.clip_by_global_norm(slopes, _STEEPEST)
        slow.apply_gradients(zip(slopes[: len(layers)], layers, strict=True))
        quick.apply_gradients(zip(slopes[len(layers) :], heads, strict=True))
        return wrong

    def step(ids: Any, mask: Any, targets: Any, weights: Any, pace: float) -> Any:
        slow.learning_rate.assign(_RATE * pace)
        quick.learning_rate.assign(_HEADS_RATE * pace)
        return compiled(ids, mask, targets, weights)

    return step


def scores(network: TunedNetwork, texts: Texts, chosen: Any) -> Any:
    """Logits of the chosen messages, shape (chosen, heads)."""
    heads = network.heads["bias"].shape[0]
    found = np.zeros((len(texts.ids), heads), np.float32)
    for batch in texts.batches(chosen):
        ids, mask = texts.padded([texts.ids[one] for one in batch])
        found[batch] = network.logits(tf.constant(ids), tf.constant(mask), learning=False).numpy()
    return found[chosen]
