"""Cases that are over, and erasing them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A patient asked that a case be erased: who wrote it down, when, and how it was asked and checked."""

    case_id: str
    reason: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class LegalHold:
    """Why a case must be kept, whatever the patient wishes and however old it is."""

    case_id: str
    reason: str
    by: str
    at: dt.datetime


class Retention(Protocol):
    """A case is over at a time when nothing was said, done, noted, sent or to come in it since, no work of
    staff is unfinished, nobody may be answering it, an emergency was acknowledged, and no law keeps it."""

    async def over(self, *, before: dt.datetime, limit: int) -> list[str]:
        """Ids of cases that were over at that time, the one that rested longest first."""

    async def erase(self, case_id: str, *, before: dt.datetime) -> bool:
        """Delete a case with all that belongs to it; False, and nothing is deleted, when it was not over.

        Looks again itself, with the case locked. What stays: the audit log, counts, wishes for no texts.
        """

    async def wishes(self, *, limit: int) -> Sequence[Wish]:
        """What patients asked for and nobody has decided, the oldest first."""

    async def count_wishes(self) -> int:
        """How many of them there are."""

    async def wish(self, case_id: str) -> Wish | None:
        """The open wish of a case."""

    async def add_wish(self, wish: Wish) -> bool:
        """False, and nothing is changed, when the case has one."""

    async def drop_wish(self, case_id: str) -> bool:
        """Whether there was one."""

    async def legal_hold(self, case_id: str) -> LegalHold | None:
        """Why a case must be kept; None when nothing says so."""

    async def add_legal_hold(self, hold: LegalHold) -> bool:
        """False, and nothing is changed, when the case is kept already."""

    async def drop_legal_hold(self, case_id: str) -> bool:
        """Whether it was kept."""
