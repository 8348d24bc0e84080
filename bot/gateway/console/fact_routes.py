"""A clinician puts a fact right: choose it, say the new value and why, see what follows, confirm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import InvalidInput, NotAllowed
from bot.gateway.console.case_page import CasePage
from bot.gateway.console.fact_form import FactForm, OutlookView
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.pages import Pages
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.gateway.staff_api.reading import acceptable
from bot.services.access.permissions import May, require
from bot.services.access.staff import Visitor
from bot.services.context import Context
from bot.services.office import desk, fact_edits


def add_fact_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """All of them need the right to edit facts; opening a form is a view of the case and audited as one."""

    async def page_of(visitor: Visitor, case_id: str) -> CasePage:
        require(visitor.member, May.EDIT_FACTS)
        return pages.case(await desk.open_case(ctx, visitor.member, known_id(case_id)))

    def form_of(page: CasePage, variable: str) -> FactForm:
        if variable not in ctx.protocols.dictionary:
            raise NotAllowed("no such fact")
        return FactForm(page, ctx.protocols.dictionary[variable])

    async def answer(
        visitor: Visitor, case_id: str, variable: str, entry: Entry | None = None, *, problem: str = ""
    ) -> HTTPResponse:
        form = form_of(await page_of(visitor, case_id), variable)
        outlook = OutlookView(entry.outlook, form) if entry and entry.outlook else None
        return pages.answer(
            "fact.html",
            visitor,
            status=400 if problem else 200,
            form=form,
            given=entry.raw if entry else form.given,
            reason=entry.reason if entry else "",
            outlook=outlook,
            problem=problem,
        )

    @blueprint.get("/cases/<case_id:str>/facts")
    @as_page(pages)
    async def facts(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        page = await page_of(visitor, case_id)
        unknown = [
            (name, page.label(name)) for name in ctx.protocols.dictionary if name not in page.file.facts
        ]
        return pages.answer("facts.html", visitor, page=page, unknown=unknown)

    @blueprint.get("/cases/<case_id:str>/facts/<variable:str>")
    @as_page(pages)
    async def fact(request: Asked, case_id: str, variable: str) -> HTTPResponse:
        return await answer(await door.visitor(request), case_id, variable)

    @blueprint.post("/cases/<case_id:str>/facts/<variable:str>", name="edit_fact")
    @as_page(pages)
    async def edit(request: Asked, case_id: str, variable: str) -> HTTPResponse:
        visitor = await changing(door, request)
        entry = Entry(raw=_values(request), reason=field(request, "reason"))
        asked: dict[str, Any] = {"variable": variable, "raw": entry.raw, "reason": entry.reason}
        try:
            if field(request, "confirmed"):
                seen = field(request, "seen")
                await fact_edits.edit(ctx, visitor.member, known_id(case_id), seen=seen, **asked)
                return go(f"/console/cases/{case_id}#facts-title")
            outlook = await fact_edits.foresee(ctx, visitor.member, known_id(case_id), **asked)
        except InvalidInput as error:
            return await answer(visitor, case_id, variable, entry, problem=f"{error}.")
        return await answer(visitor, case_id, variable, replace(entry, outlook=outlook))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What stands in the form, and what it would change once that was asked."""

    raw: list[str]
    reason: str
    outlook: fact_edits.Outlook | None = None


def _values(request: Asked) -> list[str]:
    given: list[Any] = request.form.getlist("value") if request.form else []
    return [acceptable(text, field="value") for text in given or [] if isinstance(text, str)]
