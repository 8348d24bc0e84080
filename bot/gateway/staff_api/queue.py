"""The work queue under `/api/staff/tasks`: the same operations as the console's queue page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.response import json as json_answer

from bot.domain.errors import InvalidInput
from bot.domain.tasks import StaffTask, standing
from bot.gateway.body import only_arguments, read_client_id, read_object
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id, staff_errors
from bot.gateway.staff_api.reading import (
    acceptable,
    changing,
    read_minutes,
    read_string,
    read_text,
)
from bot.gateway.staff_api.shapes import plain, task_shape
from bot.services.context import Context
from bot.services.office import claims, work_desk
from bot.services.ports import VIEWS, View

OF_CASE = (
    "reference", "channel", "level", "rules", "outcome", "visit", "handoff", "claimed_by", "test", "asked_at",
    "name", "phone",
)  # fmt: skip


def add_queue_routes(blueprint: Blueprint, door: StaffDoor, ctx: Context) -> None:
    """List, claim, assign, release, try, snooze, add; each change is audited by its service."""
    _add_reading(blueprint, door, ctx)
    _add_ownership(blueprint, door, ctx)
    _add_work(blueprint, door, ctx)


def _add_reading(blueprint: Blueprint, door: StaffDoor, ctx: Context) -> None:
    @blueprint.get("/tasks")
    @staff_errors
    async def tasks(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        view, after = read_view(request)
        page = await work_desk.list_work(ctx, visitor.member, view=view, after=after)
        rows = [_row(row, ctx) for row in page.rows]
        return json_answer({"tasks": rows, "next": page.next, "counts": dict(page.counts)})

    @blueprint.get("/tasks/codes")
    @staff_errors
    async def codes(request: Asked) -> HTTPResponse:
        await door.visitor(request)
        known = ctx.protocols.tasks
        return json_answer(
            {
                "tries": [asdict(one) for one in known.tries.values()],
                "outcomes": [asdict(one) for one in known.outcomes.values()],
                "kinds_by_hand": list(work_desk.BY_STAFF),
            }
        )


def _add_ownership(blueprint: Blueprint, door: StaffDoor, ctx: Context) -> None:
    @blueprint.post("/tasks/<task_id:str>/claim", name="claim_task")
    @staff_errors
    async def claim(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        return json_answer(_task(await claims.claim(ctx, visitor.member, known_id(task_id)), ctx))

    @blueprint.post("/tasks/<task_id:str>/release", name="release_task")
    @staff_errors
    async def release(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        return json_answer(_task(await claims.release(ctx, visitor.member, known_id(task_id)), ctx))

    @blueprint.post("/tasks/<task_id:str>/assign")
    @staff_errors
    async def assign(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        to = read_string(read_object(request, fields=("to",)), "to")
        return json_answer(_task(await claims.assign(ctx, visitor.member, known_id(task_id), to=to), ctx))


def _add_work(blueprint: Blueprint, door: StaffDoor, ctx: Context) -> None:
    @blueprint.post("/tasks/<task_id:str>/tries")
    @staff_errors
    async def tries(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        body = read_object(request, fields=("how", "note", "again_minutes", "client_message_id"))
        task = await work_desk.log_try(
            ctx,
            visitor.member,
            known_id(task_id),
            how=read_string(body, "how"),
            note=read_text(body, "note"),
            again_minutes=read_minutes(body, "again_minutes") if "again_minutes" in body else None,
            client_id=read_client_id(body["client_message_id"]) if "client_message_id" in body else None,
        )
        return json_answer(_task(task, ctx))

    @blueprint.post("/tasks/<task_id:str>/snooze")
    @staff_errors
    async def snooze(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        minutes = read_minutes(read_object(request, fields=("minutes",)), "minutes")
        task = await work_desk.snooze(ctx, visitor.member, known_id(task_id), minutes=minutes)
        return json_answer(_task(task, ctx))

    @blueprint.post("/tasks/<task_id:str>/close")
    @staff_errors
    async def close(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        body = read_object(request, fields=("outcome", "note"))
        task = await work_desk.close(
            ctx, visitor.member, known_id(task_id),
            outcome=read_string(body, "outcome"), note=read_text(body, "note"),
        )  # fmt: skip
        return json_answer(_task(task, ctx))

    @blueprint.post("/cases/<case_id:str>/tasks")
    @staff_errors
    async def add(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        body = read_object(request, fields=("kind", "note"))
        task = await work_desk.add_by_hand(
            ctx,
            visitor.member,
            known_id(case_id),
            kind=read_string(body, "kind"),
            note=read_text(body, "note"),
        )
        return json_answer(_task(task, ctx), status=201)


def read_view(request: Asked, *, also: Collection[str] = ()) -> tuple[View, str | None]:
    """The queue's query, checked: which view, after which cursor. `also`: other arguments to let pass."""
    only_arguments(request, allowed=("view", "after", *also))
    if any(len(values) > 1 for values in request.args.values()):
        raise InvalidInput("An argument comes twice.", code="twice")
    asked = request.args.get("view", "all")
    view = next((one for one in VIEWS if one == asked), None)
    if view is None:
        raise InvalidInput(f"view must be one of {', '.join(VIEWS)}.", code="bad_view", field="view")
    after = request.args.get("after")
    return view, acceptable(after, field="after") if after else None


def _task(task: StaffTask, ctx: Context) -> dict[str, Any]:
    return {
        **task_shape(task),
        "case_id": task.case_id,
        "standing": standing(task, now=ctx.clock.now()),
    }


def _row(row: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    return {**_task(row["task"], ctx), "case": {name: plain(row[name]) for name in OF_CASE}}
