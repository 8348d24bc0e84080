"""The audit log's page: who did or saw what, by person, case, kind and day."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import InvalidInput
from bot.gateway.body import only_arguments
from bot.gateway.console import audit_words, times
from bot.gateway.console.find_form import read_day
from bot.gateway.console.handling import as_page
from bot.gateway.console.pages import Pages
from bot.gateway.staff_api.door import Asked, StaffDoor
from bot.gateway.staff_api.reading import acceptable
from bot.services.context import Context
from bot.services.office import logbook
from bot.services.ports.work import LogEntry

_FIELDS = ("by", "reference", "kind", "since", "until")
_LONGEST_NUMBER = 15


@dataclass(frozen=True, kw_only=True)
class AuditRow:
    """One line as the page shows it."""

    at: str
    full: str
    machine: str
    actor: str
    what: str
    detail: str
    case_id: str | None
    reference: str
    """Empty where the line is about no case; of an erased case only that it was one."""


def add_audit_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """For who may read the log; reading is written into it."""

    @blueprint.get("/audit")
    @as_page(pages)
    async def audit(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        only_arguments(request, allowed=frozenset({*_FIELDS, "before"}))
        given = {name: acceptable(request.args.get(name, ""), field=name).strip() for name in _FIELDS}
        before = _number(request.args.get("before"))
        page = await logbook.read(ctx, visitor.member, _question(given, pages), before=before)
        following = {**given, "before": str(page.next)} if page.next else {}
        return pages.answer(
            "audit.html",
            visitor,
            given=given,
            asks=any(given.values()),
            rows=[_row(one, pages) for one in page.entries],
            kinds=audit_words.KINDS,
            next_page=urlencode({name: text for name, text in following.items() if text}),
        )


def _question(given: dict[str, str], pages: Pages) -> logbook.Question:
    return logbook.Question(
        by=given["by"],
        reference=given["reference"],
        kind=given["kind"],
        since=read_day(given["since"], "since", pages.zone),
        until=read_day(given["until"], "until", pages.zone, days=1),
    )


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise InvalidInput("before is the number of a line", code="bad_number", field="before")
    return int(text)


def _row(entry: LogEntry, pages: Pages) -> AuditRow:
    when = pages.fact_words().when(entry.at)
    return AuditRow(
        at=when.short,
        full=times.full_time(entry.at, zone=pages.zone),
        machine=when.machine,
        actor=entry.actor,
        what=audit_words.action_words(entry.action),
        detail=audit_words.detail_words(entry.detail),
        case_id=entry.case_id if entry.reference else None,
        reference=entry.reference or ("erased" if entry.case_id else ""),
    )
