"""`/console/protocols/drafts/<id>/what-if`: facts under a draft, and beside them under what is in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sanic import Blueprint, HTTPResponse

from bot.gateway.console.draft_view import FILES
from bot.gateway.console.handling import as_page
from bot.gateway.console.pages import Pages
from bot.gateway.console.rule_routes import given_facts
from bot.gateway.console.what_if import Asked as AskedFacts
from bot.gateway.console.what_if import TriedView
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.protocols import Protocols
from bot.services.clinic import draft_trying, rule_drafts, rule_reading
from bot.services.context import Context
from bot.services.ports import Edition


@dataclass(frozen=True, kw_only=True)
class DraftBeside:
    """Which draft is tried, what is in force for the same facts, and what differs between the two."""

    edition: Edition
    file: str
    held: TriedView
    differences: Sequence[str]


def add_draft_try_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """For who drafts or publishes; nothing is stored."""
    drafts = draft_trying.DraftProtocols()

    @blueprint.get("/protocols/drafts/<edition_id:str>/what-if", name="draft_what_if")
    @as_page(pages)
    async def what_if(request: Asked, edition_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        edition = await rule_drafts.open_draft(ctx, visitor.member, known_id(edition_id))
        asked, tried, beside = _tried(request, pages, ctx.protocols, await drafts.of(ctx, edition), edition)
        return pages.answer(
            "what_if.html", visitor, asked=asked, tried=tried, beside=beside,
            address=f"/console/protocols/drafts/{edition.id}/what-if",
        )  # fmt: skip


def _tried(
    request: Asked, pages: Pages, held: Protocols, drafted: Protocols, edition: Edition
) -> tuple[AskedFacts, TriedView | None, DraftBeside]:
    facts = pages.fact_words()
    asked = AskedFacts(given_facts(request), facts)
    one, other = (rule_reading.try_facts(rules, asked.values) for rules in (drafted, held))
    beside = DraftBeside(
        edition=edition,
        file=FILES[edition.name],
        held=TriedView(other, asked.values, held, facts),
        differences=draft_trying.differences(one, other),
    )
    return asked, TriedView(one, asked.values, drafted, facts) if asked.values else None, beside
