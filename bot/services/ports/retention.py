"""Cases that are over, and erasing them."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Retention(Protocol):
    """A case is over at a time when nothing was said, done, noted, sent or to come in it since, no work of
    staff is unfinished, nobody may be answering it, and an emergency was acknowledged."""

    async def over(self, *, before: dt.datetime, limit: int) -> list[str]:
        """Ids of cases that were over at that time, the one that rested longest first."""

    async def erase(self, case_id: str, *, before: dt.datetime) -> bool:
        """Delete a case with all that belongs to it; False, and nothing is deleted, when it was not over.

        Looks again itself, with the case locked. What stays: the audit log, counts, wishes for no texts.
        """
