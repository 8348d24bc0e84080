"""Messages as batches of piece ids, to learn from and to be judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.language.screen.embeddings import WINDOW_TOKENS
from bot.language.screen.wordpiece import WordPiece

BATCH = 32
_HIDDEN = 0.1
"""The share of pieces put out of sight while learning, so that nothing hangs on one word."""
_ROUNDED = 8
"""Batches are padded to a multiple of this many pieces, so that few shapes are compiled."""
_SORTED_TOGETHER = 50


@dataclass(frozen=True)
class Texts:
    """The messages as piece ids; one window each, as the service reads it."""

    ids: list[list[int]]
    pieces: WordPiece

    @classmethod
    def of(cls, texts: Sequence[str], pieces: WordPiece) -> Texts:
        return cls(ids=[list(pieces.pieces(text).ids[:WINDOW_TOKENS]) for text in texts], pieces=pieces)

    def batches(self, chosen: Any, draw: np.random.Generator | None = None) -> list[Any]:
        """Rows of about one length together; in random order when there is a `draw`."""
        chosen = np.array(chosen) if draw is None else draw.permutation(chosen)
        length = np.array([len(one) for one in self.ids])
        chunks = [
            chosen[at : at + BATCH * _SORTED_TOGETHER]
            for at in range(0, len(chosen), BATCH * _SORTED_TOGETHER)
        ]
        chosen = np.concatenate([chunk[np.argsort(length[chunk], kind="stable")] for chunk in chunks])
        found = [chosen[at : at + BATCH] for at in range(0, len(chosen), BATCH)]
        return found if draw is None else [found[at] for at in draw.permutation(len(found))]

    def padded(self, ids: Sequence[Sequence[int]]) -> tuple[Any, Any]:
        """Ids and mask, shape (rows, longest)."""
        rows = [[self.pieces.cls, *one, self.pieces.sep] for one in ids]
        longest = -(-max(map(len, rows)) // _ROUNDED) * _ROUNDED
        table, mask = np.zeros((len(rows), longest), np.int32), np.zeros((len(rows), longest), np.float32)
        for row, (one, seen) in enumerate(zip(rows, (len(row) for row in rows), strict=True)):
            table[row, :seen], mask[row, :seen] = one, 1
        return table, mask

    def hidden(self, ids: Sequence[int], draw: np.random.Generator) -> list[int]:
        """The ids with some of them out of sight."""
        return [self.pieces.mask if draw.random() < _HIDDEN else one for one in ids]
