"""What the staff list reads (port: `bot.services.ports.Desk`)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, cast, func, insert, or_, select, text, tuple_

from bot.domain.errors import InvalidInput
from bot.services.ports import Delivery, Note
from bot.store.columns import FAR_FUTURE
from bot.store.outbox_table import outbox
from bot.store.search import question_keys, reference_key
from bot.store.session import Session
from bot.store.tables import cases, notes, search_keys

SHOWN = (
    "id", "reference", "channel", "status", "level", "rules", "outcome", "visit", "handoff",
    "task_id", "task_status", "claimed_by", "created_at", "updated_at", "flags", "test",
)  # fmt: skip
ORDER = (cases.c.desk_alarm, cases.c.desk_level, cases.c.desk_due, cases.c.created_at, cases.c.id)
MINE = "mine:"
NOTE_FIELDS = tuple(Note.__dataclass_fields__)

_COMMITS = select(cast(func.pg_current_snapshot(), Text))
"""Which transactions of PostgreSQL are over: differs after each that wrote."""
_NEWEST_ROWS = text(
    "SELECT coalesce((SELECT max(rowid) FROM messages), 0)"
    " || ' ' || coalesce((SELECT max(rowid) FROM tasks), 0)"
    " || ' ' || coalesce((SELECT max(rowid) FROM audit), 0)"
)
"""SQLite has one writer at a time: what is committed later has the higher number."""


class DeskView:
    """One query over one table; what it sorts by is kept with the case."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def pulse(self) -> str:
        """Told by the order of commits, never by clocks: two gateways' clocks differ, and what was begun
        first may be committed last."""
        return str(await self._session.value(_COMMITS if self._session.many_writers else _NEWEST_ROWS))

    async def cases(
        self, *, queue: str, query: str | None, reference: str | None, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Most urgent first, and the cursor of the next page (None on the last one).

        Raises InvalidInput for an unknown queue or a cursor that is not ours.
        """
        wanted = [~cases.c.test, _queue(queue), *_search(query), *_reference(reference), *_after(after)]
        rows = await self._session.all(select(cases).where(*wanted).order_by(*ORDER).limit(limit + 1))
        more = len(rows) > limit
        return [_shown(row) for row in rows[:limit]], _cursor(rows[limit - 1]) if more else None

    async def deliveries(self, case_id: str) -> list[Delivery]:
        """What was sent for a case, oldest first."""
        rows = await self._session.all(
            select(outbox).where(outbox.c.case_id == case_id).order_by(outbox.c.position)
        )
        return [
            Delivery(
                channel=row.channel,
                about=row.dedupe_key,
                status=row.status,
                queued_at=row.created_at,
                sent_at=row.sent_at,
                reported=row.delivery_state,
                error=row.delivery_error or row.error,
            )
            for row in rows
        ]

    async def add_note(self, note: Note) -> None:
        """Append."""
        row = {name: getattr(note, name) for name in NOTE_FIELDS}
        await self._session.run(insert(notes).values(row))

    async def notes(self, case_id: str) -> list[Note]:
        """Oldest first."""
        rows = await self._session.all(
            select(notes).where(notes.c.case_id == case_id).order_by(notes.c.at, notes.c.id)
        )
        return [Note(**row._mapping) for row in rows]


def _queue(queue: str) -> ColumnElement[bool]:
    if queue == "all":
        return cases.c.id.is_not(None)
    if queue == "open":
        return cases.c.status != "closed"
    if queue.startswith(MINE):
        return (cases.c.status != "closed") & (cases.c.claimed_by == queue.removeprefix(MINE))
    raise InvalidInput("queue is open, mine:<name> or all", field="queue")


def _search(query: str | None) -> list[ColumnElement[bool]]:
    if query is None or not query.strip():
        return []
    keys = question_keys(query)
    found = [cases.c.id.in_(select(search_keys.c.case_id).where(search_keys.c.key == key)) for key in keys]
    by_words = [_all(found)] if found else []
    by_reference = cases.c.reference_key == reference_key(query)
    return [or_(by_reference, *by_words)]


def _all(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    joined = conditions[0]
    for condition in conditions[1:]:
        joined = joined & condition
    return joined


def _reference(reference: str | None) -> list[ColumnElement[bool]]:
    return [] if reference is None else [cases.c.reference_key == reference_key(reference)]


def _after(cursor: str | None) -> list[ColumnElement[bool]]:
    if cursor is None:
        return []
    types = [column.type for column in ORDER]
    return [tuple_(*ORDER, types=types) > tuple_(*_read(cursor), types=types)]


def _cursor(row: Row[Any]) -> str:
    place = [row.desk_alarm, row.desk_level, row.desk_due.isoformat(), row.created_at.isoformat(), row.id]
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[int, int, dt.datetime, dt.datetime, str]:
    try:
        raw = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        alarm, level, due, created, case_id = raw
        times = dt.datetime.fromisoformat(due), dt.datetime.fromisoformat(created)
        place = (
            int(alarm),
            int(level),
            times[0].astimezone(dt.UTC),
            times[1].astimezone(dt.UTC),
            str(case_id),
        )
    except (ValueError, TypeError, binascii.Error):
        raise InvalidInput(
            "the page cursor is not one of ours: start at the first page", field="after"
        ) from None
    return place


def _shown(row: Row[Any]) -> Mapping[str, Any]:
    due = None if row.desk_due == FAR_FUTURE else row.desk_due
    plain = {name: row._mapping[name] for name in SHOWN}
    return plain | {
        "priority": row.task_priority,
        "due": due,
        "name": row.contact_name,
        "phone": row.contact_phone or row.address,
    }
