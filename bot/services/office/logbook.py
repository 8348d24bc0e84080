"""The audit log for who may read it: who did or saw what, newest first. Reading it is written into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

from bot.domain.errors import InvalidInput
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember
from bot.services.ports.work import LogEntry, LogWanted

PAGE = 100
LONGEST = 200
READ = "audit.read"

Kind = Literal["looked", "signed_in", "taken_out", "changed"]
KINDS: Mapping[Kind, tuple[str, ...]] = {
    "looked": ("case.shown", "case.viewed", "message.viewed", "case.searched", "reviews.shown", READ),
    "signed_in": ("staff.login", "staff.login_failed", "staff.logout"),
    "taken_out": (
        "case.exported", "cases.exported", "conversations.exported", "figures.exported", "reviews.exported",
        "case.made_a_test",
    ),
    "changed": (),
}  # fmt: skip
"""Kind of entry -> its action codes; `changed` is what no other names."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What somebody wants to know; what is empty asks for nothing."""

    by: str = ""
    """Name of a person, or `patient`, `service`, `watchdog`."""
    reference: str = ""
    kind: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LogPage:
    """One page; `next` is the number before which the next one begins, None at the end."""

    entries: tuple[LogEntry, ...]
    next: int | None


async def read(
    ctx: Context, member: StaffMember, question: Question, *, before: int | None = None
) -> LogPage:
    """One page of the log. Raises RoleRefused, InvalidInput."""
    require(member, May.READ_AUDIT)
    wanted = _wanted(question)
    async with ctx.unit_of_work() as uow:
        found = await uow.audit.page(wanted, before=before, limit=PAGE + 1)
        asked = [one.name for one in fields(question) if getattr(question, one.name) not in ("", None)]
        await uow.audit.add(
            actor=member.name, action=READ, case_id=None, at=ctx.clock.now(), detail={"by": asked}
        )
        await uow.commit()
    more = len(found) > PAGE
    return LogPage(entries=tuple(found[:PAGE]), next=found[PAGE - 1].seq if more else None)


def _wanted(question: Question) -> LogWanted:
    if question.kind and question.kind not in KINDS:
        raise InvalidInput(f"one of {', '.join(KINDS)}", code="unknown", field="kind")
    if max(len(question.by), len(question.reference)) > LONGEST:
        raise InvalidInput(f"at most {LONGEST} characters", code="too_long", field="by")
    named = next((codes for kind, codes in KINDS.items() if kind == question.kind), ())
    others = tuple(code for codes in KINDS.values() for code in codes) if question.kind == "changed" else ()
    return LogWanted(
        actor=question.by.strip() or None,
        reference=question.reference.strip() or None,
        actions=named,
        but=others,
        since=question.since,
        until=question.until,
    )
