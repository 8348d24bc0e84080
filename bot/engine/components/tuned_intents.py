"""What kind of turn a message is, by an encoder that learned to tell: the second half of the classifier.

The published encoder carries wordings that no example has; this one also learned what sets the kinds apart
(`bot/engine/intent_tuning.py`, models/README.md).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.language.screen.embeddings import Array, Encoder, open_encoder
from bot.language.screen.learned import (
    INTENTS_FILE,
    Heads,
    arrays_of,
    changes_of,
    learned_encoder_name,
    read_arrays,
)
from bot.language.screen.made_files import verified

HELD = 10
"""One voice in so many teaches nothing: on them confidence is calibrated."""


@dataclass(frozen=True, kw_only=True)
class LearnedIntents:
    """The committed file's content; `changes` are differences to the published tensors of the same names."""

    heads: Heads
    changes: Mapping[str, Array]
    summary: str
    """What to expect on unseen voices, as the tuning printed it."""


class TunedIntents:
    """Texts to logits; one per process."""

    def __init__(self, *, heads: Heads, encoder: Encoder) -> None:
        self.names = heads.names
        self._heads, self._encoder = heads, encoder

    def logits(self, text: str) -> Array:
        """One number a name; long texts by their beginning."""
        windows = self._encoder.windows(text)
        return self._heads.logits(windows[0]) if windows else self._heads.bias


def is_held(voice: str) -> bool:
    """Whether nothing was learned from that voice."""
    return int(hashlib.sha256(f"held {voice}".encode()).hexdigest(), 16) % HELD == 0


def read_learned(file: Path = INTENTS_FILE) -> LearnedIntents:
    """The committed file. Raises SettingsError when it is not there."""
    arrays = read_arrays(file)
    kept = {field.name: arrays[field.name] for field in fields(Heads)}
    names = tuple(map(str, kept.pop("names")))
    heads = Heads(names=names, **{name: values.astype(np.float32) for name, values in kept.items()})
    return LearnedIntents(heads=heads, changes=changes_of(arrays), summary=str(arrays["summary"]))


def write_learned(learned: LearnedIntents, file: Path = INTENTS_FILE) -> None:
    """What `read_learned` reads."""
    arrays = {field.name: np.asarray(getattr(learned.heads, field.name)) for field in fields(Heads)}
    arrays["summary"] = np.asarray(learned.summary)
    np.savez_compressed(file, **arrays, **arrays_of(learned.changes))


@lru_cache(maxsize=1)
def load_tuned() -> TunedIntents:
    """Once a process. Raises SettingsError naming the remedy when one of its files is missing."""
    encoder = open_encoder(verified(learned_encoder_name(INTENTS_FILE), "the encoder of the intents"))
    return TunedIntents(heads=read_learned().heads, encoder=encoder)
