"""Saying something: stored, queued for the phone, and the open question remembered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.cases import Case, Channel, Draft, Message
from bot.domain.schedule import Appointment
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import outgoing

_AFTER_THE_END = "birth_date"
"""The one question that is put when all is arranged."""


async def say(
    ctx: Context,
    uow: UnitOfWork,
    case: Case,
    drafts: Iterable[Draft],
    *,
    reply_to: str | None,
    channel: Channel,
    visit: Appointment | None = None,
) -> list[Message]:
    """Store messages of ours, queue them for SMS; the last one that asks is the open question.

    `visit`: a reminder of it, which goes out by day and only while the visit is booked and to come.
    """
    replies = []
    for draft in drafts:
        draft = _own_choices(ctx, draft)
        said = await uow.messages.add(case.id, draft, channel=channel, at=ctx.clock.now(), reply_to=reply_to)
        replies.append(said)
        if channel == "sms":
            await outgoing.queue_sms(ctx, uow, case, said, visit=visit)
    asking = [said.id for said in replies if said.asks]
    await uow.cases.save(replace(case, pending=asking[-1] if asking else await _still_open(uow, case)))
    return replies


def _own_choices(ctx: Context, draft: Draft) -> Draft:
    """Ids that belong to this message alone: a button of an older question never answers a newer one."""
    mark = ctx.ids.new()[:6]
    choices = tuple(replace(choice, id=f"{mark}-{choice.id.rpartition('-')[2]}") for choice in draft.choices)
    return replace(draft, choices=choices)


async def _still_open(uow: UnitOfWork, case: Case) -> str | None:
    """After the end only the question for the birth date stays open, until it is answered."""
    if case.phase != "done" or case.pending is None:
        return case.pending
    last = await uow.messages.get(case.pending)
    waits = last.asks == _AFTER_THE_END and _AFTER_THE_END not in await uow.facts.current(case.id)
    return case.pending if waits else None
