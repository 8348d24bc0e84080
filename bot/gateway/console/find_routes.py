"""Looking for cases: the form, what was found, and searches that are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import Conflict, InvalidInput
from bot.gateway.body import only_arguments
from bot.gateway.console import times, words
from bot.gateway.console.fact_words import sentence
from bot.gateway.console.find_form import FIELDS, FindForm, options
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.pages import Pages
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.gateway.staff_api.exports import BYTE_ORDER_MARK, CSV, as_file
from bot.gateway.staff_api.reading import acceptable
from bot.services.access.staff import Visitor
from bot.services.context import Context
from bot.services.office import case_search, conversation_table, marks

NAMED = "named"
"""`yes`: a table that says who the patients are."""


@dataclass(frozen=True, kw_only=True)
class FoundRow:
    """One case as the list shows it."""

    id: str
    reference: str
    name: str
    phone: str
    level: str
    level_word: str
    mark: str
    headline: str
    channel: str
    status: str
    started: str
    lasted: str
    messages: str
    fallbacks: int
    confidence: str
    reviewed: bool
    tags: Sequence[str]
    flagged: int


def add_find_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """`/console/find`; an address with fields is a search, and a search is audited."""

    async def answer(
        visitor: Visitor, form: FindForm, *, after: str | None, problem: str = ""
    ) -> HTTPResponse:
        found = None
        if form.asks and not problem:
            wanted = form.wanted(zone=pages.zone)
            found = await case_search.find(ctx, visitor.member, wanted, after=after)
        kept = await case_search.views(ctx, visitor.member)
        now = ctx.clock.now()
        return pages.answer(
            "find.html",
            visitor,
            status=400 if problem else 200,
            form=form,
            offered=options(pages.rule_titles),
            rows=[_row(row, pages, now) for row in found.rows] if found else [],
            searched=found is not None,
            next_page=f"{form.query}&after={found.next}" if found and found.next else "",
            views=kept,
            tags=await marks.offered(ctx, visitor.member),
            problem=problem,
        )

    @blueprint.get("/find")
    @as_page(pages)
    async def find(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        form = _form(request)
        try:
            return await answer(visitor, form, after=request.args.get("after"))
        except InvalidInput as error:
            return await answer(visitor, form, after=None, problem=f"{error}.")

    @blueprint.get("/find.csv", name="find_csv")
    @as_page(pages)
    async def table(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        form, named = _form(request, NAMED), request.args.get(NAMED) == "yes"
        wanted = form.wanted(zone=pages.zone)
        made = await conversation_table.export_csv(ctx, visitor.member, wanted, named=named)
        name = f"conversations-{ctx.clock.now():%Y-%m-%d}{'' if named else '-without-names'}.csv"
        return as_file(f"{BYTE_ORDER_MARK}{made}", kind=CSV, name=name)

    @blueprint.post("/views")
    @as_page(pages)
    async def keep(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        query = FindForm(given=_known(dict(parse_qsl(field(request, "query"))))).query
        given: dict[str, Any] = {"name": field(request, "name"), "query": query}
        try:
            await case_search.keep_view(ctx, visitor.member, shared=bool(field(request, "shared")), **given)
        except Conflict:
            raise InvalidInput("You keep a search of that name: choose another.", field="name") from None
        return go(f"/console/find?{query}")

    @blueprint.post("/views/<view_id:str>/drop")
    @as_page(pages)
    async def drop(request: Asked, view_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await case_search.drop_view(ctx, visitor.member, known_id(view_id))
        return go("/console/find")

    @blueprint.post("/cases/<case_id:str>/reviewed")
    @as_page(pages)
    async def reviewed(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        undone = bool(field(request, "undo"))
        await case_search.mark_reviewed(ctx, visitor.member, known_id(case_id), reviewed=not undone)
        return go(f"/console/cases/{case_id}")


def _form(request: Asked, *besides: str) -> FindForm:
    """The fields of the search; `besides` are arguments of the page that are none of them."""
    only_arguments(request, allowed=frozenset({*FIELDS, "after", *besides}))
    given = {name: ",".join(values) for name, values in request.args.items() if name in FIELDS}
    return FindForm(given={name: acceptable(text, field=name).strip() for name, text in given.items()})


def _known(given: Mapping[str, str]) -> Mapping[str, str]:
    return {name: text for name, text in given.items() if name in FIELDS}


def _row(raw: Mapping[str, Any], pages: Pages, now: dt.datetime) -> FoundRow:
    level = str(getattr(raw["level"], "value", raw["level"]))
    titles = [pages.rule_titles.get(rule, rule) for rule in raw["rules"]]
    said, certain = raw["said_at"], raw["lowest_confidence"]
    return FoundRow(
        id=raw["id"],
        reference=raw["reference"],
        name=raw["name"] or "",
        phone=raw["phone"] or "",
        level=level,
        level_word=words.level_word(level, raw["status"], raw["flags"]),
        mark=words.MARKS.get(level, ""),
        headline=sentence("; ".join(titles)) or words.word(words.OUTCOMES, raw["outcome"]),
        channel=words.word(words.CHANNELS, raw["channel"]),
        status=words.word(words.STATUSES, raw["status"]),
        started=times.clock_time(raw["created_at"], zone=pages.zone, now=now),
        lasted=times.span((said - raw["created_at"]).total_seconds()) if said else "",
        messages="1 message" if raw["messages"] == 1 else f"{raw['messages']} messages",
        fallbacks=raw["fallbacks"],
        confidence="" if certain is None else f"{certain:.0%}",
        reviewed=raw["reviewed_at"] is not None,
        tags=raw["tags"],
        flagged=raw["flagged"],
    )
