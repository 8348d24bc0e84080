"""From scores to decisions: calibration by fact, and how likely is likely enough to ask.

Asking costs the patient a question, missing may cost more, so the budget is stated: of the trap messages in
the corpus, at most this share may be asked about needlessly (15 %, what the grammar itself asks included).
Within it one threshold on calibrated probabilities finds the most, lower for emergencies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.language.corpus import Row
from bot.language.grammar.screened import FOR_ITS_OWN_SAKE, SCREENED, alarms
from bot.language.screen.embeddings import Array

NEEDLESS_TRAPS = 0.15
"""The share of the traps that may be asked about needlessly."""
NEEDLESS_DENIALS = 0.01
"""Of the messages that deny something, as many may be asked about it all the same."""
ALSO_FROM = 0.4
EARLIER = frozenset(SCREENED[: SCREENED.index("cannot_walk")]) - FOR_ITS_OWN_SAKE
EMERGENCY_WEIGHT = 1.5
"""How much earlier an emergency is asked about."""
_MOST_ASKED = 3
_SUREST = 0.99
_RIDGE = 0.05


@dataclass(frozen=True, kw_only=True)
class Labels:
    """What each message says of each fact, shape (messages, facts)."""

    states: NDArray[np.bool_]
    """It says so (or may be so, or was so)."""
    counts: Array
    """1 where the label is certain, 0 where a reader may see it either way."""
    told: NDArray[np.bool_]
    """It speaks of it clearly, denials included: the grammar's business."""
    traps: NDArray[np.bool_]
    """(messages,)"""

    def of(self, rows: NDArray[np.bool_]) -> Labels:
        """Of some of the messages."""
        return Labels(**{name: table[rows] for name, table in vars(self).items()})


def labels_of(rows: Sequence[Row], names: Sequence[str]) -> Labels:
    """The labels of the corpus as tables."""
    states = [[alarms(row.facts.get(name)) for name in names] for row in rows]
    told = [[name in row.facts for name in names] for row in rows]
    open_ones = [
        [name not in row.facts and (name in row.ask or alarms(row.optional.get(name))) for name in names]
        for row in rows
    ]
    return Labels(
        states=np.array(states),
        counts=1.0 - np.array(open_ones, dtype=np.float32),
        told=np.array(told),
        traps=np.array([row.trap is not None for row in rows]),
    )


def calibrated(scores: Array, labels: Labels) -> tuple[Array, Array]:
    """Slope and shift of each fact, so that a tenth of what gets 0.1 is so (Platt 1999)."""
    pairs = [
        _platt(scores[:, fact], labels.states[:, fact], labels.counts[:, fact])
        for fact in range(scores.shape[1])
    ]
    slope, shift = np.array(pairs, dtype=np.float32).T
    return slope, shift


def _platt(scores: Array, states: NDArray[np.bool_], counts: Array) -> tuple[float, float]:
    """Newton steps on the standardised score, halved until they help; a little ridge for rare facts."""
    centre, spread = float(scores.mean()), float(scores.std()) + 1e-9
    x, y = (scores.astype(float) - centre) / spread, states.astype(float)

    def loss(at: NDArray[np.float64]) -> float:
        z = at[0] * x + at[1]
        return float((counts * (np.logaddexp(0, z) - y * z)).sum() + _RIDGE * at[0] ** 2)

    at = np.array([1.0, -4.0])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(at[0] * x + at[1])))
        error, weight = counts * (p - y), counts * p * (1 - p) + 1e-9
        slope = np.array([(error * x).sum() + 2 * _RIDGE * at[0], error.sum()])
        bend = np.array(
            [[(weight * x * x).sum() + 2 * _RIDGE, (weight * x).sum()], [(weight * x).sum(), weight.sum()]]
        )
        step = np.linalg.solve(bend, slope)
        while loss(at - step) > loss(at) and np.abs(step).max() > 1e-6:
            step = step / 2
        at = at - step
        if np.abs(step).max() < 1e-6:
            break
    return at[0] / spread, at[1] - at[0] * centre / spread


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """See `bot.language.screen.screen.Heads`; `summary` says what to expect on unseen voices."""

    ask_from: Array
    also_from: Array
    sure_from: float
    summary: str


def thresholds(likely: Array, labels: Labels, names: Sequence[str]) -> Thresholds:
    """The lowest thresholds within the budget for traps, by bisection on unseen scores."""
    weights = np.array([EMERGENCY_WEIGHT if name in EARLIER else 1.0 for name in names], np.float32)
    also_from = np.array([1.0 if name in FOR_ITS_OWN_SAKE else ALSO_FROM for name in names], np.float32)
    settled = labels.told & ~labels.states
    low, high = 0.01, 1.0
    for _ in range(25):
        middle = (low + high) / 2
        needless = _needless(asked(likely, _thresholds(middle, weights), also_from, settled), labels)
        low, high = (middle, high) if needless[labels.traps].mean() > NEEDLESS_TRAPS else (low, middle)
    ask_from = _thresholds(high, weights)
    found = asked(likely, ask_from, also_from, settled)
    denials = likely[labels.told & ~labels.states]
    sure = float(np.quantile(denials, 1 - NEEDLESS_DENIALS)) if denials.size else _SUREST
    return Thresholds(
        ask_from=ask_from,
        also_from=also_from,
        sure_from=min(max(sure, 0.8), _SUREST),
        summary=_summary(found, labels, high),
    )


def _thresholds(common: float, weights: Array) -> Array:
    found: Array = np.minimum(common / weights, _SUREST).astype(np.float32)
    return found


def asked(likely: Array, ask_from: Array, also_from: Array, settled: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which facts would be asked, were nothing read but what is told clearly (`settled`)."""
    shares = np.where(settled, 0.0, likely / ask_from)
    ranks = np.argsort(np.argsort(-shares, axis=1, kind="stable"), axis=1, kind="stable")
    wanted: NDArray[np.bool_] = (shares >= also_from) & (ranks < _MOST_ASKED)
    return wanted & (shares.max(axis=1) >= 1)[:, None]


def _needless(found: NDArray[np.bool_], labels: Labels) -> NDArray[np.bool_]:
    needless: NDArray[np.bool_] = (found & ~labels.states & (labels.counts > 0)).any(axis=1)
    return needless


def _summary(found: NDArray[np.bool_], labels: Labels, threshold: float) -> str:
    needless = _needless(found, labels)
    hit = float((found & labels.states).sum()) / max(int(labels.states.sum()), 1)
    return (
        f"unseen voices: {hit:.2f} of the safety facts asked by the screen alone, needlessly "
        f"{needless[labels.traps].mean():.2f} of traps, {needless[~labels.traps].mean():.2f} of the others "
        f"(threshold {threshold:.2f})"
    )
