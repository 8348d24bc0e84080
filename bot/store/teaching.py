"""Messages that people look over (port: `bot.services.ports.teaching.Teaching`)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import itertools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, insert, select, text, tuple_, update

from bot.domain.errors import InvalidInput, NotAllowed
from bot.services.ports.teaching import Review, ReviewItem, Said
from bot.store import codec
from bot.store.session import Session
from bot.store.tables import cases, messages
from bot.store.teaching_tables import WAITING, review_items, reviews

ITEM = tuple(ReviewItem.__dataclass_fields__)
REVIEW = tuple(Review.__dataclass_fields__)
UNRATED = "last_seq > rated_seq AND consent = 'given'"


class TeachingTable:
    """The inbox is one index scan over what waits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def unrated(self, *, quiet_since: dt.datetime, limit: int) -> list[str]:
        """Cases with messages nobody has ranked, in which nothing was said since; no test ones."""
        quiet = (cases.c.said_at < quiet_since) & ~cases.c.test
        # Written out: SQLite takes a partial index only where its condition stands word by word.
        wanted = select(cases.c.id).where(text(UNRATED), quiet).order_by(cases.c.said_at).limit(limit)
        return [row.id for row in await self._session.all(wanted)]

    async def add_items(self, case_id: str, items: Sequence[ReviewItem]) -> None:
        """Add what is new, and note that all messages of the case are ranked."""
        if items:
            rows = [{name: getattr(item, name) for name in ITEM} for item in items]
            await self._session.insert_all_new(review_items, rows)
        await self._session.run(update(cases).where(cases.c.id == case_id).values(rated_seq=cases.c.last_seq))

    async def inbox(
        self, reviewer: str, *, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """By rank. Raises InvalidInput for a cursor that is not ours."""
        place = (review_items.c.rank, review_items.c.message_id)
        own = (
            select(reviews.c.id)
            .where(reviews.c.message_id == review_items.c.message_id, reviews.c.reviewer == reviewer)
            .exists()
        )
        wanted = (
            select(
                review_items, messages.c.text, messages.c.seq, messages.c.intent, messages.c.confidence,
                messages.c.at, cases.c.reference,
            )
            .join(messages, messages.c.id == review_items.c.message_id)
            .join(cases, cases.c.id == review_items.c.case_id)
            .where(text(WAITING), ~own)
        )  # fmt: skip
        if after is not None:
            types = [column.type for column in place]
            wanted = wanted.where(tuple_(*place, types=types) > tuple_(*_read(after), types=types))
        rows = await self._session.all(wanted.order_by(*place).limit(limit + 1))
        more = len(rows) > limit
        return [_listed(row) for row in rows[:limit]], _cursor(rows[limit - 1]) if more else None

    async def item(self, message_id: str) -> ReviewItem:
        """Raises NotAllowed when there is none."""
        row = await self._session.first(select(review_items).where(review_items.c.message_id == message_id))
        if row is None:
            raise NotAllowed("no such message to look at")
        return _item(row)

    async def add_review(self, review: Review) -> None:
        """Raises Conflict when that person has reviewed it."""
        facts = {name: codec.value_to_json(value) for name, value in review.facts.items()}
        row = {name: getattr(review, name) for name in REVIEW} | {"facts": facts}
        await self._session.run(insert(reviews).values(row))
        await self._session.run(
            update(review_items)
            .where(review_items.c.message_id == review.message_id)
            .values(reviews=review_items.c.reviews + 1)
        )

    async def of_message(self, message_id: str) -> list[Review]:
        """What was said of one message, oldest first."""
        wanted = select(reviews).where(reviews.c.message_id == message_id)
        return [_review(row) for row in await self._session.all(wanted.order_by(reviews.c.at, reviews.c.id))]

    async def said_twice(self, *, limit: int) -> list[list[Review]]:
        """People write reviews: their number is bounded by what people can do."""
        newest = func.max(reviews.c.at)
        twice = (
            select(reviews.c.message_id)
            .group_by(reviews.c.message_id)
            .having(func.count() == 2)
            .order_by(newest.desc(), reviews.c.message_id)
            .limit(limit)
        )
        ids = [row.message_id for row in await self._session.all(twice)]
        said: dict[str, list[Review]] = {message_id: [] for message_id in ids}
        for review in await self._of_messages(ids):
            said[review.message_id].append(review)
        return list(said.values())

    async def lately_agreed(self, *, messages: int) -> list[tuple[Said, Said]]:
        """The newest reviews first, along their index; as many as two a message."""
        both = (review_items.c.needed >= 2) & (review_items.c.reviews >= 2)
        newest = (
            select(reviews.c.message_id)
            .join(review_items, review_items.c.message_id == reviews.c.message_id)
            .where(both)
            .order_by(reviews.c.at.desc(), reviews.c.id.desc())
            .limit(2 * messages)
        )
        said = select(reviews.c.message_id, reviews.c.intent, reviews.c.right)
        rows = await self._session.all(
            said.where(reviews.c.message_id.in_(newest)).order_by(
                reviews.c.message_id, reviews.c.at, reviews.c.id
            )
        )
        grouped = (list(group) for _, group in itertools.groupby(rows, key=lambda row: row.message_id))
        pairs = (group[:2] for group in grouped if len(group) >= 2)
        return [(Said(a.intent, a.right), Said(b.intent, b.right)) for a, b in pairs]

    async def reviews(self, *, after: str | None, limit: int) -> tuple[list[Review], str | None]:
        """Of messages whose reviews are complete; a page holds all reviews of its messages."""
        done = select(review_items.c.message_id).where(review_items.c.reviews >= review_items.c.needed)
        if after is not None:
            done = done.where(review_items.c.message_id > after)
        ids = [
            row.message_id
            for row in await self._session.all(done.order_by(review_items.c.message_id).limit(limit))
        ]
        return await self._of_messages(ids), ids[-1] if len(ids) == limit else None

    async def _of_messages(self, ids: Sequence[str]) -> list[Review]:
        """All reviews of these messages in one statement, by message, oldest first."""
        rows = await self._session.all(
            select(reviews)
            .where(reviews.c.message_id.in_(ids))
            .order_by(reviews.c.message_id, reviews.c.at, reviews.c.id)
        )
        return [_review(row) for row in rows]


def _item(row: Row[Any]) -> ReviewItem:
    return ReviewItem(**{name: row._mapping[name] for name in ITEM})


def _review(row: Row[Any]) -> Review:
    fields = {name: row._mapping[name] for name in REVIEW}
    facts = {name: codec.value_from_json(raw) for name, raw in row.facts.items()}
    return Review(**fields | {"facts": facts})


def _listed(row: Row[Any]) -> Mapping[str, Any]:
    shown = ("text", "seq", "intent", "confidence", "at", "reference")
    return {name: row._mapping[name] for name in shown} | {"item": _item(row)}


def _cursor(row: Row[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([row.rank, row.message_id]).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, str]:
    try:
        rank, message_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return int(rank), str(message_id)
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput(
            "the page cursor is not one of ours: start at the first page", field="after"
        ) from None
