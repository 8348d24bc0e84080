"""MiniLM and heads over it as a TensorFlow network, to be trained as one.

The same network as `bot/language/screen/encoder_file.py` writes down for ONNX Runtime, in floats, with
gradients. Only the six layers learn; the word vectors stay as published, so that words the examples do not
have keep their place beside those they have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from bot.language.screen.embeddings import SIZE
from bot.language.screen.encoder_file import HEADS, LAYERS
from bot.language.screen.learned import SHARPNESS

_EPSILON = 1e-12
_FAR = -1e9
_DROPPED = 0.1


class TunedNetwork:
    """Piece ids (batch, pieces) and their mask to logits (batch, heads)."""

    def __init__(
        self, weights: Mapping[str, Any], *, heads: int, special: tuple[int, int], bias: float = 0.0
    ) -> None:
        """`weights`: the published tensors; `special`: the ids around a text, which no head looks at;
        `bias`: every logit to begin with."""
        self.published = weights
        self._special = special
        self._fixed = {
            name: tf.constant(value) for name, value in weights.items() if name.startswith("embeddings")
        }
        self.tuned = {
            name: tf.Variable(value) for name, value in weights.items() if name.startswith("encoder.layer")
        }
        draw = np.random.default_rng(0)
        self.heads = {
            "mean": tf.Variable(np.zeros((SIZE, heads), np.float32)),
            "attend": tf.Variable(draw.normal(0, 0.02, (SIZE, heads)).astype(np.float32)),
            "value": tf.Variable(np.zeros((SIZE, heads), np.float32)),
            "bias": tf.Variable(np.full(heads, bias, np.float32)),
        }

    def logits(self, ids: Any, mask: Any, *, learning: bool) -> Any:
        states = self._states(ids, mask, learning)
        first, last = self._special
        inner = mask * tf.cast((ids != first) & (ids != last), tf.float32)
        mean = tf.reduce_sum(states * inner[:, :, None], 1)
        mean /= tf.maximum(tf.reduce_sum(inner, 1, keepdims=True), 1)
        drawn = tf.matmul(states, self.heads["attend"]) * SHARPNESS + (1 - inner)[:, :, None] * _FAR
        values = tf.matmul(_dropped(states, learning), self.heads["value"])
        attended = tf.reduce_sum(tf.nn.softmax(drawn, axis=1) * values, 1)
        return _dropped(mean, learning) @ self.heads["mean"] + attended + self.heads["bias"]

    def changes(self) -> dict[str, Any]:
        """What learning changed of the published tensors."""
        return {name: value.numpy() - self.published[name] for name, value in self.tuned.items()}

    def _states(self, ids: Any, mask: Any, learning: bool) -> Any:
        rows = tf.gather(self._fixed["embeddings.word_embeddings.weight"], ids)
        places = self._fixed["embeddings.position_embeddings.weight"][: tf.shape(ids)[1]]
        rows += places + self._fixed["embeddings.token_type_embeddings.weight"][0]
        states = self._norm(rows, "embeddings.LayerNorm", self._fixed)
        far = (1 - mask)[:, None, None, :] * _FAR
        for layer in range(LAYERS):
            states = self._layer(states, far, f"encoder.layer.{layer}.", learning)
        return states

    def _layer(self, states: Any, far: Any, name: str, learning: bool) -> Any:
        attended = self._linear(self._attended(states, far, name), name + "attention.output.dense")
        joined = states + _dropped(attended, learning)
        states = self._norm(joined, name + "attention.output.LayerNorm", self.tuned)
        wide = tf.nn.gelu(self._linear(states, name + "intermediate.dense"), approximate=False)
        narrow = _dropped(self._linear(wide, name + "output.dense"), learning)
        return self._norm(states + narrow, name + "output.LayerNorm", self.tuned)

    def _attended(self, states: Any, far: Any, name: str) -> Any:
        batch, pieces = tf.shape(states)[0], tf.shape(states)[1]
        parts = [self._linear(states, f"{name}attention.self.{part}") for part in ("query", "key", "value")]
        shape = [batch, pieces, HEADS, SIZE // HEADS]
        query, key, value = (tf.transpose(tf.reshape(part, shape), [0, 2, 1, 3]) for part in parts)
        drawn = tf.matmul(query, key, transpose_b=True) * (SIZE // HEADS) ** -0.5 + far
        mixed = tf.matmul(tf.nn.softmax(drawn), value)
        return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, pieces, SIZE])

    def _linear(self, states: Any, name: str) -> Any:
        """Multiplied in 16 bits, summed and kept in 32: a quarter less time on processors that can."""
        short = tf.cast(states, tf.bfloat16), tf.cast(self.tuned[name + ".weight"], tf.bfloat16)
        return tf.cast(tf.matmul(*short, transpose_b=True), tf.float32) + self.tuned[name + ".bias"]

    @staticmethod
    def _norm(states: Any, name: str, tensors: Mapping[str, Any]) -> Any:
        mean, spread = tf.nn.moments(states, [-1], keepdims=True)
        scaled = (states - mean) * tf.math.rsqrt(spread + _EPSILON)
        return scaled * tensors[name + ".weight"] + tensors[name + ".bias"]


def _dropped(values: Any, learning: bool) -> Any:
    return tf.nn.dropout(values, _DROPPED) if learning else values
