"""How urgent a case is (clinical.md 3.0)."""

from __future__ import annotations

import enum
import functools


@functools.total_ordering
class Level(enum.Enum):
    """Urgency, least first; compare with < and max()."""

    NONE = "none"
    NOTE = "note"
    URGENT_48H = "urgent_48h"
    SAME_DAY = "same_day"
    EMERGENCY_NOW = "emergency_now"

    @property
    def rank(self) -> int:
        """0 (none) to 4 (emergency_now)."""
        return list(Level).index(self)

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, Level):
            return NotImplemented
        return self.rank < other.rank
