"""What leaves the house: queued with what decides it, sent at least once by a worker, in order per number."""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Callable, Mapping

from bot.domain.cases import Case, Message
from bot.domain.errors import DeliveryFailed
from bot.domain.notices import Channel
from bot.domain.schedule import Appointment
from bot.failpoints import reach
from bot.services.context import Context
from bot.services.ports import Carrier, Outbound, UnitOfWork
from bot.services.queues import no_texts, sms_parts, sms_text, task_queue
from bot.services.queues.backoff import pause
from bot.services.queues.post import CONFIRMATION, TO_STAFF, queue

LEASE_SECONDS = 60.0
"""Longer than the providers' time-outs: an item is taken over only when its worker is gone."""

GIVE_UP_AFTER: Mapping[Channel, dt.timedelta] = {
    "sms": dt.timedelta(hours=4),
    "email": dt.timedelta(hours=24),
    "webhook": dt.timedelta(hours=24),
}
"""An answer by text that is later than that confuses more than it helps; staff call instead."""

FAILURES_TO_TELL = 4
"""So many failed tries (about ten seconds) put the case on the staff's list; trying goes on."""

LONGEST_PAUSE_SECONDS: Mapping[Channel, float] = {"sms": 60.0, "email": 300.0, "webhook": 300.0}
"""Low because items to a number keep their order: an emergency text never waits longer than this
behind a failed one."""
OPTED_OUT_CODE = "21610"
"""Twilio: the recipient has unsubscribed."""

UNDELIVERED = frozenset({"undelivered", "failed"})
WITHDRAWN, TOO_LATE, OPTED_OUT = "withdrawn", "too_late", "opted_out"


async def queue_sms(
    ctx: Context, uow: UnitOfWork, case: Case, message: Message, *, visit: Appointment | None = None
) -> None:
    """Queue a stored message of ours for its case's number, in the transaction that stored it.

    `visit`: it goes out by day, and only while that visit is booked and to come.
    """
    if case.address is None or case.test:
        return
    limit = sms_parts.EMERGENCY if message.kind in ("emergency", "crisis") else sms_parts.ORDINARY
    for number, body in enumerate(sms_parts.parts(sms_text.render(message), limit=limit)):
        await queue(
            ctx, uow, to=case.address, body=body, case_id=case.id,
            dedupe_key=f"message:{message.id}:{number}",
            appointment_id=visit.id if visit else None, until=visit.start if visit else None,
            by_day=visit is not None,
        )  # fmt: skip


async def claim_due(ctx: Context, channel: Channel = "sms", *, owner: str, limit: int = 10) -> list[Outbound]:
    """Items of a channel that are due, leased to this worker, at most one of each number."""
    now = ctx.clock.now()
    async with ctx.unit_of_work() as uow:
        claimed = await uow.outbox.claim_due(
            owner=owner, now=now, lease_seconds=LEASE_SECONDS, limit=limit, channel=channel
        )
        await uow.commit()
    return claimed


async def deliver_due(
    ctx: Context, carrier: Carrier, *, owner: str, jitter: Callable[[], float] = random.random
) -> int:
    """Send what is due, different numbers at the same time, and wait for all of it; how many were tried."""
    claimed = await claim_due(ctx, carrier.channel, owner=owner)
    await asyncio.gather(*(deliver(ctx, carrier, item, jitter=jitter) for item in claimed))
    return len(claimed)


async def deliver(
    ctx: Context, carrier: Carrier, item: Outbound, *, jitter: Callable[[], float] = random.random
) -> None:
    """Send one claimed item, or put it back for later, or give it up.

    Whether it is still wanted is read in a transaction of its own right before each send. The send itself
    is not in it: a provider that hangs would keep every patient's message waiting for SQLite's write
    lock. A process killed between the provider's answer and our note sends that item again, under the
    same key.
    """
    reach("outbox.claimed")
    if not await _is_wanted(ctx, item):
        return
    try:
        provider_id = await carrier.carry(item)
    except DeliveryFailed as failure:
        await _failed(ctx, item, failure, jitter())
        return
    reach("outbox.sent")
    async with ctx.unit_of_work() as uow:
        await uow.outbox.sent(item.id, provider_id=provider_id, at=ctx.clock.now())
        await uow.commit()
    reach("outbox.noted")


async def note_delivery(
    ctx: Context, provider_id: str, *, state: str, error: str | None, item_id: str | None = None
) -> None:
    """What the provider reported about a text it took; staff call when it never arrived.

    `item_id` is ours, from the address that was called: it says that a text whose answer was lost has left.
    """
    async with ctx.unit_of_work() as uow:
        if item_id is not None:
            await uow.outbox.left(item_id, provider_id=provider_id, at=ctx.clock.now())
        item = await uow.outbox.delivery_state(provider_id, state=state, error=error)
        if item is not None and state in UNDELIVERED:
            await _not_delivered(ctx, uow, item, error)
        await uow.commit()


# --- still wanted? ------------------------------------------------------------------------------


async def _is_wanted(ctx: Context, item: Outbound) -> bool:
    """False when it was dropped, or waits for the morning."""
    async with ctx.unit_of_work() as uow:
        reason = await _reason_against(ctx, uow, item)
        if reason in (OPTED_OUT, no_texts.REASON) and item.dedupe_key.startswith(TO_STAFF):
            await uow.outbox.dead(item.id, error=reason)  # a colleague who cannot be reached: seen to
        elif reason:
            await uow.outbox.drop(item.id, reason=reason)
        elif item.by_day and (morning := _morning(ctx)) is not None:
            await uow.outbox.wait(item.id, until=morning)
        else:
            return True
        await uow.commit()
    return False


async def _reason_against(ctx: Context, uow: UnitOfWork, item: Outbound) -> str | None:
    """Why it must not go out any more. An opt-out's own confirmation may."""
    bound = item.channel == "sms" and not item.dedupe_key.startswith(CONFIRMATION)
    if bound and await uow.opt_outs.is_out(item.to):
        return OPTED_OUT
    if bound and await uow.numbers.unreachable(item.to):
        return no_texts.REASON
    if item.until is not None and ctx.clock.now() >= item.until:
        return TOO_LATE
    if item.appointment_id is not None:
        appointment = await uow.appointments.get(item.appointment_id)
        return None if appointment.status == "booked" else WITHDRAWN
    return None


def _morning(ctx: Context) -> dt.datetime | None:
    """When the texting hours begin next, None while they last."""
    clinic = ctx.protocols.clinic
    local = ctx.clock.now().astimezone(clinic.zone)
    if clinic.patience.may_text(local):
        return None
    first = clinic.patience.texting[0]
    day = local.date() + dt.timedelta(days=local.time() >= first)
    return dt.datetime.combine(day, first, clinic.zone)


# --- what failed --------------------------------------------------------------------------------


async def _failed(ctx: Context, item: Outbound, failure: DeliveryFailed, jitter: float) -> None:
    now = ctx.clock.now()
    error = failure.code or "unreachable"
    over = failure.permanent or now - item.created_at >= GIVE_UP_AFTER[item.channel]
    wait = pause(item.attempts, jitter, longest_seconds=LONGEST_PAUSE_SECONDS[item.channel])
    async with ctx.unit_of_work() as uow:
        if over:
            await uow.outbox.dead(item.id, error=error)
        else:
            await uow.outbox.retry(item.id, at=now + wait, error=error)
        if over or item.attempts + 1 == FAILURES_TO_TELL:
            await _not_delivered(ctx, uow, item, failure.code)
        await uow.commit()


async def _not_delivered(ctx: Context, uow: UnitOfWork, item: Outbound, code: str | None) -> None:
    """A task for what a patient did not get; a notice to staff is on the page of the undelivered alone,
    or its failure would be news to send by the way that fails."""
    if code == OPTED_OUT_CODE:
        await uow.opt_outs.set(item.to, out=True, at=ctx.clock.now(), source="provider")
    elif item.case_id is not None and not item.dedupe_key.startswith(TO_STAFF):
        case = await uow.cases.get(item.case_id)
        why = await no_texts.note(ctx, uow, case, item.to, code) if item.channel == "sms" else ""
        await task_queue.add(ctx, uow, case, kind="undelivered", priority="P2", note=why)
