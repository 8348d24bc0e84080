"""How far two people agree beyond chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Cohen's kappa, from -1 to 1; None without a pair, or when chance alone would agree always.

    (observed - chance) / (1 - chance). Of 50 messages two people call 20 both right, 15 both wrong, and
    differ on 5 and 10: observed 0.70, chance 0.5 * 0.6 + 0.5 * 0.4 = 0.50, kappa 0.40 (Cohen 1960).
    """
    if not pairs:
        return None
    whole = len(pairs)
    observed = sum(first == second for first, second in pairs) / whole
    firsts, seconds = Counter(one for one, _ in pairs), Counter(one for _, one in pairs)
    chance = sum(firsts[label] * seconds[label] for label in firsts) / whole**2
    return None if chance == 1 else (observed - chance) / (1 - chance)
