"""The console's page of what could not be delivered."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse

from bot.gateway.console import times
from bot.gateway.console.handling import as_page, changing, go
from bot.gateway.console.pages import Pages
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.services.context import Context
from bot.services.queues import undelivered

PAGE = "/console/undelivered"


def add_undelivered_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """The list, and what can be done with a line of it."""

    @blueprint.get("/undelivered")
    @as_page(pages)
    async def list_undelivered(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        now = ctx.clock.now()
        rows = [
            {"item": one, "since": times.clock_time(one.since, zone=pages.zone, now=now)}
            for one in await undelivered.undelivered(ctx, visitor.member)
        ]
        return pages.answer("undelivered.html", visitor, rows=rows)

    @blueprint.post("/undelivered/<item_id:str>/again")
    @as_page(pages)
    async def again(request: Asked, item_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await undelivered.send_again(ctx, visitor.member, known_id(item_id))
        return go(PAGE)

    @blueprint.post("/undelivered/<item_id:str>/leave")
    @as_page(pages)
    async def leave(request: Asked, item_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await undelivered.leave(ctx, visitor.member, known_id(item_id))
        return go(PAGE)
