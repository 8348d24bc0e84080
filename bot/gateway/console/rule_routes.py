"""`/console/protocols`: every rule in plain words with its source and its cases, and "what if"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sanic import Blueprint, HTTPResponse

from bot.gateway.console.draft_routes import version_lines
from bot.gateway.console.handling import as_page
from bot.gateway.console.pages import Pages
from bot.gateway.console.rule_view import PARTS, RulePage, RuleView
from bot.gateway.console.what_if import Asked as AskedFacts
from bot.gateway.console.what_if import TriedView
from bot.gateway.staff_api.door import Asked, StaffDoor
from bot.gateway.staff_api.reading import acceptable
from bot.services.access.permissions import May, require
from bot.services.clinic import rule_drafts, rule_reading
from bot.services.clinic.rule_reading import CaseShelf
from bot.services.context import Context


def add_rule_routes(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, shelf: CaseShelf
) -> None:
    """Everybody who is signed in may read; nothing is stored."""

    @blueprint.get("/protocols")
    @as_page(pages)
    async def protocols(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        book = rule_reading.open_book(ctx, visitor.member)
        numbers = rule_reading.counted(await shelf.all(ctx.protocols.dictionary))
        views = [RuleView(e, protocols=ctx.protocols, cases=numbers.get(e.id, 0)) for e in book.values()]
        parts = [
            (kind, title, how, [view for view in views if view.entry.kind == kind])
            for kind, title, how in PARTS
        ]
        queued = request.args.get("queued")
        return pages.answer(
            "protocols.html",
            visitor,
            parts=parts,
            files=ctx.protocols.files,
            versions=await version_lines(ctx, pages, visitor),
            queued=queued if queued and queued.isdecimal() else None,
            standing=ctx.standing.problem,
            installed=rule_drafts.newer_installed(ctx),
        )

    @blueprint.get("/protocols/rules/<rule_id:str>")
    @as_page(pages)
    async def rule(request: Asked, rule_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        page = await rule_reading.open_entry(ctx, shelf, visitor.member, rule_id)
        shown = RulePage(page, protocols=ctx.protocols, facts=pages.fact_words())
        return pages.answer("rule.html", visitor, rule=shown, may_publish_here=ctx.shelf is not None)

    @blueprint.get("/protocols/what-if")
    @as_page(pages)
    async def what_if(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        require(visitor.member, May.SEE_CASES)
        facts = pages.fact_words()
        asked = AskedFacts(given_facts(request), facts)
        tried = rule_reading.try_facts(ctx.protocols, asked.values)
        view = TriedView(tried, asked.values, ctx.protocols, facts) if asked.values else None
        return pages.answer(
            "what_if.html",
            visitor,
            asked=asked,
            tried=view,
            address="/console/protocols/what-if",
            beside=None,
        )


def given_facts(request: Asked) -> Mapping[str, Sequence[str]]:
    """The arguments of an address, checked for what no store keeps."""
    return {name: [acceptable(text, field=name) for text in texts] for name, texts in request.args.items()}
