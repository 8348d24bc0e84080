"""The routes under `/api/staff`. Each asks the door first; nothing here is open to nobody but sign-in."""

from __future__ import annotations

from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.response import empty
from sanic.response import json as json_answer

from bot.domain.cases import Case
from bot.domain.errors import InvalidInput
from bot.gateway.body import only_arguments, read_client_id, read_object
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id, staff_errors
from bot.gateway.staff_api.exports import add_export_routes
from bot.gateway.staff_api.model import ModelName
from bot.gateway.staff_api.queue import add_queue_routes
from bot.gateway.staff_api.reading import acceptable, changing, read_string
from bot.gateway.staff_api.shapes import case_shape, message_shape, note_shape, plain, task_shape
from bot.services.context import Context
from bot.services.office import desk, work_desk
from bot.services.talk import takeover
from bot.settings import Settings

LIST_ARGUMENTS = frozenset({"queue", "q", "after", "reference"})


def staff_api_blueprint(ctx: Context, settings: Settings) -> Blueprint:
    """Everything under `/api/staff`."""
    blueprint = Blueprint("staff_api", url_prefix="/api/staff")
    door = StaffDoor(ctx, public_url=settings.outside_url)
    door.attach(blueprint)
    _add_session_routes(blueprint, door)
    _add_case_routes(blueprint, door, ctx)
    _add_work_routes(blueprint, door, ctx)
    add_queue_routes(blueprint, door, ctx)
    add_export_routes(blueprint, door, ctx, settings)
    return blueprint


def _add_session_routes(blueprint: Blueprint, door: StaffDoor) -> None:
    @blueprint.post("/login")
    @staff_errors
    async def login(request: Asked) -> HTTPResponse:
        door.check_origin(request)
        body = read_object(request, fields=("name", "password", "code"))
        name, password = read_string(body, "name"), read_string(body, "password")
        signed = await door.sign_in(request, name=name, password=password)
        response = json_answer({"csrf": signed.csrf, "expires_at": plain(signed.expires_at)})
        door.set_cookie(request, response, signed.token)
        return response

    @blueprint.post("/logout")
    @staff_errors
    async def logout(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        await door.sign_out(request, visitor)
        response = empty()
        door.drop_cookie(request, response)
        return response

    @blueprint.get("/me")
    @staff_errors
    async def me(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        return json_answer({"name": visitor.member.name, "role": visitor.member.role, "csrf": visitor.csrf})


def _add_case_routes(blueprint: Blueprint, door: StaffDoor, ctx: Context) -> None:
    model = ModelName(ctx.dialogue)

    @blueprint.get("/cases")
    @staff_errors
    async def cases(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        listing = await desk.list_cases(ctx, visitor.member, **read_list_arguments(request))
        return json_answer({"cases": plain(listing.rows), "next": listing.next})

    @blueprint.get("/cases/<case_id:str>")
    @staff_errors
    async def case(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        file = await desk.open_case(ctx, visitor.member, known_id(case_id))
        return json_answer(case_shape(file, model=await model.current()))


def _add_work_routes(blueprint: Blueprint, door: StaffDoor, ctx: Context) -> None:
    @blueprint.post("/tasks/<task_id:str>/acknowledge")
    @staff_errors
    async def acknowledge(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        return json_answer(task_shape(await desk.acknowledge(ctx, visitor.member, known_id(task_id))))

    @blueprint.post("/tasks/<task_id:str>/finish")
    @staff_errors
    async def finish(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        note = read_string(read_object(request, fields=("note",)), "note")
        done = await work_desk.close(ctx, visitor.member, known_id(task_id), outcome="other", note=note)
        return json_answer(task_shape(done))

    @blueprint.post("/cases/<case_id:str>/claim")
    @staff_errors
    async def claim(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        claimed = await desk.claim(ctx, visitor.member, known_id(case_id))
        return json_answer({"id": claimed.id, "claimed_by": claimed.claimed_by})

    @blueprint.post("/cases/<case_id:str>/release")
    @staff_errors
    async def release(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        released = await desk.release(ctx, visitor.member, known_id(case_id))
        return json_answer({"id": released.id, "claimed_by": released.claimed_by})

    @blueprint.post("/cases/<case_id:str>/take-over")
    @staff_errors
    async def take_over(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        return json_answer(_held(await takeover.take_over(ctx, visitor.member, known_id(case_id))))

    @blueprint.post("/cases/<case_id:str>/hand-back")
    @staff_errors
    async def hand_back(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        return json_answer(_held(await takeover.hand_back(ctx, visitor.member, known_id(case_id))))

    @blueprint.post("/cases/<case_id:str>/messages")
    @staff_errors
    async def messages(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        body = read_object(request, fields=("text", "client_message_id"))
        given = read_client_id(body["client_message_id"]) if "client_message_id" in body else None
        said = await takeover.say_as_staff(
            ctx, visitor.member, known_id(case_id), text=read_string(body, "text"), client_message_id=given
        )
        return json_answer(message_shape(said), status=201)

    @blueprint.post("/cases/<case_id:str>/notes")
    @staff_errors
    async def notes(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        text = read_string(read_object(request, fields=("text",)), "text")
        note = await desk.write_note(ctx, visitor.member, known_id(case_id), text=text)
        return json_answer(note_shape(note), status=201)


def _held(case: Case) -> dict[str, Any]:
    return {"id": case.id, "status": case.status, "phase": case.phase, "claimed_by": case.claimed_by}


def read_list_arguments(request: Asked) -> dict[str, Any]:
    """The list's query, checked: `queue` defaults to open, and to all when something is searched."""
    only_arguments(request, allowed=LIST_ARGUMENTS)
    if any(len(values) > 1 for values in request.args.values()):
        raise InvalidInput("An argument comes twice.", code="twice")
    single = {
        name: acceptable(values[0], field=name).strip() or None for name, values in request.args.items()
    }
    searched = single.get("q") or single.get("reference")
    queue = single.get("queue") or ("all" if searched else "open")
    if queue not in desk.QUEUES:
        raise InvalidInput(f"queue must be one of {', '.join(desk.QUEUES)}.", code="bad_queue", field="queue")
    return {
        "queue": queue,
        "query": single.get("q"),
        "reference": single.get("reference"),
        "after": single.get("after"),
    }
