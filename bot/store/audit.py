"""Who did what (port: `bot.services.ports.Audit`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update

from bot.services.ports.work import LogEntry, LogWanted
from bot.store.audit_tables import audit, audit_head
from bot.store.search import reference_key
from bot.store.session import Session
from bot.store.tables import cases


class AuditLog:
    """Append-only. Rows are written by the unit's commit, last of all: numbers come from one
    counter, and holding it for longer would make every writer wait for every other one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._waiting: list[dict[str, Any]] = []

    async def add(
        self,
        *,
        actor: str,
        action: str,
        case_id: str | None,
        at: dt.datetime,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Note an action; durable with the unit's commit. `detail` holds no patient words."""
        row = {"actor": actor, "action": action, "case_id": case_id, "at": at, "detail": dict(detail or {})}
        self._waiting.append(row)

    async def page(self, wanted: LogWanted, *, before: int | None, limit: int) -> list[LogEntry]:
        """Newest first, from the one before the number `before`."""
        beside = select(audit, cases.c.reference).outerjoin(cases, cases.c.id == audit.c.case_id)
        earlier = [] if before is None else [audit.c.seq < before]
        query = beside.where(*_conditions(wanted), *earlier).order_by(audit.c.seq.desc()).limit(limit)
        return [LogEntry(**row._mapping) for row in await self._session.all(query)]

    async def write(self) -> None:
        """Number and insert what waits; numbers have no gaps."""
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        taken = update(audit_head).values(last_seq=audit_head.c.last_seq + len(rows))
        last: int = await self._session.value(taken.returning(audit_head.c.last_seq))
        first = last - len(rows) + 1
        await self._session.run(insert(audit), [{"seq": first + n} | row for n, row in enumerate(rows)])


def _conditions(wanted: LogWanted) -> Iterator[ColumnElement[bool]]:
    if wanted.actor is not None:
        yield audit.c.actor == wanted.actor
    if wanted.reference is not None:
        known = select(cases.c.id).where(cases.c.reference_key == reference_key(wanted.reference))
        yield audit.c.case_id == known.scalar_subquery()
    if wanted.actions:
        yield audit.c.action.in_(wanted.actions)
    if wanted.but:
        yield audit.c.action.not_in(wanted.but)
    if wanted.since is not None:
        yield audit.c.at >= wanted.since
    if wanted.until is not None:
        yield audit.c.at < wanted.until
