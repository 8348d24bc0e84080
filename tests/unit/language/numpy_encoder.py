"""MiniLM as its paper has it, in 32 bits and plain numpy: what the 8-bit file is held against."""

from __future__ import annotations

from typing import Any

import numpy as np

from bot.language.screen.encoder_file import HEADS, LAYERS, published_weights

_TINY = 1e-12


class NumpyEncoder:
    """Piece ids to states, shape (pieces, 384)."""

    def __init__(self) -> None:
        self._weights = published_weights()

    def states(self, ids: list[int]) -> Any:
        weights = self._weights
        states = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: len(ids)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        states = self._norm(states, "embeddings.LayerNorm.")
        for layer in range(LAYERS):
            states = self._layer(states, f"encoder.layer.{layer}.")
        return states

    def _layer(self, states: Any, name: str) -> Any:
        attended = self._attention(states, name + "attention.self.")
        attended = self._linear(attended, name + "attention.output.dense.")
        states = self._norm(states + attended, name + "attention.output.LayerNorm.")
        wide = _gelu(self._linear(states, name + "intermediate.dense."))
        return self._norm(states + self._linear(wide, name + "output.dense."), name + "output.LayerNorm.")

    def _attention(self, states: Any, name: str) -> Any:
        query, key, value = (
            self._linear(states, f"{name}{part}.").reshape(len(states), HEADS, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        return (scores @ value).transpose(1, 0, 2).reshape(len(states), -1)

    def _linear(self, states: Any, name: str) -> Any:
        return states @ self._weights[name + "weight"].T + self._weights[name + "bias"]

    def _norm(self, states: Any, name: str) -> Any:
        centred = states - states.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _TINY)
        return scaled * self._weights[name + "weight"] + self._weights[name + "bias"]


def _gelu(values: Any) -> Any:
    """x * P(N(0, 1) <= x); the error function by Abramowitz and Stegun 7.1.26, off by 1.5e-7 at most."""
    scaled = np.abs(values) * 0.7071067811865476
    t = 1.0 / (1.0 + 0.3275911 * scaled)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return values * 0.5 * (1.0 + np.sign(values) * (1.0 - series * np.exp(-scaled * scaled)))
