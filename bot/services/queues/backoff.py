"""How long to wait after failures, for everything that is tried again."""

from __future__ import annotations

import datetime as dt


def pause(failures: int, jitter: float, *, longest_seconds: float) -> dt.timedelta:
    """Time to wait after so many earlier failures: 1 to 2 s, 2 to 4, 4 to 8, ... up to the longest.

    `jitter` is a number from 0 to 1; the lower half of each span stays free so that a server that
    comes back is not met by everybody at once.
    """
    span = min(longest_seconds, 2.0 ** (failures + 1))
    return dt.timedelta(seconds=span * (0.5 + jitter / 2))
