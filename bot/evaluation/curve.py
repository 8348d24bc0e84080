"""The learning curve of the safety screen: whether more messages would help.

Voices are split in five; the heads learn from a quarter, a half, three quarters and all of four fifths, and
are measured on the fifth they have not seen. Figures are of the screen alone, at thresholds that ask about
the same share of traps needlessly, so that the sizes can be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.evaluation.intents import auroc
from bot.language.corpus import Row, folds_by_voice
from bot.language.embeddings import Array, load_encoder
from bot.language.screen_threshold import calibrated, thresholds
from bot.language.screen_training import FOLDS, NAMES, Examples, examples_of, fitted

SHARES = (0.25, 0.5, 0.75, 1.0)
_FEWEST = 10
"""Facts with fewer positives in the held-out fifth say nothing."""


def learning_curve(rows: Sequence[Row]) -> Iterator[str]:
    """One line a size: messages learned from, mean AUROC of the facts, and what the screen alone finds."""
    examples = examples_of(rows, load_encoder())
    held = np.array(folds_by_voice(rows, folds=FOLDS)) == 0
    quarter = np.array(folds_by_voice(rows, folds=len(SHARES), seed=1))
    for size, share in enumerate(SHARES, start=1):
        learns = ~held & (quarter < size)
        scores = examples.best(fitted(examples, learns).scores(examples.parts))[held]
        yield f"{int(learns.sum())} messages ({share:.0%}): {_figures(scores, examples, held)}"


def _figures(scores: Array, examples: Examples, held: NDArray[np.bool_]) -> str:
    labels = examples.labels.of(held)
    ranks = [
        auroc(list(scores[labels.states[:, fact], fact]), list(scores[~labels.states[:, fact], fact]))
        for fact in range(len(NAMES))
        if labels.states[:, fact].sum() >= _FEWEST
    ]
    slope, shift = calibrated(scores, labels)
    likely = (1 / (1 + np.exp(-(scores * slope + shift)))).astype(np.float32)
    mean = float(np.mean([rank for rank in ranks if rank is not None])) if ranks else float("nan")
    return f"mean AUROC {mean:.3f}; {thresholds(likely, labels, NAMES).summary}"
