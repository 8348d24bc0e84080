"""Encoders that learned what the published one does not know: heads, and how its weights changed.

Learning takes long (`make tune`), so its results are committed: `models/safety-screen.npz` and
`models/intents.npz`, plain arrays, nothing in them can run. The changes of the published weights take four
bits each: they then serve as well as with all 32 (bot/decisions/0006-two-lines-of-safety.md).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import SettingsError
from bot.language.screen.embeddings import ENCODER_VERSION, Array
from bot.language.screen.made_files import MODELS, sha256

SCREEN_FILE = MODELS / "safety-screen.npz"
INTENTS_FILE = MODELS / "intents.npz"
LEARNED_FILES = (SCREEN_FILE, INTENTS_FILE)
SHARPNESS = 4.0
"""Of the attention, so that it settles on a few pieces soon."""
CHANGED = "change:"
"""Before the name of a tensor, in the names of a file's arrays."""
_MOST = 7.5
"""Sixteen steps: -7.5, -6.5 ... 7.5 times the row's scale."""
_SPREADS = (2.0, 2.5, 3.0, 3.5, 4.0, 5.0)
"""How many standard deviations the steps may reach over; the one with the least error is taken."""
_TINY = 1e-9

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Heads:
    """One head a name over the states of a message's pieces (n, 384).

    Logit: the mean state @ `mean`, plus the states @ `value` weighted by the softmax of the states @
    `attend` * `SHARPNESS`, plus `bias`.
    """

    names: tuple[str, ...]
    mean: Array
    """(384, names), as `attend` and `value` are."""
    attend: Array
    value: Array
    bias: Array

    def logits(self, states: Array) -> Array:
        """One logit a name, of a window's states (pieces, 384)."""
        drawn = SHARPNESS * (states @ self.attend)
        weights = np.exp(drawn - drawn.max(axis=0))
        attended = (weights * (states @ self.value)).sum(axis=0) / weights.sum(axis=0)
        found: Array = states.mean(axis=0) @ self.mean + attended + self.bias
        return found


def read_arrays(file: Path) -> Arrays:
    """A committed file's arrays by name. Raises SettingsError when it is not there."""
    if not file.is_file():
        raise SettingsError(
            f"what was learned is missing (models/{file.name}): check it out, or run `make tune`"
        )
    with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def arrays_of(changes: Mapping[str, Array]) -> dict[str, NDArray[Any]]:
    """Changes as arrays for a file; matrices lose what four bits cannot say."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, change in changes.items():
        if change.ndim < 2:
            arrays[CHANGED + name] = change.astype(np.float16)
        else:
            arrays[CHANGED + name], arrays[f"scale:{name}"] = packed(change)
    return arrays


def changes_of(arrays: Arrays) -> dict[str, Array]:
    """Differences to the published tensors of the same names, as `arrays_of` kept them."""
    return {
        name.removeprefix(CHANGED): _unpacked(values, arrays.get(f"scale:{name.removeprefix(CHANGED)}"))
        for name, values in arrays.items()
        if name.startswith(CHANGED)
    }


def learned_encoder_name(file: Path) -> str:
    """The name of the encoder's file that fits what was learned; another when the learned file changes."""
    return f"{file.stem}-{sha256(file)[:12] if file.is_file() else 'none'}-v{ENCODER_VERSION}.onnx"


def packed(change: Array) -> tuple[NDArray[np.uint8], Array]:
    """Two weights a byte, and a scale a row; the number of columns is even."""
    tried = [_steps(change, spread) for spread in _SPREADS]
    steps, scale = min(tried, key=lambda one: float((((one[0] - _MOST) * one[1] - change) ** 2).sum()))
    return (steps[:, ::2] * 16 + steps[:, 1::2]).astype(np.uint8), scale


def _steps(change: Array, spread: float) -> tuple[Array, Array]:
    scale = (change.std(axis=1, keepdims=True) * spread / _MOST + _TINY).astype(np.float32)
    return np.clip(np.floor(change / scale) + _MOST + 0.5, 0, 2 * _MOST), scale


def _unpacked(values: NDArray[Any], scale: Array | None) -> Array:
    if scale is None:
        return values.astype(np.float32)
    steps = np.stack([values // 16, values % 16], axis=-1).reshape(len(values), -1)
    found: Array = ((steps.astype(np.float32) - np.float32(_MOST)) * scale).astype(np.float32)
    return found
