"""Finding cases by what was said and what happened (port: `bot.services.ports.Search`).

Words are found by equality of keys (`search.py`), never by looking into texts: so they may be sealed.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Table,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from bot.domain.errors import InvalidInput, NotAllowed
from bot.services.ports.search import SavedView, Wanted
from bot.store.cases import RULE
from bot.store.columns import id_in_order, seconds_between
from bot.store.mark_tables import case_tags, message_flags
from bot.store.marks import tag_key
from bot.store.search import TOO_COMMON, question_keys, reference_key, stem
from bot.store.search_tables import case_events, said_words, saved_views
from bot.store.session import Session
from bot.store.tables import cases, search_keys

SHOWN = (
    "id", "reference", "channel", "status", "level", "rules", "outcome", "created_at", "said_at", "fallbacks",
    "lowest_confidence", "reviewed_at", "flags", "test",
)  # fmt: skip
NEWEST = (cases.c.created_at.desc(), cases.c.id.desc())
PLACE = (cases.c.created_at, cases.c.id)
RARE = 1000
"""Fewer cases than this hold a rare word."""
IN_ORDER = id_in_order(cases.c.id)
VIEW_FIELDS = tuple(SavedView.__dataclass_fields__)


class CaseSearch:
    """One query over one table and its keys."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def cases(
        self, wanted: Wanted, *, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Newest first, and the next page's cursor. Raises InvalidInput for a cursor that is not ours."""
        named = await self._referred_to(wanted.words)
        where = [*_conditions(wanted, named, rare=await self._any_rare(wanted.words)), *_after(after)]
        where += [await self._among(found, few_of=gauge) for found, gauge in _sets(wanted)]
        # The ids first, from the index alone: whole rows of all that match would be sorted otherwise.
        found = await self._session.all(select(cases.c.id).where(*where).order_by(*NEWEST).limit(limit + 1))
        ids = [row.id for row in found]
        rows = await self._session.all(select(cases).where(cases.c.id.in_(ids)).order_by(*NEWEST))
        more = len(rows) > limit
        return [_shown(row) for row in rows[:limit]], _cursor(rows[limit - 1]) if more else None

    async def _referred_to(self, words: str | None) -> str | None:
        """The case whose reference the words are."""
        if not words:
            return None
        known = select(cases.c.id).where(cases.c.reference_key == reference_key(words))
        found: str | None = await self._session.value(known)
        return found

    async def _any_rare(self, words: str | None) -> bool:
        """Whether one of the words is in so few cases that they are read one by one."""
        for key in _keys(words):
            some = _holding(key).limit(RARE).subquery()
            if await self._session.value(select(func.count()).select_from(some)) < RARE:
                return True
        return False

    async def _among(self, found: Select[Any], *, few_of: Select[Any]) -> ColumnElement[bool]:
        """Whether a case is one of these; few of them are looked up, of many the newest cases are asked."""
        some = few_of.limit(RARE).subquery()
        few = await self._session.value(select(func.count()).select_from(some)) < RARE
        return (cases.c.id if few else IN_ORDER).in_(found)

    async def reviewed_by(self, case_id: str) -> str | None:
        """Who looked it over, None when nobody has."""
        found: str | None = await self._session.value(
            select(cases.c.reviewed_by).where(cases.c.id == case_id)
        )
        return found

    async def mark_reviewed(self, case_id: str, *, by: str | None, at: dt.datetime) -> None:
        """None takes it back. Raises NotAllowed when there is no such case."""
        values = {"reviewed_by": by, "reviewed_at": at if by else None}
        if not await self._session.changed(update(cases).where(cases.c.id == case_id).values(values)):
            raise NotAllowed("no such case")

    async def views(self, owner: str) -> list[SavedView]:
        """One's own and the shared ones, by name."""
        seen = or_(saved_views.c.owner == owner, saved_views.c.shared)
        rows = await self._session.all(
            select(saved_views).where(seen).order_by(saved_views.c.name, saved_views.c.id)
        )
        return [SavedView(**row._mapping) for row in rows]

    async def add_view(self, view: SavedView) -> None:
        """Raises Conflict when the owner has one of that name."""
        row = {name: getattr(view, name) for name in VIEW_FIELDS}
        await self._session.run(insert(saved_views).values(row))

    async def drop_view(self, view_id: str, *, owner: str) -> bool:
        """Whether there was such a view of that owner."""
        own = (saved_views.c.id == view_id) & (saved_views.c.owner == owner)
        return await self._session.changed(delete(saved_views).where(own))


def _conditions(wanted: Wanted, named: str | None, *, rare: bool) -> Iterator[ColumnElement[bool]]:
    yield cases.c.test == wanted.test
    yield from _words(wanted.words, named, rare=rare)
    for column, value in (
        (cases.c.outcome, wanted.outcome),
        (cases.c.channel, wanted.channel),
        (cases.c.status, wanted.status),
    ):
        if value is not None:
            yield column == value
    if wanted.levels:
        yield cases.c.level.in_(wanted.levels)
    yield from _measures(wanted)
    if wanted.flagged is False:
        yield ~IN_ORDER.in_(select(message_flags.c.case_id))


def _measures(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.confidence_below is not None:
        yield cases.c.lowest_confidence < wanted.confidence_below
    if wanted.fallback is not None:
        yield cases.c.fallbacks > 0 if wanted.fallback else cases.c.fallbacks == 0
    if wanted.messages_from is not None:
        yield cases.c.last_seq >= wanted.messages_from
    if wanted.minutes_from is not None:
        yield seconds_between(cases.c.created_at, cases.c.said_at) >= wanted.minutes_from * 60
    if wanted.reviewed is not None:
        yield cases.c.reviewed_at.is_not(None) if wanted.reviewed else cases.c.reviewed_at.is_(None)
    if wanted.since is not None:
        yield cases.c.created_at >= wanted.since
    if wanted.until is not None:
        yield cases.c.created_at < wanted.until


def _sets(wanted: Wanted) -> Iterator[tuple[Select[Any], Select[Any]]]:
    """(ids among which a case must be, a set of at least as many that is quick to count)."""
    if wanted.rule is not None:
        yield _twice(_ids(search_keys).where(search_keys.c.key == wanted.rule, search_keys.c.kind == RULE))
    if wanted.tag is not None:
        yield _twice(_ids(case_tags).where(case_tags.c.key == tag_key(wanted.tag)))
    if wanted.flagged:
        yield _twice(_ids(message_flags))
    if wanted.event is not None:
        happened = _ids(case_events).where(case_events.c.event == wanted.event)
        yield (_after_event(happened, wanted.after_event) if wanted.after_event else happened), happened


def _ids(table: Table) -> Select[Any]:
    return select(table.c.case_id)


def _twice(found: Select[Any]) -> tuple[Select[Any], Select[Any]]:
    return found, found


def _after_event(found: Select[Any], event: str) -> Select[Any]:
    first = case_events.alias("first")
    return found.join(first, first.c.case_id == case_events.c.case_id).where(
        first.c.event == event, first.c.first_seq < case_events.c.last_seq
    )


def _keys(text: str | None) -> list[str]:
    return [key for key in question_keys(text or "") if key not in TOO_COMMON]


def _words(text: str | None, named: str | None, *, rare: bool) -> Iterator[ColumnElement[bool]]:
    """Each word must be a name, a number, or have been said; or all of it is a reference."""
    if text is None or not text.strip():
        return
    keys = _keys(text)
    together: ColumnElement[bool] = literal(bool(keys))
    for key in keys:
        held = IN_ORDER.in_(_holding(key))
        # As a value of its own PostgreSQL looks it up in a hash while it walks the newest cases; as a
        # plain condition it starts from the word, which is quick only for a rare one.
        together = together & (held if rare else func.coalesce(held, False))
    yield together if named is None else or_(cases.c.id == named, together)


def _holding(key: str) -> Any:
    named = select(search_keys.c.case_id).where(search_keys.c.key == key)
    return union_all(named, select(said_words.c.case_id).where(said_words.c.key == stem(key)))


def _after(cursor: str | None) -> list[ColumnElement[bool]]:
    if cursor is None:
        return []
    types = [column.type for column in PLACE]
    return [tuple_(*PLACE, types=types) < tuple_(*_read(cursor), types=types)]


def _cursor(row: Row[Any]) -> str:
    place = [row.created_at.isoformat(), row.id]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[dt.datetime, str]:
    try:
        created, case_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        place = dt.datetime.fromisoformat(created).astimezone(dt.UTC), str(case_id)
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput(
            "the page cursor is not one of ours: start at the first page", field="after"
        ) from None
    return place


def _shown(row: Row[Any]) -> Mapping[str, Any]:
    plain = {name: row._mapping[name] for name in SHOWN}
    return plain | {
        "name": row.contact_name,
        "phone": row.contact_phone or row.address,
        "messages": row.last_seq,
    }
