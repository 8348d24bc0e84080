"""A call back, or the end: what is left when no time is booked (clinical.md 4.6b)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.domain.cases import Case, CaseStatus, Draft, HandoffKind
from bot.domain.levels import Level
from bot.domain.tasks import Priority, TaskKind
from bot.services.case import wording
from bot.services.case.steps import Step
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import task_queue

_NO_NUMBER = "no phone number was given: the patient was told to call us"


async def call_back(
    ctx: Context,
    uow: UnitOfWork,
    view: CaseView,
    *,
    priority: Priority,
    kind: HandoffKind,
    lead: tuple[Draft, ...],
    why: str = "",
) -> Step:
    """Queue a call, due in open hours; without a number none is promised. Staff read why."""
    await uow.appointments.release_holds(view.case.id)
    task_kind: TaskKind = "urgent_callback" if kind == "urgent_callback" else "callback"
    note = "; ".join(part for part in (why, "" if view.reachable else _NO_NUMBER) if part)
    task = await task_queue.add(ctx, uow, view.case, kind=task_kind, priority=priority, note=note)
    if view.case.status != "booked":  # who has a visit and wants a call keeps the visit
        await set_status(uow, view.case, status="callback", handoff=kind)
    if not view.reachable:
        net = () if lead else (wording.say(ctx, view, "safety_net"),)
        return Step(drafts=(*lead, no_number(ctx, view), *net), asking=None, phase="done", handoff=kind)
    text_id = "callback_urgent" if kind == "urgent_callback" else "callback"
    told = wording.say(
        ctx, view, text_id, kind="callback", due=_day(ctx, task.due_at), reference=view.case.reference
    )
    return Step(drafts=(*lead, told), asking=None, phase="done", handoff=kind)


def no_number(ctx: Context, view: CaseView) -> Draft:
    """Nobody can call: the patient has to, and may still leave a number."""
    return wording.say(ctx, view, "no_number", kind="callback", reference=view.case.reference)


async def end(ctx: Context, uow: UnitOfWork, view: CaseView, text_id: str) -> Step:
    """Nothing is arranged; where a person must still be reached today, staff keep the case."""
    stands = view.case.level >= Level.SAME_DAY  # staff still have to reach this person
    await set_status(
        uow,
        view.case,
        status="callback" if stands else "closed",
        handoff="urgent_callback" if stands else "none",
    )
    drafts = (wording.say(ctx, view, text_id), wording.say(ctx, view, "safety_net"))
    return Step(drafts=drafts, asking=None, phase="done")


async def set_status(uow: UnitOfWork, case: Case, *, status: str, handoff: HandoffKind) -> None:
    fresh = await uow.cases.get(case.id)
    await uow.cases.save(replace(fresh, status=status, handoff=handoff))  # type: ignore[arg-type]


def _day(ctx: Context, when: dt.datetime) -> str:
    """ "today", "Monday", or "Mon, Dec 7", in the clinic's zone."""
    zone = ctx.protocols.clinic.zone
    local, today = when.astimezone(zone).date(), ctx.clock.now().astimezone(zone).date()
    if local == today:
        return "today"
    return f"{local:%A}" if (local - today).days < 6 else f"{local:%a}, {local:%b} {local.day}"


async def leave(ctx: Context, uow: UnitOfWork, view: CaseView) -> tuple[Draft, ...]:
    """The patient ends the chat: a call when the gate is open and a number is known, else nothing (4.6b)."""
    await uow.appointments.release_holds(view.case.id)
    unfinished = view.case.status == "open" and not ctx.protocols.gate_complete(view.values)
    if view.case.level is Level.SAME_DAY:
        await _close(uow, view.case, status="callback", handoff="urgent_callback")
    elif unfinished and view.reachable and view.case.consent == "given":
        await task_queue.add(ctx, uow, view.case, kind="callback", priority="P2")
        await _close(uow, view.case, status="callback", handoff="callback")
    elif view.case.status == "open":
        await _close(uow, view.case, status="closed", handoff="none")
    return (wording.say(ctx, view, "closed"), wording.say(ctx, view, "safety_net"))


async def _close(uow: UnitOfWork, case: Case, *, status: CaseStatus, handoff: HandoffKind) -> None:
    await uow.cases.save(replace(case, phase="done", status=status, handoff=handoff))
