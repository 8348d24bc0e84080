"""Checks of drafts that run beside the pages of this process; nothing of them is stored."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from bot.services.clinic import draft_check
from bot.services.clinic.draft_check import Check
from bot.services.context import Context
from bot.services.ports import Edition

log = logging.getLogger("intake.protocols")


class DraftChecks:
    """One check a draft, made anew when other rules have come into force."""

    def __init__(self, ctx: Context, *, folder: Path) -> None:
        self._ctx = ctx
        self._folder = folder
        self._checks: dict[str, Check] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def of(self, edition: Edition) -> Check:
        """The check of a draft; begun when there is none against what is in force now."""
        check = self._checks.get(edition.id)
        if check is None or check.revision != self._ctx.standing.revision:
            check = Check(edition_id=edition.id, revision=self._ctx.standing.revision)
            self._checks[edition.id] = check
            self._run(edition, check)
        return check

    async def stop(self) -> None:
        """When the process stops."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, edition: Edition, check: Check) -> None:
        task = asyncio.create_task(self._check(edition, check))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _check(self, edition: Edition, check: Check) -> None:
        try:
            await draft_check.run(self._ctx, check, edition, folder=self._folder)
        except Exception as error:  # the outermost wrapper of a check: the page must not wait for ever
            log.error("the check of a draft failed: %s", type(error).__name__)
            check.problems.append("The check could not be finished. Save the draft again to repeat it.")
            check.done = True
