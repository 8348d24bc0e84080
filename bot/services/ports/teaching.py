"""Messages that people look over so that the bot is taught, and who keeps them (one of the ports)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


@dataclass(frozen=True, kw_only=True)
class ReviewItem:
    """A patient's message worth a look, and why."""

    message_id: str
    case_id: str
    rank: int
    """The lower the sooner: what a misreading would have changed, then doubt, then a sample."""
    because: Mapping[str, Any]
    """{"why": "stake", "variable", "value", "level", "outcome"} | {"why": "doubt"} | {"why": "sample"}"""
    needed: int
    """Reviewers: two on a sample, so that their agreement can be told; else one."""
    reviews: int = 0


@dataclass(frozen=True, kw_only=True)
class Review:
    """What one person says a message means. `facts` and `intent` are the whole truth of it."""

    id: str
    message_id: str
    case_id: str
    reviewer: str
    at: dt.datetime
    right: bool
    """Whether it was read so."""
    intent: str | None
    facts: Mapping[str, Any]
    reason: str = ""
    text: str = field(default="", repr=False)
    """The message without what says who wrote it."""


class Said(NamedTuple):
    """What agreement is measured on: the intent a reviewer chose, and whether the message was read right."""

    intent: str | None
    right: bool


class Teaching(Protocol):
    """The inbox and what was said about its messages; all of it goes with its case."""

    async def unrated(self, *, quiet_since: dt.datetime, limit: int) -> list[str]:
        """Cases with messages nobody has ranked, in which nothing was said since; test ones are left out."""

    async def add_items(self, case_id: str, items: Sequence[ReviewItem]) -> None:
        """Add what is new, and note that all messages of the case are ranked."""

    async def inbox(
        self, reviewer: str, *, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Items this person has not reviewed and that need somebody: {item, text, seq, intent, confidence,
        reference, at}, by rank; and the next page's cursor."""

    async def item(self, message_id: str) -> ReviewItem:
        """Raises NotAllowed when there is none."""

    async def add_review(self, review: Review) -> None:
        """Raises Conflict when that person has reviewed it."""

    async def of_message(self, message_id: str) -> list[Review]:
        """What was said of one message, oldest first."""

    async def said_twice(self, *, limit: int) -> list[list[Review]]:
        """Both reviews, oldest first, of each message that exactly two people looked at; newest first."""

    async def lately_agreed(self, *, messages: int) -> list[tuple[Said, Said]]:
        """What the first two reviewers said of so many messages that two looked at, the newest."""

    async def reviews(self, *, after: str | None, limit: int) -> tuple[list[Review], str | None]:
        """Of all messages whose reviews are complete, by message; and the next page's cursor."""
