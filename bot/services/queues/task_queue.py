"""What is put on the staff's queue, by when it is due, who hears when nobody does it (clinical.md 4.6b)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.domain.cases import Case
from bot.domain.judgement import Judgement
from bot.domain.tasks import NO_TIER, Priority, StaffTask, TaskKind
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import Note, UnitOfWork
from bot.services.queues import notices


async def add(
    ctx: Context,
    uow: UnitOfWork,
    case: Case,
    *,
    kind: TaskKind,
    priority: Priority,
    private: bool = False,
    due: dt.datetime | None = None,
    note: str = "",
) -> StaffTask:
    """Queue something for a person, due as its priority says unless `due` does.

    A case has one unfinished task of a kind: a second one changes nothing, but news of an emergency
    that somebody has acknowledged sounds again. Of a test nobody hears: a note says what would be queued.
    """
    task = await _new(ctx, uow, case, kind=kind, priority=priority, due=due)
    task = replace(task, private=private, note=note)
    if case.test:
        await _note_only(uow, task)
        return task
    if await uow.tasks.add(task) or (priority == "P0" and await _sounds_again(uow, task)):
        await notices.tell_of_task(ctx, uow, case, task)
    await uow.audit.add(
        actor="service",
        action=f"task.{kind}",
        case_id=case.id,
        at=task.created_at,
        detail={"priority": priority},
    )
    return task


async def add_following(ctx: Context, uow: UnitOfWork, view: CaseView, judgement: Judgement) -> None:
    """The work that a result asks for beside its hand-off: records, pictures, benefits (tasks.yaml)."""
    if view.case.consent != "given":
        return
    for kind in ctx.protocols.tasks.following(judgement, view.values):
        await add(ctx, uow, view.case, kind=kind, priority="P3")


def times(
    ctx: Context, priority: Priority, *, since: dt.datetime
) -> tuple[dt.datetime, dt.datetime, dt.datetime]:
    """When a task made at `since` is due, when the next contact hears of it, when everybody does; UTC."""
    target, hours = ctx.protocols.tasks.targets[priority], ctx.protocols.clinic.hours
    return (
        target.due.after(since, hours),
        target.next_contact.after(since, hours),
        target.loud.after(since, hours),
    )


def forgotten_at(ctx: Context, *, since: dt.datetime) -> dt.datetime:
    """When an emergency that somebody has counts as forgotten, if nothing is done about it after `since`."""
    return ctx.protocols.tasks.claimed.after(since, ctx.protocols.clinic.hours)


async def stir(ctx: Context, uow: UnitOfWork, case_id: str) -> None:
    """Somebody of the clinic did something about this case: what they have is not forgotten."""
    await uow.tasks.stir(case_id, loud_at=forgotten_at(ctx, since=ctx.clock.now()))


async def _new(
    ctx: Context, uow: UnitOfWork, case: Case, *, kind: TaskKind, priority: Priority, due: dt.datetime | None
) -> StaffTask:
    now = ctx.clock.now()
    usual, next_contact, loud = times(ctx, priority, since=now)
    judgement = await uow.judgements.latest(case.id)
    return StaffTask(
        id=ctx.ids.new(),
        case_id=case.id,
        kind=kind,
        priority=priority,
        created_at=now,
        due_at=due or usual,
        next_contact_at=next_contact if due is None else due,
        loud_at=loud if due is None else None,
        tier=ctx.protocols.routing.tier_rank(judgement.tier) if judgement else NO_TIER,
    )


async def _note_only(uow: UnitOfWork, task: StaffTask) -> None:
    text = f"A test. Staff would get: {task.kind.replace('_', ' ')} ({task.priority})"
    if not any(note.text == text for note in await uow.desk.notes(task.case_id)):
        note = Note(id=task.id, case_id=task.case_id, text=text, by="service", at=task.created_at)
        await uow.desk.add_note(note)


async def _sounds_again(uow: UnitOfWork, news: StaffTask) -> bool:
    """A new emergency of a case whose P0 somebody has acknowledged already is open again; whether one is."""
    known = [task for task in await uow.tasks.of_case(news.case_id) if task.kind == news.kind]
    seen = [task for task in known if task.status == "acknowledged"]
    for task in seen:
        await uow.tasks.reopen(
            task.id, due_at=news.due_at, next_contact_at=news.next_contact_at, loud_at=news.loud_at
        )
    return bool(seen)
