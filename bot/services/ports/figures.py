"""Counts over many conversations, a day at a time, and what the clinic decided later (two of the ports)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.domain.dispositions import Disposition

Sums = Mapping[tuple[str, str], int]
"""(what, key) -> how many."""


@dataclass(frozen=True, kw_only=True, order=True)
class Count:
    """How many of one thing there were on a day: `what` is the table it belongs to, `key` its row."""

    channel: str
    what: str
    key: str
    number: int


@dataclass(frozen=True, kw_only=True)
class Touched:
    """What changed lately: when the cases began, and when visits of theirs are."""

    begun: frozenset[dt.datetime]
    visits: frozenset[dt.datetime]


class Figures(Protocol):
    """Daily counts, kept: a page adds up days and never reads conversations. Test ones are not counted."""

    async def count_day(self, since: dt.datetime, until: dt.datetime, *, now: dt.datetime) -> list[Count]:
        """Counts what is in the record for cases begun (visits: held) within [since, until), in order."""

    async def kept(self, day: dt.date) -> list[Count]:
        """What was kept of a day, in order."""

    async def keep(self, day: dt.date, counts: Collection[Count]) -> None:
        """Replaces what was kept of a day."""

    async def first_at(self) -> dt.datetime | None:
        """When the first case began; None when there is none."""

    async def touched(self, *, since: dt.datetime, until: dt.datetime | None = None) -> Touched:
        """Of cases that changed in that time, in themselves, their tasks or their dispositions."""

    async def counted_at(self) -> dt.datetime | None:
        """Up to when changes are counted; None when nothing ever was."""

    async def note_counted(self, at: dt.datetime) -> None:
        """Changes are counted up to then."""

    async def final_until(self) -> dt.datetime | None:
        """Days up to this time are not counted again: cases of theirs may be erased. None: all are."""

    async def note_final(self, at: dt.datetime) -> None:
        """Days up to then stay as they were counted; never moved back."""

    async def sums(self, first: dt.date, last: dt.date, *, channel: str | None) -> Sums:
        """Over these days, both included; of one channel when it is named."""

    async def begun_by_day(
        self, first: dt.date, last: dt.date, *, channel: str | None
    ) -> Mapping[dt.date, int]:
        """Conversations begun on each of these days that has any."""

    async def late_tasks(
        self, since: dt.datetime, until: dt.datetime, *, channel: str | None, now: dt.datetime
    ) -> Mapping[str, int]:
        """Unfinished tasks past their due time by kind, of cases begun in that time."""


class Dispositions(Protocol):
    """What the clinic decided of a case, append-only."""

    async def add(self, disposition: Disposition) -> None:
        """Append."""

    async def of_case(self, case_id: str) -> list[Disposition]:
        """Oldest first; the last one counts."""
