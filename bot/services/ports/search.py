"""What a search for cases may ask, and who answers (one of the ports)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a search asks for; what is None or empty asks for nothing."""

    words: str | None = None
    """A name, a phone number, a reference, or words that were said; all of them must be there."""
    levels: tuple[str, ...] = ()
    outcome: str | None = None
    rule: str | None = None
    channel: str | None = None
    status: str | None = None
    confidence_below: float | None = None
    """Of the least certain message, 0 to 1."""
    fallback: bool | None = None
    """Whether the bot did not understand, or failed."""
    messages_from: int | None = None
    minutes_from: int | None = None
    """Minutes from the first message to the last."""
    reviewed: bool | None = None
    tag: str | None = None
    flagged: bool | None = None
    """Whether one of its messages is flagged."""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    event: str | None = None
    """Something that happened; with `after_event`: and that after the other."""
    after_event: str | None = None
    test: bool = False
    """Conversations of the console's try-out instead of patients'."""


EVENTS = (
    "fallback", "person", "correct", "go_back", "complaint", "faq", "abuse", "injection", "emergency",
    "same_day", "crisis", "staff", "booked", "callback",
)  # fmt: skip
"""What a search may ask about the order of: an intent, the kind of a message of ours, a person writing."""


@dataclass(frozen=True, kw_only=True)
class SavedView:
    """A search somebody kept. `query` is what stands in its address; a shared one is everybody's."""

    id: str
    owner: str
    name: str
    query: str
    shared: bool
    created_at: dt.datetime


class Search(Protocol):
    """Every way to find a case by what was said or happened in it: the one place that knows how words lie."""

    async def cases(
        self, wanted: Wanted, *, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Rows {id, reference, name, phone, channel, status, level, rules, outcome, created_at, said_at,
        messages, fallbacks, lowest_confidence, reviewed_at, flags, test}, newest first; and the
        next cursor."""

    async def reviewed_by(self, case_id: str) -> str | None:
        """Who looked it over, None when nobody has."""

    async def mark_reviewed(self, case_id: str, *, by: str | None, at: dt.datetime) -> None:
        """By whom a case was looked over; None takes it back. Raises NotAllowed when there is none."""

    async def views(self, owner: str) -> list[SavedView]:
        """One's own and the shared ones, by name."""

    async def add_view(self, view: SavedView) -> None:
        """Raises Conflict when the owner has one of that name."""

    async def drop_view(self, view_id: str, *, owner: str) -> bool:
        """Whether there was such a view of that owner."""
