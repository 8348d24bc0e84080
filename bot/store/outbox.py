"""Texts to send (port: `bot.services.ports.Outbox`)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Row, and_, or_, select, update

from bot.services.ports import OutboundSms
from bot.store.search import number_key
from bot.store.session import Session
from bot.store.tables import outbox

PLAIN = ("id", "case_id", "body", "dedupe_key", "created_at", "attempts", "status", "provider_id")
UNFINISHED = ("queued", "sending")


class OutboxTable:
    """queued -> sending (leased) -> sent | queued again | dead."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, sms: OutboundSms) -> bool:
        """Queue, due at once; False when the dedupe key is known."""
        row = {name: getattr(sms, name) for name in PLAIN}
        row |= {"number": sms.to, "number_key": number_key(sms.to), "due_at": sms.created_at}
        return await self._session.insert_new(outbox, row)

    async def claim_due(
        self, *, owner: str, now: dt.datetime, lease_seconds: float, limit: int = 10
    ) -> list[OutboundSms]:
        """Due texts, leased to `owner`; of each number only the oldest unfinished one."""
        rows = await self._session.all(
            select(outbox)
            .where(_due(now), ~_earlier_unfinished())
            .order_by(outbox.c.position)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if rows:
            lease = {"lease_owner": owner, "lease_until": now + dt.timedelta(seconds=lease_seconds)}
            ours = outbox.c.position.in_([row.position for row in rows])
            await self._session.run(update(outbox).where(ours).values(status="sending", **lease))
        return [_sms(row, status="sending") for row in rows]

    async def sent(self, sms_id: str, *, provider_id: str, at: dt.datetime) -> None:
        """Delivered to the provider."""
        await self._finish(sms_id, status="sent", provider_id=provider_id, sent_at=at, error=None)

    async def retry(self, sms_id: str, *, at: dt.datetime, error: str) -> None:
        """Try again at that time; one more attempt counted."""
        attempts = outbox.c.attempts + 1
        await self._finish(sms_id, status="queued", due_at=at, attempts=attempts, error=error)

    async def dead(self, sms_id: str, *, error: str) -> None:
        """Never again."""
        await self._finish(sms_id, status="dead", error=error)

    async def delivery_state(self, provider_id: str, *, state: str, error: str | None) -> OutboundSms | None:
        """Note what the provider reported; the text it is about, None when the id is unknown."""
        known = outbox.c.provider_id == provider_id
        noted = {"delivery_state": state, "delivery_error": error}
        await self._session.run(update(outbox).where(known).values(noted))
        row = await self._session.first(select(outbox).where(known))
        return None if row is None else _sms(row)

    async def _finish(self, sms_id: str, **values: Any) -> None:
        leased = and_(outbox.c.id == sms_id, outbox.c.status.in_(UNFINISHED))
        free = {"lease_owner": None, "lease_until": None}
        await self._session.run(update(outbox).where(leased).values(**values, **free))


def _due(now: dt.datetime) -> Any:
    lapsed = and_(outbox.c.status == "sending", outbox.c.lease_until <= now)
    return or_(and_(outbox.c.status == "queued", outbox.c.due_at <= now), lapsed)


def _earlier_unfinished() -> Any:
    other = outbox.alias("other")
    return (
        select(other.c.position)
        .where(other.c.number_key == outbox.c.number_key, other.c.position < outbox.c.position)
        .where(other.c.status.in_(UNFINISHED))
        .exists()
    )


def _sms(row: Row[Any], **changed: Any) -> OutboundSms:
    fields = {name: row._mapping[name] for name in PLAIN}
    return OutboundSms(**fields | {"to": row.number} | changed)
