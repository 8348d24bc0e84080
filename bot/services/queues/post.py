"""Putting something into the outbox, in the transaction that decides it."""

from __future__ import annotations

import datetime as dt

from bot.domain.notices import Channel
from bot.services.context import Context
from bot.services.ports import Outbound, UnitOfWork

CONFIRMATION = "opt-out:"
"""How the dedupe key of the one text begins that may follow an opt-out: its confirmation."""
TO_STAFF = "notice:"
"""How the dedupe key of every notice to staff begins."""


async def queue(
    ctx: Context,
    uow: UnitOfWork,
    *,
    to: str,
    body: str,
    case_id: str | None,
    dedupe_key: str,
    channel: Channel = "sms",
    subject: str = "",
    invitation: str | None = None,
    appointment_id: str | None = None,
    until: dt.datetime | None = None,
    by_day: bool = False,
) -> bool:
    """Queue anything (fields as in `Outbound`); the same key again does nothing, and is told by False."""
    return await uow.outbox.add(
        Outbound(
            id=ctx.ids.new(), case_id=case_id, to=to, body=body, dedupe_key=dedupe_key,
            created_at=ctx.clock.now(), channel=channel, subject=subject, invitation=invitation,
            appointment_id=appointment_id, until=until, by_day=by_day,
        )
    )  # fmt: skip
