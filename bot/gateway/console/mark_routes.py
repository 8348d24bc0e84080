"""Tags on a conversation and flags on its messages, set and taken off on the case page."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import InvalidInput
from bot.gateway.console.case_routes import LONGEST_NUMBER, read_place
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.pages import Pages
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.services.context import Context
from bot.services.office import marks


def add_mark_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """A field `undo` takes off what the form would set. `?before=41` is the part of the conversation that
    was looked at, and is looked at again."""

    @blueprint.post("/cases/<case_id:str>/tags")
    @as_page(pages)
    async def tags(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        change = marks.untag if field(request, "undo") else marks.tag
        await change(ctx, visitor.member, known_id(case_id), text=field(request, "tag"))
        return go(f"/console/cases/{case_id}#notes")

    @blueprint.post("/cases/<case_id:str>/flags")
    @as_page(pages)
    async def flags(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        undo = field(request, "undo")
        seq = _seq(undo or field(request, "seq"))
        if undo:
            await marks.unflag(ctx, visitor.member, known_id(case_id), seq)
        else:
            reason = field(request, "reason")
            await marks.flag(ctx, visitor.member, known_id(case_id), seq, reason=reason)
        return go(f"/console/cases/{case_id}{read_place(request).query}#m-{seq}")


def _seq(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise InvalidInput("seq is the number of a message", code="bad_number", field="seq")
    return int(text)
