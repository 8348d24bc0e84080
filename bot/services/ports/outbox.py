"""What leaves for patients and staff."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

from bot.domain.notices import Channel


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """A text, an e-mail or a webhook to send. `dedupe_key` is unique: the same key is queued once."""

    id: str
    case_id: str | None
    to: str = field(repr=False)
    """Phone number, e-mail address, or name of a webhook target."""
    body: str = field(repr=False)
    dedupe_key: str
    created_at: dt.datetime
    channel: Channel = "sms"
    subject: str = ""
    """Of an e-mail."""
    invitation: str | None = field(default=None, repr=False)
    """An iCalendar object that goes along with an e-mail."""
    appointment_id: str | None = None
    """Only worth sending while this appointment is booked."""
    until: dt.datetime | None = None
    """Not worth sending after this."""
    by_day: bool = False
    """Of our own accord: waits for the clinic's texting hours."""
    attempts: int = 0
    status: str = "queued"
    error: str | None = None
    provider_id: str | None = None


class Outbox(Protocol):
    """Effects that leave the house, written in the transaction that decides them."""

    async def add(self, item: Outbound) -> bool:
        """Queue; False when the dedupe key is known."""

    async def claim_due(
        self,
        *,
        owner: str,
        now: dt.datetime,
        lease_seconds: float,
        limit: int = 10,
        channel: Channel = "sms",
    ) -> list[Outbound]:
        """Due ones of a channel, leased to `owner`; per number or mailbox in order of creation, one at a
        time. Webhooks have no order: one that is refused holds up no other."""

    async def sent(self, item_id: str, *, provider_id: str, at: dt.datetime) -> None:
        """Delivered to the provider."""

    async def left(self, item_id: str, *, provider_id: str, at: dt.datetime) -> None:
        """The provider speaks of it under this id: it has left, if nothing was known of that."""

    async def retry(self, item_id: str, *, at: dt.datetime, error: str) -> None:
        """Try again at that time; one more attempt counted."""

    async def wait(self, item_id: str, *, until: dt.datetime) -> None:
        """Not before that time; no attempt is counted."""

    async def dead(self, item_id: str, *, error: str) -> None:
        """Never again by itself; staff see it and may send it again."""

    async def drop(self, item_id: str, *, reason: str) -> None:
        """Not wanted any more: never sent, nobody is told."""

    async def silence(self, case_id: str, *, to: str, reason: str) -> None:
        """Drop all that waits for this number about this case."""

    async def delivery_state(self, provider_id: str, *, state: str, error: str | None) -> Outbound | None:
        """Note what the provider reported later; what it is about, None for an unknown id or no news."""

    async def undelivered(self, *, troubled_after: int, limit: int = 100) -> list[Outbound]:
        """The dead, and those still tried after so many failures; the newest first."""

    async def given_up(self) -> int:
        """How many are dead."""

    async def send_again(self, item_id: str, *, at: dt.datetime) -> Outbound:
        """dead -> queued, as if it were new; raises NotAllowed unless it is dead."""

    async def give_up(self, item_id: str) -> Outbound:
        """dead -> dropped: somebody was told in another way. Raises NotAllowed unless it is dead."""
