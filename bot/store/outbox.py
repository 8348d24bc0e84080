"""What is to be sent: texts, e-mails, webhooks (port: `bot.services.ports.Outbox`)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Row, and_, func, or_, select, text, update

from bot.domain.errors import NotAllowed
from bot.domain.notices import Channel
from bot.services.ports import Outbound
from bot.store.outbox_table import outbox
from bot.store.search import number_key
from bot.store.session import Session

PLAIN = (
    "id", "case_id", "body", "dedupe_key", "created_at", "attempts", "status", "provider_id", "channel",
    "subject", "invitation", "appointment_id", "by_day", "error",
)  # fmt: skip
UNFINISHED = ("queued", "sending")
ENDS = ("delivered", "undelivered", "failed", "read")
"""What a provider reports last."""


class OutboxTable:
    """queued -> sending (leased) -> sent | queued again | dead | dropped."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, item: Outbound) -> bool:
        """Queue, due at once; False when the dedupe key is known."""
        row = {name: getattr(item, name) for name in PLAIN}
        row |= {"number": item.to, "number_key": _order_key(item), "until_at": item.until}
        return await self._session.insert_new(outbox, row | {"due_at": item.created_at})

    async def claim_due(
        self,
        *,
        owner: str,
        now: dt.datetime,
        lease_seconds: float,
        limit: int = 10,
        channel: Channel = "sms",
    ) -> list[Outbound]:
        """Due ones of a channel, leased to `owner`; of each number only the oldest unfinished one."""
        rows = await self._session.all(
            select(outbox)
            .where(outbox.c.channel == channel, _due(now), ~_earlier_unfinished())
            .order_by(outbox.c.position)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        if rows:
            lease = {"lease_owner": owner, "lease_until": now + dt.timedelta(seconds=lease_seconds)}
            ours = outbox.c.position.in_([row.position for row in rows])
            await self._session.run(update(outbox).where(ours).values(status="sending", **lease))
        return [_item(row, status="sending") for row in rows]

    async def sent(self, item_id: str, *, provider_id: str, at: dt.datetime) -> None:
        """Delivered to the provider."""
        await self._finish(item_id, status="sent", provider_id=provider_id, sent_at=at, error=None)

    async def left(self, item_id: str, *, provider_id: str, at: dt.datetime) -> None:
        """The provider speaks of it under this id: it has left, if nothing was known of that."""
        unnamed = and_(outbox.c.id == item_id, outbox.c.provider_id.is_(None))
        if await self._session.changed(update(outbox).where(unnamed).values(provider_id=provider_id)):
            await self.sent(item_id, provider_id=provider_id, at=at)

    async def retry(self, item_id: str, *, at: dt.datetime, error: str) -> None:
        """Try again at that time; one more attempt counted."""
        attempts = outbox.c.attempts + 1
        await self._finish(item_id, status="queued", due_at=at, attempts=attempts, error=error)

    async def wait(self, item_id: str, *, until: dt.datetime) -> None:
        """Not before that time; no attempt is counted."""
        await self._finish(item_id, status="queued", due_at=until)

    async def dead(self, item_id: str, *, error: str) -> None:
        """Never again by itself."""
        await self._finish(item_id, status="dead", error=error)

    async def drop(self, item_id: str, *, reason: str) -> None:
        """Not wanted any more."""
        await self._finish(item_id, status="dropped", error=reason)

    async def silence(self, case_id: str, *, to: str, reason: str) -> None:
        """Drop all that waits for this number about this case."""
        ours = (outbox.c.case_id == case_id) & (outbox.c.number_key == number_key(to))
        waiting = ours & outbox.c.status.in_(UNFINISHED)
        await self._session.changed(update(outbox).where(waiting).values(status="dropped", error=reason))

    async def delivery_state(self, provider_id: str, *, state: str, error: str | None) -> Outbound | None:
        """Note what the provider reported; what it is about, None when that is no news.

        Reports come late, twice and out of order: how it ended is not overwritten.
        """
        known = outbox.c.provider_id == provider_id
        ended = outbox.c.delivery_state.in_(ENDS)
        noted = {"delivery_state": state, "delivery_error": error}
        open_yet = known & (outbox.c.delivery_state.is_(None) | ~ended)
        if not await self._session.changed(update(outbox).where(open_yet).values(noted)):
            return None
        row = await self._session.first(select(outbox).where(known))
        return None if row is None else _item(row)

    async def undelivered(self, *, troubled_after: int, limit: int = 100) -> list[Outbound]:
        """The dead, and those still tried after so many failures; the newest first."""
        troubled = and_(outbox.c.status.in_(UNFINISHED), outbox.c.attempts >= troubled_after)
        rows = await self._session.all(
            select(outbox)
            .where(or_(outbox.c.status == "dead", troubled))
            .order_by(outbox.c.position.desc())
            .limit(limit)
        )
        return [_item(row) for row in rows]

    async def given_up(self) -> int:
        """How many are dead."""
        # Written out: SQLite takes a partial index only where its condition stands word by word.
        dead = select(func.count()).select_from(outbox).where(text("outbox.status = 'dead'"))
        return int(await self._session.value(dead))

    async def send_again(self, item_id: str, *, at: dt.datetime) -> Outbound:
        """dead -> queued, as if it were new; raises NotAllowed unless it is dead."""
        return await self._from_dead(
            item_id, status="queued", created_at=at, due_at=at, attempts=0, error=None
        )

    async def give_up(self, item_id: str) -> Outbound:
        """dead -> dropped; raises NotAllowed unless it is dead."""
        return await self._from_dead(item_id, status="dropped")

    async def _from_dead(self, item_id: str, **values: Any) -> Outbound:
        dead = and_(outbox.c.id == item_id, outbox.c.status == "dead")
        if not await self._session.changed(update(outbox).where(dead).values(**values)):
            raise NotAllowed("no such message that could not be delivered")
        row = await self._session.first(select(outbox).where(outbox.c.id == item_id))
        if row is None:
            raise NotAllowed("no such message that could not be delivered")
        return _item(row)

    async def _finish(self, item_id: str, **values: Any) -> None:
        leased = and_(outbox.c.id == item_id, outbox.c.status.in_(UNFINISHED))
        free = {"lease_owner": None, "lease_until": None}
        await self._session.run(update(outbox).where(leased).values(**values, **free))


def _order_key(item: Outbound) -> str:
    """Of equal keys the oldest goes first. Webhooks wait for nothing: their receivers sort by time."""
    if item.channel == "sms":
        return number_key(item.to)
    return item.to.casefold() if item.channel == "email" else item.id


def _due(now: dt.datetime) -> Any:
    lapsed = and_(outbox.c.status == "sending", outbox.c.lease_until <= now)
    return or_(and_(outbox.c.status == "queued", outbox.c.due_at <= now), lapsed)


def _earlier_unfinished() -> Any:
    other = outbox.alias("other")
    return (
        select(other.c.position)
        .where(other.c.number_key == outbox.c.number_key, other.c.position < outbox.c.position)
        .where(other.c.status.in_(UNFINISHED), ~other.c.by_day)  # what waits for the morning holds up nothing
        .exists()
    )


def _item(row: Row[Any], **changed: Any) -> Outbound:
    fields = {name: row._mapping[name] for name in PLAIN}
    return Outbound(**fields | {"to": row.number, "until": row.until_at} | changed)
