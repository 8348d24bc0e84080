"""A patient's wish to be erased: written down on the case, decided by a second person; what the law keeps."""

from __future__ import annotations

from collections.abc import Mapping

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import InvalidInput
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.pages import Pages
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.services.access.staff import Visitor
from bot.services.context import Context
from bot.services.office import erasure
from bot.services.office.erasure import Obstacle

WISHES = "/console/erasures"
OBSTACLES: Mapping[Obstacle, str] = {
    "legal_hold": "The law keeps it: lift that first, if it may be lifted.",
    "talking": "The conversation still runs. It ends by itself when the patient falls silent.",
    "emergency": "Nobody has acknowledged this emergency.",
    "work": "A task is not done: end it first, or nobody will remember it.",
    "visit": "A visit is still to come: move or cancel it first, with the patient.",
    "outgoing": "A message to the patient is still on its way.",
}
COPIES: Mapping[str, str] = {"fhir": "the records system (FHIR)", "calendar": "the calendar"}


def add_erasure_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """Who works on cases writes a wish down; who may erase decides."""

    async def answer(visitor: Visitor, case_id: str, *, problem: str = "", given: str = "") -> HTTPResponse:
        seen = await erasure.look(ctx, visitor.member, case_id)
        wish = seen.file.wish
        return pages.answer(
            "erasure.html",
            visitor,
            status=400 if problem else 200,
            page=pages.case(seen.file),
            obstacles=[OBSTACLES[one] for one in seen.obstacles],
            copies=[COPIES.get(one, one) for one in seen.copies],
            others=seen.others,
            own_wish=wish is not None and wish.by.casefold() == visitor.member.name.casefold(),
            when=pages.fact_words().when,
            problem=problem,
            given=given,
        )

    @blueprint.get("/erasures")
    @as_page(pages)
    async def wishes(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        found = await erasure.open_wishes(ctx, visitor.member)
        return pages.answer("erasures.html", visitor, wishes=found, when=pages.fact_words().when)

    @blueprint.get("/cases/<case_id:str>/erasure")
    @as_page(pages)
    async def show(request: Asked, case_id: str) -> HTTPResponse:
        return await answer(await door.visitor(request), known_id(case_id))

    @blueprint.post("/cases/<case_id:str>/erasure", name="ask_erasure")
    @as_page(pages)
    async def ask(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        reason = field(request, "reason")
        try:
            await erasure.ask(ctx, visitor.member, known_id(case_id), reason=reason)
        except InvalidInput as error:
            return await answer(visitor, known_id(case_id), problem=f"{error}.", given=reason)
        return go(f"/console/cases/{case_id}/erasure")

    @blueprint.post("/cases/<case_id:str>/erasure/withdraw")
    @as_page(pages)
    async def withdraw(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await erasure.withdraw(ctx, visitor.member, known_id(case_id))
        return go(f"/console/cases/{case_id}/erasure")

    _add_deciding(blueprint, door, pages, ctx)


def _add_deciding(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    @blueprint.post("/cases/<case_id:str>/erasure/confirm")
    @as_page(pages)
    async def confirm(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await erasure.confirm(ctx, visitor.member, known_id(case_id))
        return go(WISHES)

    @blueprint.post("/cases/<case_id:str>/erasure/keep", name="keep_by_law")
    @as_page(pages)
    async def keep(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await erasure.keep(ctx, visitor.member, known_id(case_id), reason=field(request, "reason"))
        return go(f"/console/cases/{case_id}/erasure")

    @blueprint.post("/cases/<case_id:str>/erasure/let-go")
    @as_page(pages)
    async def let_go(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await erasure.let_go(ctx, visitor.member, known_id(case_id))
        return go(f"/console/cases/{case_id}/erasure")
