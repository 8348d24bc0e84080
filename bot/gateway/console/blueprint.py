"""The console's routes under `/console`.

Pages that a person opens count as activity and are audited; the fragments with which an open page
refreshes itself do neither.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from sanic import Blueprint, HTTPResponse
from sanic.exceptions import SanicException
from sanic.response import empty, html, redirect
from sanic.response import text as plain_text

from bot.domain.errors import IntakeError, NotSignedIn, TooManyTries
from bot.gateway.console.pages import FOLDER, HEADERS, Pages
from bot.gateway.console.queue_view import alarms
from bot.gateway.errors import HttpProblem, problem_for
from bot.gateway.staff_api.door import Asked, Handler, StaffDoor, known_id, staff_errors
from bot.gateway.staff_api.model import ModelName
from bot.gateway.staff_api.routes import acceptable, read_list_arguments
from bot.services import desk, takeover
from bot.services.context import Context
from bot.services.staff import Visitor
from bot.settings import Settings

QUEUE = "/console/"
LOGIN = "/console/login"
WRONG = "The name or the password is wrong."


def console_blueprint(ctx: Context, settings: Settings) -> Blueprint:
    """Everything under `/console`."""
    blueprint = Blueprint("console", url_prefix="/console")
    door = StaffDoor(ctx, public_url=settings.outside_url)
    door.attach(blueprint)
    pages = Pages(ctx, settings)
    blueprint.static("/static", FOLDER / "static", name="console_static")
    _add_session_routes(blueprint, door, pages)
    _add_queue_routes(blueprint, door, pages, ctx)
    _add_case_routes(blueprint, door, pages, ctx)
    _add_work_routes(blueprint, door, pages, ctx)
    return blueprint


def _add_session_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages) -> None:
    @blueprint.get("/login")
    @_as_page(pages)
    async def login_page(request: Asked) -> HTTPResponse:
        return pages.answer("login.html", None, problem="", name="")

    @blueprint.post("/login", name="login_form")
    @_as_page(pages)
    async def login(request: Asked) -> HTTPResponse:
        door.check_origin(request)
        name, password = _field(request, "name"), _field(request, "password")
        try:
            signed = await door.sign_in(request, name=name.strip(), password=password)
        except NotSignedIn:
            return pages.answer("login.html", None, status=401, problem=WRONG, name=name)
        except TooManyTries as error:
            minutes = max(1, round(error.retry_after_seconds / 60))
            problem = f"Too many failed sign-ins. Wait {minutes} minutes, or ask a colleague."
            return pages.answer("login.html", None, status=429, problem=problem, name=name)
        response = _go(QUEUE)
        door.set_cookie(request, response, signed.token)
        return response

    @blueprint.post("/logout")
    @_as_page(pages)
    async def logout(request: Asked) -> HTTPResponse:
        visitor = await _changing(door, request)
        await door.sign_out(request, visitor)
        response = _go(LOGIN)
        door.drop_cookie(request, response)
        return response


def _add_queue_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    @blueprint.get("/")
    @_as_page(pages)
    async def queue(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        data = await _queue_data(ctx, pages, visitor, read_list_arguments(request))
        return pages.answer("queue.html", visitor, **data)

    @blueprint.get("/live")
    @_as_fragment
    async def queue_live(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request, active=False)
        data = await _queue_data(ctx, pages, visitor, read_list_arguments(request), live=True)
        return _fragment(request, pages.text("queue_live.html", visitor, **data))


def _add_case_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    model = ModelName(ctx.dialogue)

    async def data_of(visitor: Visitor, file: Any) -> dict[str, Any]:
        now = ctx.clock.now()
        open_rows = await desk.list_cases(ctx, visitor.member, queue="open")
        others = [row for row in alarms(pages.queue.rows(open_rows, now=now)) if row.id != file.case.id]
        return {"page": pages.case(file), "alarms": others, "model": await model.current()}

    @blueprint.get("/cases/<case_id:str>")
    @_as_page(pages)
    async def case(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        file = await desk.open_case(ctx, visitor.member, known_id(case_id))
        return pages.answer("case.html", visitor, **await data_of(visitor, file))

    @blueprint.get("/cases/<case_id:str>/print")
    @_as_page(pages)
    async def printed(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        file = await desk.open_case(ctx, visitor.member, known_id(case_id))
        return pages.answer("print.html", visitor, sheet=pages.clinician(file))

    @blueprint.get("/cases/<case_id:str>/text")
    @_as_page(pages)
    async def as_text(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        file = await desk.open_case(ctx, visitor.member, known_id(case_id))
        return plain_text(pages.clinician(file).as_text(), headers=dict(HEADERS))

    @blueprint.get("/cases/<case_id:str>/live")
    @_as_fragment
    async def case_live(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request, active=False)
        file = await desk.refresh_case(ctx, visitor.member, known_id(case_id))
        return _fragment(request, pages.text("case_live.html", visitor, **await data_of(visitor, file)))


def _add_work_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    @blueprint.post("/tasks/<task_id:str>/acknowledge")
    @_as_page(pages)
    async def acknowledge(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await _changing(door, request)
        task = await desk.acknowledge(ctx, visitor.member, known_id(task_id))
        return _go(f"/console/cases/{task.case_id}")

    @blueprint.post("/tasks/<task_id:str>/finish")
    @_as_page(pages)
    async def finish(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await _changing(door, request)
        note = _field(request, "note")
        task = await desk.finish(ctx, visitor.member, known_id(task_id), note=note)
        return _go(f"/console/cases/{task.case_id}")

    @blueprint.post("/cases/<case_id:str>/claim")
    @_as_page(pages)
    async def claim(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await _changing(door, request)
        await desk.claim(ctx, visitor.member, known_id(case_id))
        return _go(f"/console/cases/{case_id}")

    @blueprint.post("/cases/<case_id:str>/release")
    @_as_page(pages)
    async def release(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await _changing(door, request)
        await desk.release(ctx, visitor.member, known_id(case_id))
        return _go(f"/console/cases/{case_id}")

    @blueprint.post("/cases/<case_id:str>/take-over")
    @_as_page(pages)
    async def take_over(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await _changing(door, request)
        await takeover.take_over(ctx, visitor.member, known_id(case_id))
        return _go(f"/console/cases/{case_id}#write")

    @blueprint.post("/cases/<case_id:str>/hand-back")
    @_as_page(pages)
    async def hand_back(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await _changing(door, request)
        await takeover.hand_back(ctx, visitor.member, known_id(case_id))
        return _go(f"/console/cases/{case_id}")

    @blueprint.post("/cases/<case_id:str>/messages")
    @_as_page(pages)
    async def messages(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await _changing(door, request)
        text = _field(request, "text")
        # A double click sends the same words after the same last message.
        once = hashlib.sha256(f"{_field(request, 'seen')} {text}".encode()).hexdigest()
        await takeover.say_as_staff(ctx, visitor.member, known_id(case_id), text=text, client_message_id=once)
        return _go(f"/console/cases/{case_id}#write")

    @blueprint.post("/cases/<case_id:str>/notes")
    @_as_page(pages)
    async def notes(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await _changing(door, request)
        await desk.write_note(ctx, visitor.member, known_id(case_id), text=_field(request, "text"))
        return _go(f"/console/cases/{case_id}#notes")


async def _queue_data(
    ctx: Context, pages: Pages, visitor: Visitor, asked: dict[str, Any], *, live: bool = False
) -> dict[str, Any]:
    # A page that refreshes a search repeats it; the person searched once.
    listing = await desk.list_cases(ctx, visitor.member, **asked, repeated=live)
    now = ctx.clock.now()
    rows = pages.queue.rows(listing, now=now)
    first_page_of_all = asked == {"queue": "open", "query": None, "reference": None, "after": None}
    top = rows
    if not first_page_of_all:
        top = pages.queue.rows(await desk.list_cases(ctx, visitor.member, queue="open"), now=now)
    pinned = alarms(top)
    shown = [row for row in rows if not row.alarm] if first_page_of_all else rows
    return {
        "alarms": pinned,
        "rows": shown,
        "next_page": _query(asked, after=listing.next) if listing.next else "",
        "this_page": _query(asked),
        "asked": asked,
    }


def _query(asked: dict[str, Any], *, after: str | None = None) -> str:
    given = {"queue": asked["queue"], "q": asked["query"], "reference": asked["reference"]}
    given["after"] = after or asked["after"]
    return urlencode({name: value for name, value in given.items() if value})


def _as_page(pages: Pages) -> Callable[[Handler], Handler]:
    """Answers refusals with a page that says what to do; who is not signed in goes to sign-in."""

    def wrap(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: Asked, **arguments: Any) -> HTTPResponse:
            try:
                return await staff_errors(handler)(request, **arguments)
            except (HttpProblem, IntakeError, SanicException) as error:
                problem = problem_for(error)
            if problem.status == 401:
                return _go(LOGIN)
            return pages.answer("problem.html", None, status=problem.status, problem=problem)

        return guarded

    return wrap


def _as_fragment(handler: Handler) -> Handler:
    """A refusal is a bare status: the open page says what it means."""

    @functools.wraps(handler)
    async def guarded(request: Asked, **arguments: Any) -> HTTPResponse:
        try:
            return await staff_errors(handler)(request, **arguments)
        except (HttpProblem, IntakeError) as error:
            return empty(status=problem_for(error).status)

    return guarded


def _fragment(request: Asked, text: str) -> HTTPResponse:
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-store", **HEADERS}
    if request.headers.get("if-none-match") == tag:
        return HTTPResponse(status=304, headers=headers)
    return html(text, headers=headers)


def _go(address: str) -> HTTPResponse:
    # 303: the browser asks for the next page with GET, and reloading it repeats nothing.
    return redirect(address, status=303, headers=dict(HEADERS))


async def _changing(door: StaffDoor, request: Asked) -> Visitor:
    token = request.headers.get("x-csrf-token") or _field(request, "csrf")
    return await door.changing_visitor(request, csrf=token)


def _field(request: Asked, name: str) -> str:
    value: Any = request.form.get(name) if request.form else None
    return acceptable(value, field=name) if isinstance(value, str) else ""
