"""The work queue's page: the list, the opened task beside it, and what is done with it.

Every form works without scripts: it answers with the page again. With scripts the page fetches its own
parts, and nothing reloads.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import InvalidInput, NotAllowed
from bot.gateway.console.handling import as_fragment, as_page, changing, field, go
from bot.gateway.console.live import LivePages
from bot.gateway.console.pages import Pages
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.gateway.staff_api.queue import read_view
from bot.services.access.staff import Visitor
from bot.services.context import Context
from bot.services.office import claims, work_desk

WORK = "/console/queue"


def add_work_queue_routes(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, live: LivePages
) -> None:
    """`?view=mine&task=ID` shows one's own work with that task opened. `/alarms/live` is pinned on
    every page that does not refresh itself otherwise."""
    _add_pages(blueprint, door, pages, ctx, live)
    _add_ownership(blueprint, door, pages, ctx)
    _add_work(blueprint, door, pages, ctx)


def _add_pages(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, live: LivePages) -> None:
    @blueprint.get("/queue")
    @as_page(pages)
    async def work(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        return pages.answer("work.html", visitor, **await _data(ctx, pages, visitor, request))

    @blueprint.get("/queue/live")
    @as_fragment
    async def work_live(request: Asked) -> HTTPResponse:
        async def make() -> str:
            visitor = await door.visitor(request, active=False)
            data = await _data(ctx, pages, visitor, request)
            return pages.text("work_live.html", visitor, **data)

        return await live.answer(request, make)

    @blueprint.get("/alarms/live")
    @as_fragment
    async def alarms(request: Asked) -> HTTPResponse:
        async def make() -> str:
            visitor = await door.visitor(request, active=False)
            return pages.text("_alarms.html", visitor, alarms=await pages.alarms(ctx, visitor))

        return await live.answer(request, make)


def _add_ownership(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    @blueprint.post("/queue/<task_id:str>/claim", name="work_claim")
    @as_page(pages)
    async def claim(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await claims.claim(ctx, visitor.member, known_id(task_id))
        return _back(request, task_id)

    @blueprint.post("/queue/<task_id:str>/release", name="work_release")
    @as_page(pages)
    async def release(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await claims.release(ctx, visitor.member, known_id(task_id))
        return _back(request, task_id)

    @blueprint.post("/queue/<task_id:str>/assign", name="work_assign")
    @as_page(pages)
    async def assign(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await claims.assign(ctx, visitor.member, known_id(task_id), to=field(request, "to"))
        return _back(request, task_id)


def _add_work(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    @blueprint.post("/queue/<task_id:str>/try", name="work_try")
    @as_page(pages)
    async def tried(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        again = field(request, "again")
        await work_desk.log_try(
            ctx, visitor.member, known_id(task_id), how=field(request, "how"), note=field(request, "note"),
            again_minutes=_minutes(again, "again") if again else None,
            client_id=field(request, "once") or None,
        )  # fmt: skip
        return _back(request, task_id)

    @blueprint.post("/queue/<task_id:str>/snooze", name="work_snooze")
    @as_page(pages)
    async def snooze(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        minutes = _minutes(field(request, "minutes"), "minutes")
        await work_desk.snooze(ctx, visitor.member, known_id(task_id), minutes=minutes)
        return _back(request)

    @blueprint.post("/queue/<task_id:str>/close", name="work_close")
    @as_page(pages)
    async def close(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await work_desk.close(
            ctx, visitor.member, known_id(task_id),
            outcome=field(request, "outcome"), note=field(request, "note"),
        )  # fmt: skip
        return _back(request)

    @blueprint.post("/queue/<task_id:str>/note", name="work_note")
    @as_page(pages)
    async def note(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await work_desk.note_on(ctx, visitor.member, known_id(task_id), text=field(request, "text"))
        return _back(request, task_id)


async def _data(ctx: Context, pages: Pages, visitor: Visitor, request: Asked) -> dict[str, Any]:
    chosen = request.args.get("task")
    view, after = read_view(request, also=("task",))
    page = await work_desk.list_work(ctx, visitor.member, view=view, after=after)
    now, reader = ctx.clock.now(), visitor.member.name
    rows, pinned = pages.work.rows(page.rows, now=now, reader=reader), await pages.alarms(ctx, visitor)
    asked = {"view": view, **({"after": after} if after else {})}
    return {
        "alarms": pinned,
        "rows": [row for row in rows if not row.alarm],  # they stand above the list already
        "counts": page.counts,
        "view": view,
        "after": after or "",
        "chosen": chosen or "",
        "panel": await _panel(ctx, pages, visitor, chosen),
        "list_page": urlencode(asked),
        "this_page": urlencode({**asked, **({"task": chosen} if chosen else {})}),
        "next_page": urlencode({"view": view, "after": page.next}) if page.next else "",
    }


async def _panel(ctx: Context, pages: Pages, visitor: Visitor, chosen: str | None) -> Any:
    if not chosen:
        return None
    try:
        item = await work_desk.open_work(ctx, visitor.member, known_id(chosen))
    except NotAllowed:
        return None
    return pages.work.panel(item, now=ctx.clock.now(), reader=visitor.member.name)


def _back(request: Asked, task_id: str = "") -> HTTPResponse:
    """The view the form came from; with the task opened when there is more to do with it."""
    view = field(request, "view") or "all"
    return go(f"{WORK}?{urlencode({'view': view, **({'task': task_id} if task_id else {})})}")


def _minutes(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise InvalidInput(f"choose {name}", code="bad_number", field=name)
    return int(text)
