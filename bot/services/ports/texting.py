"""What the door of text messages needs the record to keep, beside cases and messages."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Protocol

Door = Literal["web", "sms"]


class Tallies(Protocol):
    """How often something happened lately, counted for all processes together."""

    async def hit(self, key: str, *, at: dt.datetime, seconds: float) -> int:
        """Count one more; how many there were in this key's window, which the first one begins.

        A key may hold a number or an address; it is forgotten a day after its window."""

    async def running(self, key: str, *, at: dt.datetime) -> int:
        """How many there were in the window that runs; counts nothing."""

    async def ends(self, key: str, *, at: dt.datetime) -> dt.datetime | None:
        """When the window that runs is over; None when none runs."""

    async def clear(self, key: str) -> None:
        """Forget a key."""


class Handovers(Protocol):
    """One-time keys that take a case to the patient's other door; stored as SHA-256 only."""

    async def add(self, key_hash: str, *, case_id: str, door: Door, expires_at: dt.datetime) -> None:
        """A new key; the older ones of that case and door open nothing any more."""

    async def case_id(self, key_hash: str, *, door: Door, now: dt.datetime) -> str | None:
        """The case of a live key that was not used, else None."""

    async def use(self, key_hash: str, *, door: Door, now: dt.datetime) -> str | None:
        """As `case_id`, and the key opens nothing any more: of several callers one gets the case."""


class Numbers(Protocol):
    """Numbers that no text reaches: a land line, a number nobody has."""

    async def unreachable(self, number: str) -> str | None:
        """Why, as the provider's code; None when nothing is known against it."""

    async def note_unreachable(self, number: str, *, code: str, at: dt.datetime) -> None:
        """Insert or replace."""

    async def note_reachable(self, number: str) -> None:
        """A text came from it."""
