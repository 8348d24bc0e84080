"""What a draft of the rules would do, before anybody publishes it: does it load, are its texts fit to be
said, does every acceptance case still come out, and which past cases would be judged otherwise.

Pure reading: nothing is stored. Work that blocks runs in a thread, in pieces, so that patients' turns go on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.errors import NotAllowed, ProtocolError
from bot.domain.levels import Level
from bot.protocols import Protocols
from bot.protocols.acceptance import AcceptanceCase, mismatches
from bot.protocols.drafting import taken_away
from bot.protocols.lint import complaints
from bot.protocols.releases import Release
from bot.protocols.rescoring import CaseFacts, Change, compare, urgent_first
from bot.services.clinic.in_force import joined
from bot.services.clinic.rule_reading import shelf_at
from bot.services.context import Context
from bot.services.ports import Edition

AT_ONCE = 100
"""Past cases judged in one piece: about 30 ms."""
KEPT = 200
"""Failed expectations and changed cases that are kept; all are counted."""
SHOWN = 100
"""Changed cases that are shown one by one."""


@dataclass(kw_only=True)
class Check:
    """One check of one draft against what was in force; filled as it goes on."""

    edition_id: str
    revision: int
    """What was in force when it began; a check of another revision counts for nothing."""
    problems: list[str] = field(default_factory=list)
    """Why it cannot be published: file, line, what is allowed, what to do."""
    cases_run: int | None = None
    """Acceptance cases; None until they were run."""
    failures: list[str] = field(default_factory=list)
    """Expectations that what is in force meets and the draft does not."""
    failed: int = 0
    lost: int = 0
    """Acceptance cases that must be an emergency and would not be one: no clinic publishes that from here."""
    past_cases: int = 0
    changed: int = 0
    risen: int = 0
    changes: list[Change] = field(default_factory=list)
    """The most urgent ones, emergencies first."""
    risen_ids: list[str] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    """Of the changed cases that are shown: case id -> the reference for the phone."""
    done: bool = False

    @property
    def sound(self) -> bool:
        """Whether it may be published; with `failed` only by somebody who says that this is meant."""
        return self.done and not self.problems and not self.lost and bool(self.cases_run)


async def run(ctx: Context, check: Check, edition: Edition, *, folder: Path) -> None:
    """Fill the check. Raises StoreUnavailable. `folder` holds the acceptance cases."""
    before = ctx.protocols
    if ctx.shelf is None:
        raise NotAllowed("nothing can be published here")
    try:
        after = await asyncio.to_thread(joined, ctx.shelf, await candidate(ctx, edition))
    except ProtocolError as error:
        check.problems.append(str(error))
    else:
        check.problems += taken_away(before, after)
        check.problems += await asyncio.to_thread(_said_wrong, after)
        cases = await shelf_at(folder).all(after.dictionary)
        await asyncio.to_thread(_accept, check, before, after, cases)
        await _rescore(ctx, check, release_of(before), release_of(after))
        await _name(ctx, check)
    check.done = True


async def candidate(ctx: Context, edition: Edition) -> list[Edition]:
    """What is in force, with this edition in the place of its file."""
    async with ctx.unit_of_work(write=False) as uow:
        held = await uow.editions.in_force()
    others = [one for one in held if (one.name, one.kind) != (edition.name, edition.kind)]
    return [*others, edition]


def release_of(protocols: Protocols) -> Release:
    """What judges, of these protocols, under the name their versions give."""
    stamps = protocols.judging.stamps
    name = "_".join(f"{stamp.id}-{stamp.version}" for stamp in stamps)
    return Release(name=name, dictionary=protocols.dictionary, judge=protocols.judging)


def _said_wrong(protocols: Protocols) -> list[str]:
    return [f"text {one}" for one in complaints(protocols)]


def _accept(check: Check, before: Protocols, after: Protocols, cases: Sequence[AcceptanceCase]) -> None:
    if not cases:
        check.problems.append("there are no acceptance cases here: a protocol is not published untested")
    known = {line for case in cases for line in mismatches(before.judging, case)}
    failures = [line for case in cases for line in mismatches(after.judging, case) if line not in known]
    check.failures, check.failed = failures[:KEPT], len(failures)
    check.lost = sum(_is_lost(case, after) for case in cases)
    check.cases_run = len(cases)


def _is_lost(case: AcceptanceCase, protocols: Protocols) -> bool:
    expected = case.expect.get("level") == Level.EMERGENCY_NOW.value
    return expected and protocols.judge(case.facts).level < Level.EMERGENCY_NOW


async def _rescore(ctx: Context, check: Check, old: Release, new: Release) -> None:
    cursor: str | None = None
    while True:
        async with ctx.unit_of_work(write=False) as uow:
            page, cursor = await uow.facts.of_cases(after=cursor, limit=AT_ONCE)
        _note(check, await asyncio.to_thread(_compared, old, new, page))
        check.past_cases += len(page)
        if cursor is None:
            return


async def _name(ctx: Context, check: Check) -> None:
    async with ctx.unit_of_work(write=False) as uow:
        for change in check.changes[:SHOWN]:
            check.references[change.case_id] = (await uow.cases.get(change.case_id)).reference


def _compared(old: Release, new: Release, page: Sequence[CaseFacts]) -> list[Change]:
    known = [(case_id, {n: v for n, v in values.items() if n in new.dictionary}) for case_id, values in page]
    return [change for facts in known if (change := compare(old, new, facts)) is not None]


def _note(check: Check, changes: Sequence[Change]) -> None:
    risen = [change for change in changes if change.rise > 0]
    check.changed += len(changes)
    check.risen += len(risen)
    check.risen_ids += [one.case_id for one in risen if Level(one.level[1]) >= Level.URGENT_48H]
    check.changes = emergencies_first([*check.changes, *changes])[:KEPT]


def emergencies_first(changes: Sequence[Change]) -> list[Change]:
    """New emergencies, then what else rises, then the rest."""
    return sorted(urgent_first(changes), key=lambda one: not _is_new_emergency(one))


def _is_new_emergency(change: Change) -> bool:
    return change.rise > 0 and Level(change.level[1]) is Level.EMERGENCY_NOW
