"""Who did what (port: `bot.services.ports.Audit`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, update

from bot.store.session import Session
from bot.store.tables import audit, audit_head


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

    async def write(self) -> None:
        """Number and insert what waits; numbers have no gaps."""
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        taken = update(audit_head).values(last_seq=audit_head.c.last_seq + len(rows))
        last: int = await self._session.value(taken.returning(audit_head.c.last_seq))
        first = last - len(rows) + 1
        await self._session.run(insert(audit), [{"seq": first + n} | row for n, row in enumerate(rows)])
