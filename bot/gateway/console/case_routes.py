"""One case in the console: the live page, its parts of a long conversation, paper and plain text."""

from __future__ import annotations

import asyncio
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.response import raw
from sanic.response import text as plain_text

from bot.domain.errors import InvalidInput
from bot.gateway.console.handling import as_fragment, as_page
from bot.gateway.console.live import LivePages
from bot.gateway.console.pages import HEADERS, Pages
from bot.gateway.console.transcript import Place
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.gateway.staff_api.model import ModelName
from bot.services.access.staff import Visitor
from bot.services.context import Context
from bot.services.office import desk, marks
from bot.services.records.case_file import CaseFile
from bot.services.records.state_then import state_then

LONGEST_NUMBER = 9


def add_case_routes(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, live: LivePages
) -> None:
    """`?at=7` shows the conversation around message 7 and the case as it stood then."""
    model = ModelName(ctx.dialogue)

    async def data_of(visitor: Visitor, file: CaseFile, place: Place) -> dict[str, Any]:
        others = [row for row in await pages.alarms(ctx, visitor) if row.id != file.case.id]
        page, then = pages.case(file, place=place), None
        if place.at is not None:
            then = pages.then(await state_then(ctx, visitor.member, file, place.at), page)
        return {"page": page, "alarms": others, "model": await model.current(), "then": then}

    @blueprint.get("/cases/<case_id:str>")
    @as_page(pages)
    async def case(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        file = await desk.open_case(ctx, visitor.member, known_id(case_id))
        data = await data_of(visitor, file, read_place(request))
        return pages.answer("case.html", visitor, **data, known_tags=await marks.offered(ctx, visitor.member))

    @blueprint.get("/cases/<case_id:str>/live")
    @as_fragment
    async def case_live(request: Asked, case_id: str) -> HTTPResponse:
        async def make() -> str:
            visitor = await door.visitor(request, active=False)
            file = await desk.refresh_case(ctx, visitor.member, known_id(case_id))
            data = await data_of(visitor, file, read_place(request))
            return pages.text("case_live.html", visitor, **data)

        return await live.answer(request, make)

    @blueprint.get("/cases/<case_id:str>/print")
    @as_page(pages)
    async def printed(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        file = await desk.open_case(ctx, visitor.member, known_id(case_id))
        return pages.answer("print.html", visitor, sheet=pages.clinician(file))

    @blueprint.get("/cases/<case_id:str>/pdf")
    @as_page(pages)
    async def as_file(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        file = await desk.open_case(ctx, visitor.member, known_id(case_id))
        made = await asyncio.to_thread(pages.pdf, file)
        name = f'attachment; filename="intake-{file.case.reference}.pdf"'
        return raw(made, content_type="application/pdf", headers={**HEADERS, "Content-Disposition": name})

    @blueprint.get("/cases/<case_id:str>/text")
    @as_page(pages)
    async def as_text(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        file = await desk.open_case(ctx, visitor.member, known_id(case_id))
        return plain_text(pages.clinician(file).as_text(), headers=dict(HEADERS))


def read_place(request: Asked) -> Place:
    """The part of the conversation that is asked for. Raises InvalidInput for what is no number."""
    return Place(at=_number(request, "at"), before=_number(request, "before"))


def _number(request: Asked, name: str) -> int | None:
    given = request.args.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdigit() and len(given) <= LONGEST_NUMBER):
        raise InvalidInput(f"{name} is the number of a message", code="bad_number", field=name)
    return int(given)
