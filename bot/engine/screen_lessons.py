"""What the safety screen learns from: labelled messages with targets and weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from bot.engine.lessons import Texts
from bot.language.grammar.screened import NEVER_ASKED, SCREENED
from bot.language.screen.screen_threshold import Labels

NAMES = tuple(name for name in SCREENED if name not in NEVER_ASKED)
_POSITIVE_WEIGHT = 3.0
"""A fact is stated by one message in a hundred or fewer."""
_HINTED = 0.5
"""What is learned of a fact that the words hint at, or that a reader may see either way: worth a question."""
_JOINED = 0.2
"""The share of messages learned together with another, before or after: facts are often buried."""
_LONGEST_JOINED = 90


class Teacher:
    """Makes of a batch what is learned from: some messages joined, some pieces out of sight."""

    def __init__(self, texts: Texts, labels: Labels, chosen: Any) -> None:
        self._texts, self._labels, self._chosen = texts, labels, chosen
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
        labels = self._labels
        ids, states, counts = self._texts.ids[row], labels.states[row], labels.counts[row]
        if self.draw.random() < _JOINED:
            other = self.draw.choice(self._chosen)
            more = self._texts.ids[other]
            if len(ids) + len(more) <= _LONGEST_JOINED:
                ids = [*ids, *self._stop, *more] if self.draw.random() < 0.5 else [*more, *self._stop, *ids]
                states = states | labels.states[other]
                counts = np.where(states, 1, np.minimum(counts, labels.counts[other]))
        return self._texts.hidden(ids, self.draw), states, counts
