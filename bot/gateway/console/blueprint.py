"""The console's routes under `/console`.

Pages that a person opens count as activity; the fragments with which an open page refreshes itself do not.
Whose data either of them shows is written down by the services (`looks.py`).
"""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import NotSignedIn, TooManyTries
from bot.gateway.assets import add_assets, read_folder
from bot.gateway.console.audit_routes import add_audit_routes
from bot.gateway.console.case_routes import add_case_routes
from bot.gateway.console.draft_routes import add_draft_routes
from bot.gateway.console.draft_try_routes import add_draft_try_routes
from bot.gateway.console.erasure_routes import add_erasure_routes
from bot.gateway.console.fact_routes import add_fact_routes
from bot.gateway.console.figure_routes import add_figure_routes
from bot.gateway.console.find_routes import add_find_routes
from bot.gateway.console.handling import LOGIN, as_fragment, as_page, changing, field, go
from bot.gateway.console.live import LivePages
from bot.gateway.console.mark_routes import add_mark_routes
from bot.gateway.console.notice_routes import add_notice_routes
from bot.gateway.console.pages import FOLDER, Pages
from bot.gateway.console.people_routes import add_people_routes
from bot.gateway.console.rule_routes import add_rule_routes
from bot.gateway.console.settings_routes import add_settings_routes
from bot.gateway.console.teach_export_routes import add_teach_export_routes
from bot.gateway.console.teach_routes import add_teach_routes
from bot.gateway.console.try_routes import add_try_routes
from bot.gateway.console.undelivered_routes import add_undelivered_routes
from bot.gateway.console.visit_routes import add_visit_routes
from bot.gateway.console.work_routes import WORK, add_work_queue_routes
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.gateway.staff_api.routes import read_list_arguments
from bot.services.access.staff import Visitor
from bot.services.clinic.rule_reading import shelf_at
from bot.services.context import Context
from bot.services.office import desk, work_desk
from bot.services.talk import takeover
from bot.settings import ROOT, Settings

CASES = ROOT / "tests" / "cases"
"""The acceptance cases of the protocols."""
EXAMPLES = ROOT / "data" / "nlu"
"""The bot's training examples."""
WRONG = "The name or the password is wrong."


def console_blueprint(ctx: Context, settings: Settings) -> Blueprint:
    """Everything under `/console`."""
    blueprint = Blueprint("console", url_prefix="/console")
    door = StaffDoor(ctx, public_url=settings.outside_url)
    door.attach(blueprint)
    pages, live = Pages(ctx, settings), LivePages(blueprint, ctx)
    add_assets(blueprint, read_folder(FOLDER / "static"), path="/static", name="console_static")
    _add_session_routes(blueprint, door, pages)
    _add_queue_routes(blueprint, door, pages, ctx, live)
    add_case_routes(blueprint, door, pages, ctx, live)
    add_fact_routes(blueprint, door, pages, ctx)
    add_mark_routes(blueprint, door, pages, ctx)
    add_erasure_routes(blueprint, door, pages, ctx)
    add_find_routes(blueprint, door, pages, ctx)
    add_work_queue_routes(blueprint, door, pages, ctx, live)
    add_figure_routes(blueprint, door, pages, ctx)
    add_teach_routes(blueprint, door, pages, ctx)
    add_teach_export_routes(blueprint, door, pages, ctx, examples=EXAMPLES)
    _add_work_routes(blueprint, door, pages, ctx)
    add_undelivered_routes(blueprint, door, pages, ctx)
    add_people_routes(blueprint, door, pages, ctx)
    add_audit_routes(blueprint, door, pages, ctx)
    add_try_routes(blueprint, door, pages, ctx)
    add_rule_routes(blueprint, door, pages, ctx, shelf_at(CASES))
    if ctx.shelf is not None:
        add_draft_routes(blueprint, door, pages, ctx, folder=CASES)
        add_draft_try_routes(blueprint, door, pages, ctx)
        add_settings_routes(blueprint, door, pages, ctx, settings)
        add_visit_routes(blueprint, door, pages, ctx)
        add_notice_routes(blueprint, door, pages, ctx)
    return blueprint


def _add_session_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages) -> None:
    @blueprint.get("/login")
    @as_page(pages)
    async def login_page(request: Asked) -> HTTPResponse:
        return pages.answer("login.html", None, problem="", name="")

    @blueprint.post("/login", name="login_form")
    @as_page(pages)
    async def login(request: Asked) -> HTTPResponse:
        door.check_origin(request)
        name, password = field(request, "name"), field(request, "password")
        try:
            signed = await door.sign_in(request, name=name.strip(), password=password)
        except NotSignedIn:
            return pages.answer("login.html", None, status=401, problem=WRONG, name=name)
        except TooManyTries as error:
            minutes = max(1, round(error.retry_after_seconds / 60))
            problem = f"Too many failed sign-ins. Wait {minutes} minutes, or ask a colleague."
            return pages.answer("login.html", None, status=429, problem=problem, name=name)
        response = go(WORK)
        door.set_cookie(request, response, signed.token)
        return response

    @blueprint.post("/logout")
    @as_page(pages)
    async def logout(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        await door.sign_out(request, visitor)
        response = go(LOGIN)
        door.drop_cookie(request, response)
        return response


def _add_queue_routes(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, live: LivePages
) -> None:
    @blueprint.get("/")
    @as_page(pages)
    async def queue(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        data = await _queue_data(ctx, pages, visitor, read_list_arguments(request))
        return pages.answer("queue.html", visitor, **data)

    @blueprint.get("/live")
    @as_fragment
    async def queue_live(request: Asked) -> HTTPResponse:
        async def make() -> str:
            visitor = await door.visitor(request, active=False)
            data = await _queue_data(ctx, pages, visitor, read_list_arguments(request), live=True)
            return pages.text("queue_live.html", visitor, **data)

        return await live.answer(request, make)


def _add_work_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    @blueprint.post("/tasks/<task_id:str>/acknowledge")
    @as_page(pages)
    async def acknowledge(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        task = await desk.acknowledge(ctx, visitor.member, known_id(task_id))
        return go(f"/console/cases/{task.case_id}")

    @blueprint.post("/tasks/<task_id:str>/finish")
    @as_page(pages)
    async def finish(request: Asked, task_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        outcome, note = field(request, "outcome"), field(request, "note")
        task = await work_desk.close(ctx, visitor.member, known_id(task_id), outcome=outcome, note=note)
        return go(f"/console/cases/{task.case_id}")

    @blueprint.post("/cases/<case_id:str>/claim")
    @as_page(pages)
    async def claim(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await desk.claim(ctx, visitor.member, known_id(case_id))
        return go(f"/console/cases/{case_id}")

    @blueprint.post("/cases/<case_id:str>/release")
    @as_page(pages)
    async def release(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await desk.release(ctx, visitor.member, known_id(case_id))
        return go(f"/console/cases/{case_id}")

    @blueprint.post("/cases/<case_id:str>/take-over")
    @as_page(pages)
    async def take_over(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await takeover.take_over(ctx, visitor.member, known_id(case_id))
        return go(f"/console/cases/{case_id}")

    @blueprint.post("/cases/<case_id:str>/hand-back")
    @as_page(pages)
    async def hand_back(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await takeover.hand_back(ctx, visitor.member, known_id(case_id))
        return go(f"/console/cases/{case_id}")

    @blueprint.post("/cases/<case_id:str>/messages")
    @as_page(pages)
    async def messages(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        text = field(request, "text").strip() or _ready_text(ctx, request)
        # A double click sends the same words after the same last message.
        once = hashlib.sha256(f"{field(request, 'seen')} {text}".encode()).hexdigest()
        await takeover.say_as_staff(ctx, visitor.member, known_id(case_id), text=text, client_message_id=once)
        return go(f"/console/cases/{case_id}")

    @blueprint.post("/cases/<case_id:str>/notes")
    @as_page(pages)
    async def notes(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await desk.write_note(ctx, visitor.member, known_id(case_id), text=field(request, "text"))
        return go(f"/console/cases/{case_id}#notes")


def _ready_text(ctx: Context, request: Asked) -> str:
    """The ready text that was chosen instead of written; empty when there is none."""
    chosen = field(request, "canned")
    known = ctx.protocols.texts.canned(channel=field(request, "channel"))
    return known.get(chosen, "")


async def _queue_data(
    ctx: Context, pages: Pages, visitor: Visitor, asked: dict[str, Any], *, live: bool = False
) -> dict[str, Any]:
    # A page that refreshes a search repeats it; the person searched once.
    listing = await desk.list_cases(ctx, visitor.member, **asked, repeated=live)
    now = ctx.clock.now()
    rows, pinned = pages.queue.rows(listing, now=now), await pages.alarms(ctx, visitor)
    first_page_of_all = asked == {"queue": "open", "query": None, "reference": None, "after": None}
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
