"""Texts that leave the house: queued with the reply, sent by a worker, at least once, in order per number."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Callable

from bot.domain.cases import Case, Message
from bot.domain.errors import DeliveryFailed
from bot.services import safety, sms_parts, sms_text
from bot.services.context import Context
from bot.services.ports import OutboundSms, SmsProvider, UnitOfWork

CONFIRMATION = "opt-out:"
"""How the dedupe key of the one text begins that may follow an opt-out: its confirmation."""

LEASE_SECONDS = 60.0
"""Longer than the provider's time-outs: a text is taken over only when its worker is gone."""

GIVE_UP_AFTER = dt.timedelta(hours=4)
"""An answer that is later than that confuses more than it helps; staff call instead."""

FAILURES_TO_TELL = 4
"""So many failed tries (about ten seconds) put the case on the staff's list; trying goes on."""

LONGEST_PAUSE_SECONDS = 60.0
OPTED_OUT_CODE = "21610"
"""Twilio: the recipient has unsubscribed."""

UNDELIVERED = frozenset({"undelivered", "failed"})


async def queue_sms(ctx: Context, uow: UnitOfWork, case: Case, message: Message) -> None:
    """Queue a stored message of ours for its case's number, in the transaction that stored it."""
    if case.address is None:
        return
    limit = sms_parts.EMERGENCY if message.kind in ("emergency", "crisis") else sms_parts.ORDINARY
    for number, body in enumerate(sms_parts.parts(sms_text.render(message), limit=limit)):
        await queue(
            ctx, uow, to=case.address, body=body, case_id=case.id, dedupe_key=f"message:{message.id}:{number}"
        )


async def queue(
    ctx: Context, uow: UnitOfWork, *, to: str, body: str, case_id: str | None, dedupe_key: str
) -> None:
    """Queue any text; the same key again does nothing."""
    now = ctx.clock.now()
    sms = OutboundSms(
        id=ctx.ids.new(), case_id=case_id, to=to, body=body, dedupe_key=dedupe_key, created_at=now
    )
    await uow.outbox.add(sms)


async def claim_due(ctx: Context, *, owner: str, limit: int = 10) -> list[OutboundSms]:
    """Texts that are due, leased to this worker, at most one of each number."""
    now = ctx.clock.now()
    async with ctx.unit_of_work() as uow:
        claimed = await uow.outbox.claim_due(owner=owner, now=now, lease_seconds=LEASE_SECONDS, limit=limit)
        await uow.commit()
    return claimed


async def deliver_due(
    ctx: Context, provider: SmsProvider, *, owner: str, jitter: Callable[[], float] = random.random
) -> int:
    """Send what is due, different numbers at the same time, and wait for all of it; how many were tried."""
    claimed = await claim_due(ctx, owner=owner)
    await asyncio.gather(*(deliver(ctx, provider, sms, jitter=jitter) for sms in claimed))
    return len(claimed)


async def deliver(
    ctx: Context, provider: SmsProvider, sms: OutboundSms, *, jitter: Callable[[], float] = random.random
) -> None:
    """Send one claimed text, or put it back for later, or give it up.

    The ledger is read in a transaction of its own right before each send. The send itself is not in
    it: a provider that hangs would keep every patient's message waiting for SQLite's write lock.
    A process killed between the provider's answer and our note sends that text again.
    """
    if await _blocked(ctx, sms):
        return
    try:
        provider_id = await provider.send(to=sms.to, body=sms.body, dedupe_key=sms.dedupe_key)
    except DeliveryFailed as failure:
        await _failed(ctx, sms, failure, jitter())
        return
    async with ctx.unit_of_work() as uow:
        await uow.outbox.sent(sms.id, provider_id=provider_id, at=ctx.clock.now())
        await uow.commit()


async def note_delivery(ctx: Context, provider_id: str, *, state: str, error: str | None) -> None:
    """What the provider reported about a text it took; staff call when it never arrived."""
    async with ctx.unit_of_work() as uow:
        sms = await uow.outbox.delivery_state(provider_id, state=state, error=error)
        if sms is not None and state in UNDELIVERED:
            await _not_delivered(ctx, uow, sms, error)
        await uow.commit()


async def _blocked(ctx: Context, sms: OutboundSms) -> bool:
    """Whether the number opted out; then the text is dropped. Its own confirmation may go."""
    async with ctx.unit_of_work() as uow:
        out = await uow.opt_outs.is_out(sms.to) and not sms.dedupe_key.startswith(CONFIRMATION)
        if out:
            await uow.outbox.dead(sms.id, error="opted_out")
            await uow.commit()
    return out


async def _failed(ctx: Context, sms: OutboundSms, failure: DeliveryFailed, jitter: float) -> None:
    now = ctx.clock.now()
    error = failure.code or "unreachable"
    over = failure.permanent or now - sms.created_at >= GIVE_UP_AFTER
    async with ctx.unit_of_work() as uow:
        if over:
            await uow.outbox.dead(sms.id, error=error)
        else:
            await uow.outbox.retry(sms.id, at=now + pause(sms.attempts, jitter), error=error)
        if over or sms.attempts + 1 == FAILURES_TO_TELL:
            await _not_delivered(ctx, uow, sms, failure.code)
        await uow.commit()


async def _not_delivered(ctx: Context, uow: UnitOfWork, sms: OutboundSms, code: str | None) -> None:
    if code == OPTED_OUT_CODE:
        await uow.opt_outs.set(sms.to, out=True, at=ctx.clock.now(), source="provider")
    elif sms.case_id is not None:
        case = await uow.cases.get(sms.case_id)
        await safety.add_task(ctx, uow, case, kind="undelivered", priority="P2")


def pause(failures: int, jitter: float) -> dt.timedelta:
    """Time to wait after so many earlier failures: 1 to 2 s, 2 to 4, 4 to 8, ... at most 60.

    `jitter` is a number from 0 to 1; the lower half of each span stays free so that a provider that
    comes back is not met by everybody at once. The cap is low because texts to a number keep their
    order: an emergency text never waits longer than this behind a failed one.
    """
    span = min(LONGEST_PAUSE_SECONDS, 2.0 ** (failures + 1))
    return dt.timedelta(seconds=span * (0.5 + jitter / 2))
