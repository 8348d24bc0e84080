"""Trying the bot: a conversation marked as a test, and beside each message what was read in it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sanic import Blueprint, HTTPResponse

from bot.domain.cases import Message
from bot.domain.errors import Conflict, InvalidInput
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.pages import Pages
from bot.gateway.console.shown import ShownMessage
from bot.gateway.console.then_view import ThenView
from bot.gateway.inputs import fitting_inputs
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.gateway.staff_api.reading import acceptable
from bot.services.access.permissions import May, require
from bot.services.access.staff import Visitor
from bot.services.context import Context
from bot.services.office import trying

TRY = "/console/try"
MOST_CHOICES = 40
FEWEST_BOXES = 4
"""As on the page without scripts: three buttons need no boxes."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message, and what it changed when it is the tester's."""

    message: ShownMessage
    then: ThenView | None


def add_try_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """Every form works without scripts: it answers with the page again."""

    async def answer(visitor: Visitor, test_id: str, *, problem: str = "", kept: str = "") -> HTTPResponse:
        tried = await trying.look(ctx, visitor.member, test_id)
        page = pages.case(tried.file)
        lines = [
            Line(message=one, then=pages.then(tried.then[one.seq], page) if one.seq in tried.then else None)
            for one in page.messages
        ]
        question = _question(tried.file.messages)
        return pages.answer(
            "try_talk.html",
            visitor,
            status=400 if problem else 200,
            page=page,
            lines=lines,
            question=question,
            several=_takes_several(ctx, question),
            notes=[note.text for note in tried.file.notes],
            problem=problem,
            kept=kept,
        )

    @blueprint.get("/try")
    @as_page(pages)
    async def entrance(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        require(visitor.member, May.TRY)
        return pages.answer("try.html", visitor)

    @blueprint.post("/try", name="begin_test")
    @as_page(pages)
    async def begin(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        return go(f"{TRY}/{await trying.begin(ctx, visitor.member)}")

    @blueprint.get("/try/<test_id:str>")
    @as_page(pages)
    async def talk(request: Asked, test_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        require(visitor.member, May.TRY)
        return await answer(visitor, known_id(test_id))

    @blueprint.post("/try/<test_id:str>/say")
    @as_page(pages)
    async def say(request: Asked, test_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        require(visitor.member, May.TRY)
        text, choices = field(request, "text").strip(), _choices(request)
        # A double click sends the same after the same last message.
        once = hashlib.sha256(f"{field(request, 'seen')} {choices} {text}".encode()).hexdigest()
        try:
            await trying.say(ctx, visitor.member, known_id(test_id), once=once, text=text, choices=choices)
        except (InvalidInput, Conflict) as error:
            return await answer(visitor, known_id(test_id), problem=f"{error}.", kept=text)
        return go(f"{TRY}/{test_id}")


def _choices(request: Asked) -> list[str]:
    given = request.form.getlist("choice", []) if request.form else []
    return [acceptable(str(one), field="choice") for one in given[:MOST_CHOICES]]


def _question(messages: Sequence[Message]) -> Message | None:
    """What the bot asked last, while it still waits for the answer."""
    ours = [one for one in messages if one.sender == "bot" and (one.asks or one.choices)]
    return ours[-1] if ours and ours[-1].choices else None


def _takes_several(ctx: Context, question: Message | None) -> bool:
    if question is None:
        return False
    kind = fitting_inputs(ctx.protocols.dictionary).get(question.asks or "", {}).get("kind")
    return kind == "several" and len(question.choices) >= FEWEST_BOXES
