"""Patients who fall silent: one gentle text, then the case becomes the staff's (clinical.md 4.6b).

Driven by what the store holds, not by timers: any process may look, at any time, again and again.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.domain.cases import Case, CaseStatus, Draft, HandoffKind, Message
from bot.domain.facts import Fact
from bot.domain.levels import Level
from bot.services.case import reception, speaking, wording
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import task_queue

NUDGED = "nudged"
INCOMPLETE = "incomplete"
"""Closed by silence: whoever comes back goes on where it stopped."""
_TALKING = ("intake", "booking")


async def look(ctx: Context) -> int:
    """Nudge and close what is due; how many cases were changed. Writes only where something is due."""
    patience, now = ctx.protocols.clinic.patience, ctx.clock.now()
    async with ctx.unit_of_work(write=False) as uow:
        quiet = await uow.cases.silent(before=now - patience.nudge_after, channel="sms")
        over = await uow.cases.silent(before=now - patience.close_after)
    nudged = [case.id for case in quiet if NUDGED not in case.flags and await _nudge(ctx, case.id)]
    closed = [case.id for case in over if case.id not in nudged and await _close(ctx, case.id)]
    return len(nudged) + len(closed)


async def _nudge(ctx: Context, case_id: str) -> bool:
    """One text in the life of a case, by day, to a number that texted us and did not opt out."""
    patience, now = ctx.protocols.clinic.patience, ctx.clock.now()
    if not patience.may_text(now.astimezone(ctx.protocols.clinic.zone)):
        return False
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, case_id)
        case = view.case
        if case.channel != "sms" or case.address is None or NUDGED in case.flags:
            return False
        if not await _is_silent(uow, case, since=now - patience.nudge_after):
            return False
        if await uow.opt_outs.is_out(case.address):
            return False
        nudged = replace(case, flags=(*case.flags, NUDGED))
        await speaking.say(
            ctx, uow, nudged, (wording.say(ctx, view, "nudge"),), reply_to=None, channel=case.channel
        )
        await uow.audit.add(actor="service", action="case.nudged", case_id=case.id, at=now)
        await uow.commit()
    return True


async def _close(ctx: Context, case_id: str) -> bool:
    """Silent for good: a call when a number is known, else closed; the words stay where they are."""
    now = ctx.clock.now()
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, case_id)
        if not await _is_silent(uow, view.case, since=now - ctx.protocols.clinic.patience.close_after):
            return False
        await uow.appointments.release_holds(case_id)
        if not ctx.protocols.gate_complete(view.values):
            flag = [_left_at_the_gate(now)]
            await reception.write_facts(ctx, uow, view, flag, correction=False, message_id=None)
        case = await uow.cases.get(case_id)
        status, handoff = _ending(view)
        if handoff == "callback":
            await task_queue.add(ctx, uow, case, kind="callback", priority="P2")
        elif case.level is Level.URGENT_48H and status == "callback":
            await task_queue.add(ctx, uow, case, kind="urgent_callback", priority="P1")
        flags = tuple(dict.fromkeys((*case.flags, INCOMPLETE)))
        await uow.cases.save(replace(case, status=status, handoff=handoff, flags=flags))
        await uow.audit.add(actor="service", action="case.closed_incomplete", case_id=case.id, at=now)
        await uow.commit()
    return True


def _ending(view: CaseView) -> tuple[CaseStatus, HandoffKind]:
    if view.case.level is Level.SAME_DAY:
        return "callback", "urgent_callback"
    if not view.reachable:
        return "closed", "none"
    return "callback", "urgent_callback" if view.case.level is Level.URGENT_48H else "callback"


async def _is_silent(uow: UnitOfWork, case: Case, *, since: dt.datetime) -> bool:
    if case.status != "open" or case.consent != "given" or case.phase not in _TALKING:
        return False
    return await uow.messages.latest_at(case.id) < since


def _left_at_the_gate(now: dt.datetime) -> Fact:
    return Fact(
        variable="gate_incomplete", value="yes", words="", message_id=None, asked=None, by="derived", at=now,
        reason="left before the safety questions were done",
    )  # fmt: skip


async def came_back(ctx: Context, uow: UnitOfWork, view: CaseView, message: Message) -> tuple[Draft, ...]:
    """A case that silence closed is open again; after hours away the patient is greeted."""
    case = view.case
    if INCOMPLETE in case.flags:
        flags = tuple(flag for flag in case.flags if flag != INCOMPLETE)
        if case.phase in _TALKING:  # neither an emergency nor a person at the desk has it since
            await uow.cases.save(replace(case, status="open", handoff="none", flags=flags))
            await _call_no_more(ctx, uow, case)
        else:
            await uow.cases.save(replace(case, flags=flags))
    talking = case.consent == "given" and case.phase in _TALKING and view.pending is not None
    away = message.at - view.pending.at if talking and view.pending else dt.timedelta(0)
    if away < ctx.protocols.clinic.patience.welcome_back_after:
        return ()
    return (wording.say(ctx, view, "welcome_back"),)


async def _call_no_more(ctx: Context, uow: UnitOfWork, case: Case) -> None:
    """The call that silence queued; one that is due for a danger of today stays due."""
    queued = ("callback", "urgent_callback") if case.level is Level.URGENT_48H else ("callback",)
    for task in await uow.tasks.of_case(case.id):
        if task.kind in queued and task.status == "open":
            await uow.tasks.finish(task.id, by="service", at=ctx.clock.now(), note="the patient came back")
