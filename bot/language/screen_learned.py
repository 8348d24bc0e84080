"""What the safety screen learned, as the repository keeps it: heads, and how the encoder's weights changed.

Learning takes the better part of an hour (`make tune`), so its result is committed:
`models/safety-screen.npz`, plain arrays, nothing in it can run. The changes of the published weights take
four bits each: the screen then finds what it finds with all 32 (bot/decisions/0006-two-lines-of-safety.md).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import SettingsError
from bot.language.embeddings import Array
from bot.language.made_files import MODELS, sha256

FILE = MODELS / "safety-screen.npz"
CHANGED = "change:"
"""Before the name of a tensor, in the names of the file's arrays."""
_MOST = 7.5
"""Sixteen steps: -7.5, -6.5 ... 7.5 times the row's scale."""
_SPREADS = (2.0, 2.5, 3.0, 3.5, 4.0, 5.0)
"""How many standard deviations the steps may reach over; the one with the least error is taken."""
_TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Heads:
    """One head a safety fact over the states of a message's pieces (n, 384).

    Logit: the mean state @ `mean`, plus the states @ `value` weighted by the softmax of the states @
    `attend` * `SHARPNESS`, plus `bias`. Probability: the logistic function of `slope` * logit + `shift`.
    """

    names: tuple[str, ...]
    mean: Array
    """(384, facts), as `attend` and `value` are."""
    attend: Array
    value: Array
    bias: Array
    slope: Array
    shift: Array
    ask_from: Array
    """The probability from which a fact is asked about, fact by fact."""
    also_from: Array
    """Once one is asked, others from this share of their own threshold are asked with it, fact by fact."""
    sure_from: float
    """The probability from which even a denial is asked about once."""


SHARPNESS = 4.0
"""Of the attention, so that it settles on a few pieces soon."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The file's content; `changes` are differences to the published tensors of the same names."""

    heads: Heads
    changes: Mapping[str, Array]
    corpus: str
    """Fingerprint of the messages it learned from."""
    summary: str
    """What to expect on unseen voices, as the tuning printed it."""


def read_learned(file: Path = FILE) -> Learned:
    """The committed file. Raises SettingsError when it is not there."""
    if not file.is_file():
        raise SettingsError(
            "the safety screen is missing (models/safety-screen.npz): check it out, or run `make tune`"
        )
    with np.load(io.BytesIO(file.read_bytes()), allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    return Learned(
        heads=_heads(arrays),
        changes={
            name.removeprefix(CHANGED): _unpacked(values, arrays.get(f"scale:{name.removeprefix(CHANGED)}"))
            for name, values in arrays.items()
            if name.startswith(CHANGED)
        },
        corpus=str(arrays["corpus"]),
        summary=str(arrays["summary"]),
    )


def write_learned(learned: Learned, file: Path = FILE) -> None:
    """What `read_learned` reads; matrices lose what four bits cannot say."""
    arrays = {field.name: np.asarray(getattr(learned.heads, field.name)) for field in fields(Heads)}
    arrays |= {"corpus": np.asarray(learned.corpus), "summary": np.asarray(learned.summary)}
    for name, change in learned.changes.items():
        if change.ndim < 2:
            arrays[CHANGED + name] = change.astype(np.float16)
        else:
            arrays[CHANGED + name], arrays[f"scale:{name}"] = packed(change)
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def learned_name(file: Path = FILE) -> str:
    """Twelve digits that change when the file does."""
    return sha256(file)[:12] if file.is_file() else "none"


def packed(change: Array) -> tuple[NDArray[np.uint8], Array]:
    """Two weights a byte, and a scale a row; the number of columns is even."""
    tried = [_steps(change, spread) for spread in _SPREADS]
    steps, scale = min(tried, key=lambda one: float((((one[0] - _MOST) * one[1] - change) ** 2).sum()))
    return (steps[:, ::2] * 16 + steps[:, 1::2]).astype(np.uint8), scale


def _steps(change: Array, spread: float) -> tuple[Array, Array]:
    scale = (change.std(axis=1, keepdims=True) * spread / _MOST + _TINY).astype(np.float32)
    return np.clip(np.floor(change / scale) + _MOST + 0.5, 0, 2 * _MOST), scale


def _unpacked(values: NDArray[np.uint8] | Array, scale: Array | None) -> Array:
    if scale is None:
        return values.astype(np.float32)
    steps = np.stack([values // 16, values % 16], axis=-1).reshape(len(values), -1)
    found: Array = ((steps.astype(np.float32) - np.float32(_MOST)) * scale).astype(np.float32)
    return found


def _heads(arrays: Mapping[str, NDArray[np.generic]]) -> Heads:
    kept = {field.name: arrays[field.name] for field in fields(Heads)}
    names = tuple(map(str, kept.pop("names")))
    sure_from = float(kept.pop("sure_from").astype(float))
    return Heads(
        names=names, sure_from=sure_from, **{name: values.astype(np.float32) for name, values in kept.items()}
    )
