"""Staff look for cases: by words, by what happened, by what was read badly; and keep a search.

Every search is audited with what it asked by, never with the words. Who may not see contact data may
not search by words: a name would be a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from bot.domain.errors import InvalidInput, NotAllowed
from bot.services.access import looks
from bot.services.access.permissions import May, may, require
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork
from bot.services.ports.search import EVENTS, SavedView, Wanted
from bot.services.records.case_file import MASK

PAGE = 50
LONGEST_WORDS = 100
LONGEST_NAME = 80
LONGEST_QUERY = 500


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page, newest first; `next` is the cursor of the next page, None at the end."""

    rows: tuple[Mapping[str, Any], ...]
    next: str | None


async def find(ctx: Context, member: StaffMember, wanted: Wanted, *, after: str | None = None) -> Found:
    """One page of what was looked for. Raises InvalidInput, RoleRefused."""
    require(member, May.SEE_CASES)
    if wanted.words:
        require(member, May.SEE_CONTACT)
    _check(wanted)
    async with ctx.unit_of_work() as uow:
        plain, following = await uow.search.cases(wanted, after=after, limit=PAGE)
        rows = await with_marks(uow, plain)
        await uow.audit.add(
            actor=member.name, action="case.searched", case_id=None, at=ctx.clock.now(),
            detail={"by": asked_by(wanted), "found": len(rows), "page": "next" if after else "first"},
        )  # fmt: skip
        await uow.commit()
    await looks.saw(ctx, member, [row["id"] for row in rows], place="search")
    shown = rows if may(member, May.SEE_CONTACT) else [_without_contact(row) for row in rows]
    return Found(rows=tuple(shown), next=following)


def asked_by(wanted: Wanted) -> list[str]:
    """Names of the fields that ask for something: what the audit log keeps of a search."""
    return [one.name for one in fields(wanted) if getattr(wanted, one.name) != one.default]


async def with_marks(uow: UnitOfWork, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows with their `tags` and how many of their messages are `flagged`."""
    ids = [row["id"] for row in rows]
    tags, flagged = await uow.marks.tags(ids), await uow.marks.flag_counts(ids)
    return [
        {
            **row,
            "tags": [one.text for one in tags.get(row["id"], ())],
            "flagged": flagged.get(row["id"], 0),
        }
        for row in rows
    ]


async def mark_reviewed(ctx: Context, member: StaffMember, case_id: str, *, reviewed: bool) -> None:
    """Say that a conversation was looked over, or take it back. Raises NotAllowed, RoleRefused."""
    require(member, May.REVIEW)
    async with ctx.unit_of_work() as uow:
        by = member.name if reviewed else None
        await uow.search.mark_reviewed(case_id, by=by, at=ctx.clock.now())
        action = "case.reviewed" if reviewed else "case.review_taken_back"
        await uow.audit.add(actor=member.name, action=action, case_id=case_id, at=ctx.clock.now())
        await uow.commit()


async def views(ctx: Context, member: StaffMember) -> list[SavedView]:
    """One's own searches and the shared ones."""
    require(member, May.SEE_CASES)
    async with ctx.unit_of_work(write=False) as uow:
        return await uow.search.views(member.name)


async def keep_view(ctx: Context, member: StaffMember, *, name: str, query: str, shared: bool) -> SavedView:
    """Keep a search under a name. Raises InvalidInput, and Conflict when one has that name."""
    require(member, May.SEE_CASES)
    if not (0 < len(name.strip()) <= LONGEST_NAME and name.isprintable()):
        raise InvalidInput(f"a name has 1 to {LONGEST_NAME} printable characters", field="name")
    if len(query) > LONGEST_QUERY:
        raise InvalidInput("this search is too long to keep", code="too_long", field="query")
    view = SavedView(
        id=ctx.ids.new(), owner=member.name, name=name.strip(), query=query, shared=shared,
        created_at=ctx.clock.now(),
    )  # fmt: skip
    async with ctx.unit_of_work() as uow:
        await uow.search.add_view(view)
        await _record_view(ctx, uow, member, "view.kept", view.id)
        await uow.commit()
    return view


async def drop_view(ctx: Context, member: StaffMember, view_id: str) -> None:
    """Forget a search of one's own. Raises NotAllowed for any other."""
    require(member, May.SEE_CASES)
    async with ctx.unit_of_work() as uow:
        if not await uow.search.drop_view(view_id, owner=member.name):
            raise NotAllowed("no such view")
        await _record_view(ctx, uow, member, "view.dropped", view_id)
        await uow.commit()


async def _record_view(ctx: Context, uow: Any, member: StaffMember, action: str, view_id: str) -> None:
    detail = {"view_id": view_id}
    await uow.audit.add(actor=member.name, action=action, case_id=None, at=ctx.clock.now(), detail=detail)


def _check(wanted: Wanted) -> None:
    if wanted.words and len(wanted.words) > LONGEST_WORDS:
        raise InvalidInput(f"at most {LONGEST_WORDS} characters", code="too_long", field="q")
    for name in ("event", "after_event"):
        if getattr(wanted, name) not in (None, *EVENTS):
            raise InvalidInput(f"one of {', '.join(EVENTS)}", code="unknown", field=name)
    if wanted.after_event and not wanted.event:
        raise InvalidInput("say what happened after it", code="missing", field="event")


def _without_contact(row: Mapping[str, Any]) -> Mapping[str, Any]:
    hidden = {name: MASK * 3 for name in ("name", "phone") if row.get(name)}
    return {**row, **hidden}
