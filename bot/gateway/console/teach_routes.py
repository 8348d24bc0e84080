"""Looking over what was understood: the inbox, one message, and a conversation as a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.response import text as plain_text

from bot.domain.errors import InvalidInput
from bot.gateway.body import only_arguments
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.pages import HEADERS, Pages
from bot.gateway.console.teach_view import SEPARATOR, DisputeLine, InboxLine, MessageForm, kappa_words
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.services.access.staff import Visitor
from bot.services.context import Context
from bot.services.office import fact_edits
from bot.services.review import regression, teaching


def add_teach_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """All of them need the right to review."""

    async def form_of(visitor: Visitor, message_id: str) -> MessageForm:
        opened = await teaching.open_item(ctx, visitor.member, known_id(message_id))
        return MessageForm(opened, words=pages.fact_words(), reader=visitor.member.name)

    @blueprint.get("/review")
    @as_page(pages)
    async def review(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        only_arguments(request, allowed=frozenset({"after"}))
        inbox = await teaching.inbox(ctx, visitor.member, after=request.args.get("after"))
        return pages.answer(
            "teach.html",
            visitor,
            lines=[InboxLine(row, words=pages.fact_words()) for row in inbox.rows],
            next_page=inbox.next,
            agreement=inbox.agreement,
            disputes=await teaching.count_disputes(ctx, visitor.member),
            kappa_words=kappa_words,
        )

    @blueprint.get("/review/disputes")
    @as_page(pages)
    async def disputes(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        found = await teaching.disputes(ctx, visitor.member)
        lines = [DisputeLine(pair, words=pages.fact_words(), reader=visitor.member.name) for pair in found]
        return pages.answer("teach_disputes.html", visitor, lines=lines)

    @blueprint.get("/review/<message_id:str>")
    @as_page(pages)
    async def message(request: Asked, message_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        form = await form_of(visitor, message_id)
        return pages.answer("teach_message.html", visitor, form=form, problem="")

    @blueprint.post("/review/<message_id:str>", name="review_message")
    @as_page(pages)
    async def answer(request: Asked, message_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        form = await form_of(visitor, message_id)
        try:
            said: dict[str, Any] = {"facts": _facts(ctx, request, form), "reason": field(request, "reason")}
            intent = field(request, "intent")
            await teaching.review(ctx, visitor.member, known_id(message_id), intent=intent, **said)
        except InvalidInput as error:
            return pages.answer("teach_message.html", visitor, status=400, form=form, problem=f"{error}.")
        return go("/console/review")

    @blueprint.get("/cases/<case_id:str>/script")
    @as_page(pages)
    async def script(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        made = await regression.make(ctx, visitor.member, known_id(case_id))
        named = {"Content-Disposition": f'attachment; filename="{made.name}.yaml"'}
        return plain_text(made.text, headers={**HEADERS, **named}, content_type="text/yaml; charset=utf-8")


def _facts(ctx: Context, request: Asked, form: MessageForm) -> Mapping[str, Any]:
    """What was read, with the changes of the form. Raises InvalidInput for what the dictionary refuses."""
    facts: dict[str, Any] = {}
    for line in form.facts:
        given = field(request, f"fact.{line.name}")
        if given == "":
            facts[line.name] = line.value
        elif given != form.NOT_SAID:
            facts[line.name] = _parsed(ctx, line.name, given)
    missed, value = field(request, "missed"), field(request, "missed_value")
    if missed and value.strip():
        facts[missed] = _parsed(ctx, missed, value)
    return facts


def _parsed(ctx: Context, name: str, given: str) -> Any:
    return fact_edits.parse(ctx.protocols.dictionary, name, given.split(SEPARATOR))
