"""Intents: macro-F1, what is taken for what, and how well what is out of scope stands apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.evaluation.facts import Tally, share

OUTSIDE = frozenset(("out_of_scope",))


@dataclass
class IntentScores:
    """Meant and understood intents of the rows that name one."""

    pairs: list[tuple[str, str, float]] = field(default_factory=list)
    """Meant, understood, confidence."""

    def add(self, meant: str, understood: str, confidence: float) -> None:
        """One more message."""
        self.pairs.append((meant, understood, confidence))

    def figures(self) -> dict[str, Any]:
        """For the report; confusions most frequent first."""
        tallies = {name: Tally() for name in sorted({meant for meant, _, _ in self.pairs})}
        for meant, understood, _ in self.pairs:
            tallies[meant].add("right" if meant == understood else "missed")
            if understood != meant and understood in tallies:
                tallies[understood].add("wrong")
        f1 = [tally.figures()["f1"] or 0.0 for tally in tallies.values()]
        confused = Counter((meant, said) for meant, said, _ in self.pairs if meant != said)
        return {
            "count": len(self.pairs),
            "accuracy": share(sum(meant == said for meant, said, _ in self.pairs), len(self.pairs)),
            "macro_f1": share(sum(f1), len(f1)),
            "out_of_scope_auroc": self._apart(),
            "by_intent": {name: tally.figures() for name, tally in tallies.items()},
            "confusions": [[meant, said, count] for (meant, said), count in confused.most_common(30)],
        }

    def _apart(self) -> float | None:
        """AUROC of out of scope against the rest."""
        scored = [(outsideness(said, confidence), meant in OUTSIDE) for meant, said, confidence in self.pairs]
        return auroc([s for s, outside in scored if outside], [s for s, outside in scored if not outside])


def outsideness(intent: str, confidence: float) -> float:
    """0 (surely something of ours) to 1 (surely out of scope); a hesitant intent comes near a half."""
    return 0.5 + confidence / 2 if intent in OUTSIDE else (1 - confidence) / 2


def auroc(positives: Sequence[float], negatives: Sequence[float]) -> float | None:
    """Chance that a positive scores above a negative, ties half; None without both.

    >>> auroc([0.9, 0.4], [0.5, 0.1])
    0.75
    """
    if not positives or not negatives:
        return None
    ordered = sorted([(score, 0) for score in negatives] + [(score, 1) for score in positives])
    wins = below = at = 0
    here: list[int] = []
    for index, (score, kind) in enumerate(ordered):
        here.append(kind)
        if index + 1 == len(ordered) or ordered[index + 1][0] != score:
            at = here.count(0)
            wins += sum(here) * (2 * below + at)
            below += at
            here = []
    return round(wins / (2 * len(positives) * len(negatives)), 4)
