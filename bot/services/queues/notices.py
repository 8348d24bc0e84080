"""Notices to the clinic's staff, queued with what they tell of (`post.py`; sent by `outgoing.py`).

Nothing in them says who the patient is or what is wrong: a reference, a priority, a link that needs a login.
"""

from __future__ import annotations

import json
from typing import Literal

from bot.domain.cases import Case
from bot.domain.notices import Channel, Contact
from bot.domain.tasks import Priority, StaffTask
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import post

NoticeKind = Literal["new_task", "unclaimed", "overdue"]


async def tell_of_task(ctx: Context, uow: UnitOfWork, case: Case, task: StaffTask) -> int:
    """Call who is to hear of a new task at once; how many messages were queued."""
    people = ctx.protocols.clinic.notices.at_once.get(task.priority, ())
    return sum(
        [
            await tell_staff(
                ctx, uow, case, contact=one, kind="new_task", priority=task.priority, key=task.id
            )
            for one in people
        ]
    )


async def tell_staff(
    ctx: Context,
    uow: UnitOfWork,
    case: Case,
    *,
    contact: Contact,
    kind: NoticeKind,
    priority: Priority,
    key: str,
    loud: bool = False,
) -> int:
    """Call one contact about a case, in the transaction that decides it; how many messages were queued.

    `key` says what is told of (a task, a step of its escalation): the same once more does nothing. `loud`:
    by every channel the contact has. 0 when none of them is open in this installation.
    """
    open_ones = [one for one in contact.channels(priority, loud=loud) if one in ctx.reach]
    return sum([await _queue(ctx, uow, case, channel, contact, kind, priority, key) for channel in open_ones])


async def _queue(
    ctx: Context,
    uow: UnitOfWork,
    case: Case,
    channel: Channel,
    contact: Contact,
    kind: NoticeKind,
    priority: Priority,
    key: str,
) -> bool:
    subject, body = "", _event(ctx, case, kind, priority)
    if channel != "webhook":
        subject = ctx.protocols.texts.say("notice_subject", channel="web", priority=priority)
        body = _text(ctx, case, kind, priority, channel)
    return await post.queue(
        ctx,
        uow,
        to=contact.addresses[channel],
        body=body,
        subject=subject,
        case_id=case.id,
        channel=channel,
        dedupe_key=f"{post.TO_STAFF}{kind}:{key}:{contact.id}:{channel}",
    )


def _text(ctx: Context, case: Case, kind: NoticeKind, priority: Priority, channel: Channel) -> str:
    base = ctx.links.base if ctx.links else ""
    return ctx.protocols.texts.say(
        f"notice_{kind}",
        channel="sms" if channel == "sms" else "web",
        priority=priority,
        reference=case.reference,
        link=f"{base}/console/cases/{case.id}",
    )


def _event(ctx: Context, case: Case, kind: NoticeKind, priority: Priority) -> str:
    """The body of a webhook: type, time and opaque ids (Standard Webhooks, "payload structure")."""
    return json.dumps(
        {
            "type": f"case.{kind}",
            "timestamp": ctx.clock.now().isoformat(),
            "data": {"case_id": case.id, "priority": priority},
        }
    )
