"""Other rules, old cases: whom the version in force judges more urgent than they were handled.

Nothing of the case is changed: a person of the clinic gets a task that names version, level and rules, and
decides. Each case comes once for a version, however often this runs and wherever it was interrupted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.domain.cases import Case
from bot.domain.errors import NotAllowed
from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.domain.tasks import Priority
from bot.protocols.releases import Release
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import task_queue

PAGE = 500
EFFECT = "protocols.rejudged"
LOOK_BACK = dt.timedelta(days=90)
"""Who said something longer ago than that is another story by now (open question G17)."""
FRESH = dt.timedelta(days=2)
"""What was an emergency so recently may be one still; older ones are called the same day."""


async def queue_risen(ctx: Context, release: Release) -> AsyncIterator[bool]:
    """One item per case with facts, oldest first: whether it was put on the queue."""
    cursor: str | None = None
    while True:
        async with ctx.unit_of_work(write=False) as uow:
            page, cursor = await uow.facts.of_cases(after=cursor, limit=PAGE)
        for case_id, values in page:
            known = {name: value for name, value in values.items() if name in release.dictionary}
            judgement = release.judge.judge(known)
            yield judgement.level >= Level.URGENT_48H and await queue_one(ctx, case_id, judgement, release)
        if cursor is None:
            return


async def queue_one(ctx: Context, case_id: str, judgement: Judgement, release: Release) -> bool:
    """Whether this case was put on the queue: when it is real, recent and newly more urgent, and once."""
    async with ctx.unit_of_work() as uow:
        case = await uow.cases.get(case_id)
        age = ctx.clock.now() - await _last_word(uow, case)
        if case.test or case.consent == "refused" or age > LOOK_BACK or judgement.level <= case.level:
            return False
        if await uow.effects.result(case_id, release.name, EFFECT) is not None:
            return False
        note = f"{release.name.replace('_', ' ')}: {judgement.level.value} ({', '.join(judgement.rules)})"
        await task_queue.add(
            ctx, uow, replace(case, level=judgement.level), kind="rejudged",
            priority=_priority(judgement.level, age), note=note,
        )  # fmt: skip
        await uow.effects.record(case_id, release.name, EFFECT, judgement.level.value)
        await uow.commit()
    return True


async def _last_word(uow: UnitOfWork, case: Case) -> dt.datetime:
    try:
        return await uow.messages.latest_at(case.id)
    except NotAllowed:  # facts without a conversation
        return case.created_at


def _priority(level: Level, age: dt.timedelta) -> Priority:
    if level is Level.EMERGENCY_NOW and age <= FRESH:
        return "P0"
    return "P1" if level >= Level.SAME_DAY else "P2"
