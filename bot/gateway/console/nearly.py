"""Rules that one more fact would fire, remembered: an open page asks every second, the search takes 30 ms."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from bot.domain.dictionary import Value
from bot.domain.judgement import Why
from bot.protocols import Protocols

KEPT = 200
"""Sets of facts; more cases than are ever open at once."""


class NearlyFired:
    """Of one process. The keys hold patients' answers: they stay in memory and are never shown."""

    def __init__(self, protocols: Protocols) -> None:
        self._protocols = protocols
        self._known: OrderedDict[tuple[tuple[str, Value], ...], tuple[Why, ...]] = OrderedDict()

    def of(self, values: Mapping[str, Value]) -> tuple[Why, ...]:
        """Nothing for a case that has told nothing yet: then every rule is one fact away."""
        if not values:
            return ()
        key = tuple(sorted(values.items()))
        if key not in self._known:
            self._known[key] = self._protocols.judge(values, nearly=True).nearly
        self._known.move_to_end(key)
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        return self._known[key]
