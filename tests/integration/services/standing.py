"""A clock that stands, for the processes that tests start and kill."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Standing:
    """Always the same moment."""

    moment: dt.datetime

    def now(self) -> dt.datetime:
        return self.moment
