"""Who works here: the list, one person with what can be done, and everybody's own password."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import Conflict, InvalidInput, TooManyTries
from bot.gateway.console import words
from bot.gateway.console.handling import LOGIN, as_page, changing, field, go
from bot.gateway.console.pages import Pages
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.services.access.permissions import ROLES, TABLE, May
from bot.services.access.staff import SHORTEST_PASSWORD, Visitor
from bot.services.context import Context
from bot.services.office import people

PEOPLE = "/console/people"
RIGHTS = {
    May.SEE_CASES: "see cases",
    May.SEE_CONTACT: "see names and phone numbers",
    May.SEE_PRIVATE: "see private safety notes",
    May.WORK: "work on cases",
    May.EDIT_FACTS: "put facts right",
    May.REVIEW: "teach the bot",
    May.MARK: "tag and flag",
    May.ERASE: "erase when a patient asks",
    May.EXPORT: "take records out",
    May.SEE_FIGURES: "see the figures",
    May.READ_AUDIT: "read the audit log",
    May.TRY: "try the bot",
    May.DRAFT_RULES: "draft rules",
    May.PUBLISH_RULES: "publish rules",
    May.MANAGE: "manage people and settings",
}


def add_people_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """`/console/people` for administrators, `/console/password` for everybody."""
    _add_list(blueprint, door, pages, ctx)
    _add_person(blueprint, door, pages, ctx)
    _add_own_password(blueprint, door, pages, ctx)


def _add_list(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    async def answer(visitor: Visitor, *, problem: str = "", name: str = "", role: str = "") -> HTTPResponse:
        return pages.answer(
            "people.html",
            visitor,
            status=400 if problem else 200,
            rows=await people.everybody(ctx, visitor.member),
            roles=words.ROLES,
            rights=_rights(),
            given={"name": name, "role": role},
            problem=problem,
        )

    @blueprint.get("/people")
    @as_page(pages)
    async def list_people(request: Asked) -> HTTPResponse:
        return await answer(await door.visitor(request))

    @blueprint.post("/people", name="add_person")
    @as_page(pages)
    async def add(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        guard = request.app.ctx.login_guard
        name, role = field(request, "name").strip(), field(request, "role")
        try:
            made = await people.add(ctx, visitor.member, guard, name=name, role=role)
        except InvalidInput as error:
            return await answer(visitor, problem=f"{error}.", name=name, role=role)
        return pages.answer("people_password.html", visitor, made=made, new=True)


def _add_person(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    async def answer(visitor: Visitor, staff_id: str, *, problem: str = "") -> HTTPResponse:
        return pages.answer(
            "person.html",
            visitor,
            status=409 if problem else 200,
            person=await people.person(ctx, visitor.member, staff_id),
            roles=words.ROLES,
            rights=_rights(),
            problem=problem,
        )

    @blueprint.get("/people/<staff_id:str>")
    @as_page(pages)
    async def show_person(request: Asked, staff_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        return await answer(visitor, known_id(staff_id))

    @blueprint.post("/people/<staff_id:str>/role")
    @as_page(pages)
    async def set_role(request: Asked, staff_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        try:
            await people.set_role(ctx, visitor.member, known_id(staff_id), role=field(request, "role"))
        except Conflict as error:
            return await answer(visitor, staff_id, problem=f"{error}.")
        return go(f"{PEOPLE}/{staff_id}")

    @blueprint.post("/people/<staff_id:str>/shut-out")
    @as_page(pages)
    async def shut_out(request: Asked, staff_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        try:
            await people.shut_out(ctx, visitor.member, known_id(staff_id))
        except Conflict as error:
            return await answer(visitor, staff_id, problem=f"{error}.")
        return go(f"{PEOPLE}/{staff_id}")

    @blueprint.post("/people/<staff_id:str>/let-in")
    @as_page(pages)
    async def let_in(request: Asked, staff_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await people.let_in(ctx, visitor.member, known_id(staff_id))
        return go(f"{PEOPLE}/{staff_id}")

    @blueprint.post("/people/<staff_id:str>/password")
    @as_page(pages)
    async def new_password(request: Asked, staff_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        guard = request.app.ctx.login_guard
        made = await people.new_password(ctx, visitor.member, guard, known_id(staff_id))
        return pages.answer("people_password.html", visitor, made=made, new=False)

    @blueprint.post("/people/<staff_id:str>/sign-out")
    @as_page(pages)
    async def sign_out(request: Asked, staff_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        await people.sign_out_everywhere(ctx, visitor.member, known_id(staff_id))
        return go(f"{PEOPLE}/{staff_id}")


def _add_own_password(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    def answer(visitor: Visitor, *, problem: str = "", status: int = 200) -> HTTPResponse:
        return pages.answer(
            "own_password.html", visitor, status=status, problem=problem, shortest=SHORTEST_PASSWORD
        )

    @blueprint.get("/password")
    @as_page(pages)
    async def own_password(request: Asked) -> HTTPResponse:
        return answer(await door.visitor(request))

    @blueprint.post("/password", name="choose_password")
    @as_page(pages)
    async def choose_password(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        new = field(request, "new")
        if new != field(request, "again"):
            return answer(visitor, problem="The two new passwords differ.", status=400)
        try:
            await people.choose_password(
                ctx, visitor.member, request.app.ctx.login_guard,
                current=field(request, "current"), new=new, address=request.client_ip,
            )  # fmt: skip
        except InvalidInput as error:
            return answer(visitor, problem=f"{error}.", status=400)
        except TooManyTries as error:
            return answer(visitor, problem=f"{error}.", status=429)
        return go(LOGIN)


def _rights() -> dict[str, str]:
    """What each role may do, in words; a right without words stands as its code, never in the way."""
    named = {one: RIGHTS.get(one, one.value.replace("_", " ")) for one in May}
    return {role: ", ".join(named[one] for one in May if one in TABLE[role]) for role in ROLES}
