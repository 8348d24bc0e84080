"""What the safety screen learned, as the repository keeps it (`learned.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from bot.language.screen.embeddings import Array
from bot.language.screen.learned import SCREEN_FILE, Arrays, Heads, arrays_of, changes_of, read_arrays


@dataclass(frozen=True, kw_only=True)
class ScreenHeads(Heads):
    """One head a safety fact. Probability: the logistic function of `slope` * logit + `shift`."""

    slope: Array
    shift: Array
    ask_from: Array
    """The probability from which a fact is asked about, fact by fact."""
    also_from: Array
    """Once one is asked, others from this share of their own threshold are asked with it, fact by fact."""
    sure_from: float
    """The probability from which even a denial is asked about once."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """The file's content; `changes` are differences to the published tensors of the same names."""

    heads: ScreenHeads
    changes: Mapping[str, Array]
    corpus: str
    """Fingerprint of the messages it learned from."""
    summary: str
    """What to expect on unseen voices, as the tuning printed it."""


def read_learned(file: Path = SCREEN_FILE) -> Learned:
    """The committed file. Raises SettingsError when it is not there."""
    arrays = read_arrays(file)
    return Learned(
        heads=_heads(arrays),
        changes=changes_of(arrays),
        corpus=str(arrays["corpus"]),
        summary=str(arrays["summary"]),
    )


def write_learned(learned: Learned, file: Path = SCREEN_FILE) -> None:
    """What `read_learned` reads."""
    arrays = {field.name: np.asarray(getattr(learned.heads, field.name)) for field in fields(ScreenHeads)}
    arrays |= {"corpus": np.asarray(learned.corpus), "summary": np.asarray(learned.summary)}
    np.savez_compressed(file, **arrays, **arrays_of(learned.changes))  # type: ignore[arg-type]


def _heads(arrays: Arrays) -> ScreenHeads:
    kept = {field.name: arrays[field.name] for field in fields(ScreenHeads)}
    names = tuple(map(str, kept.pop("names")))
    sure_from = float(kept.pop("sure_from").astype(float))
    return ScreenHeads(
        names=names, sure_from=sure_from, **{name: values.astype(np.float32) for name, values in kept.items()}
    )
