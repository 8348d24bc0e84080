"""One task of a case as the case page shows it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from bot.domain.tasks import Attempt, StaffTask
from bot.gateway.console import times, words
from bot.gateway.console.shown import ShownTask, When
from bot.gateway.console.work_view import shown_tries
from bot.protocols.staff_tasks import StaffTasks


def shown_task(
    task: StaffTask,
    tries: Sequence[Attempt],
    *,
    rules: StaffTasks,
    moment: Callable[[dt.datetime], When],
    zone: ZoneInfo,
    now: dt.datetime,
) -> ShownTask:
    """With how it may end, and what was tried."""
    return ShownTask(
        id=task.id,
        title=words.word(words.TASKS, task.kind),
        priority=task.priority,
        status=task.status,
        due=times.due(task.due_at, now=now),
        due_at=moment(task.due_at),
        late=task.due_at < now and task.status != "done",
        by=task.acknowledged_by or "",
        at=moment(task.acknowledged_at) if task.acknowledged_at else None,
        note=task.note,
        private=task.private,
        outcome=_ended(task, rules),
        outcomes=rules.may_end(task),
        tries=shown_tries(rules, tries, zone=zone, now=now),
    )


def _ended(task: StaffTask, rules: StaffTasks) -> str:
    ended = task.outcome or ""
    return rules.outcomes[ended].label if ended in rules.outcomes else ended
