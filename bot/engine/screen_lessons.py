"""What the safety screen learns from: labelled messages as batches of piece ids with targets and weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.language.corpus import Row
from bot.language.embeddings import WINDOW_TOKENS
from bot.language.screen_threshold import Labels, labels_of
from bot.language.screened import NEVER_ASKED, SCREENED
from bot.language.wordpiece import WordPiece

NAMES = tuple(name for name in SCREENED if name not in NEVER_ASKED)
BATCH = 32
_POSITIVE_WEIGHT = 3.0
"""A fact is stated by one message in a hundred or fewer."""
_HINTED = 0.5
"""What is learned of a fact that the words hint at, or that a reader may see either way: worth a question."""
_HIDDEN = 0.1
"""The share of pieces put out of sight while learning, so that no fact hangs on one word."""
_JOINED = 0.2
"""The share of messages learned together with another, before or after: facts are often buried."""
_LONGEST_JOINED = 90
_ROUNDED = 8
"""Batches are padded to a multiple of this many pieces, so that few shapes are compiled."""
_SORTED_TOGETHER = 50


@dataclass(frozen=True)
class Texts:
    """The messages as piece ids, with their labels; one window each, as the service reads it."""

    ids: list[list[int]]
    labels: Labels
    pieces: WordPiece

    @classmethod
    def of(cls, rows: Sequence[Row], pieces: WordPiece) -> Texts:
        ids = [list(pieces.pieces(row.text).ids[:WINDOW_TOKENS]) for row in rows]
        return cls(ids=ids, labels=labels_of(rows, NAMES), pieces=pieces)

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


class Teacher:
    """Makes of a batch what is learned from: some messages joined, some pieces out of sight."""

    def __init__(self, texts: Texts, chosen: Any) -> None:
        self._texts, self._chosen = texts, chosen
        self.draw = np.random.default_rng(0)
        self._stop = texts.pieces.pieces(".").ids

    def lesson(self, batch: Any) -> tuple[Any, Any, Any, Any]:
        """Ids, mask, targets and weights."""
        made = [self._message(one) for one in batch]
        ids, mask = self._texts.padded([one for one, _, _ in made])
        states = np.array([state for _, state, _ in made])
        hints = _HINTED * (1 - np.array([count for _, _, count in made]))
        targets = np.where(states, 1.0, hints)
        weights = np.where(states, _POSITIVE_WEIGHT, 1.0)
        return ids, mask, targets.astype(np.float32), weights.astype(np.float32)

    def _message(self, row: int) -> tuple[list[int], Any, Any]:
        labels = self._texts.labels
        ids, states, counts = self._texts.ids[row], labels.states[row], labels.counts[row]
        if self.draw.random() < _JOINED:
            other = self.draw.choice(self._chosen)
            more = self._texts.ids[other]
            if len(ids) + len(more) <= _LONGEST_JOINED:
                ids = [*ids, *self._stop, *more] if self.draw.random() < 0.5 else [*more, *self._stop, *ids]
                states = states | labels.states[other]
                counts = np.where(states, 1, np.minimum(counts, labels.counts[other]))
        return (
            [self._texts.pieces.mask if self.draw.random() < _HIDDEN else one for one in ids],
            states,
            counts,
        )
