"""The settings' page of the kinds of visits."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import Conflict, InvalidInput
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.pages import Pages
from bot.gateway.console.settings_routes import SAVED, SETTINGS, seen_number, versions_of
from bot.gateway.console.visit_form import BOOKINGS, MODIFIERS, VisitForm, changes_of, form_given, form_of
from bot.gateway.staff_api.door import Asked, StaffDoor
from bot.services.access.staff import Visitor
from bot.services.clinic import clinic_settings, visit_settings
from bot.services.clinic.clinic_settings import VISITS, Held
from bot.services.context import Context


def add_visit_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """For administrators."""

    async def answer(visitor: Visitor, held: Held, form: VisitForm, *, problem: str = "") -> HTTPResponse:
        return pages.answer(
            "settings_visits.html",
            visitor,
            status=400 if problem else 200,
            form=form,
            held=held,
            bookings=BOOKINGS,
            modifiers=MODIFIERS,
            coming=await visit_settings.coming(ctx, visitor.member),
            versions=versions_of(held, pages, ctx),
            problem=problem,
        )

    @blueprint.get("/settings/visits")
    @as_page(pages)
    async def show_visits(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        held = await clinic_settings.held(ctx, visitor.member, VISITS)
        return await answer(visitor, held, form_of(held.body))

    @blueprint.post("/settings/visits", name="save_visits")
    @as_page(pages)
    async def save_visits(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        held = await clinic_settings.held(ctx, visitor.member, VISITS)
        form = form_given(lambda name: field(request, name), held.body)
        try:
            changes = changes_of(form, held.body)
            await visit_settings.save_visits(ctx, visitor.member, changes, seen=seen_number(request))
        except (InvalidInput, Conflict) as error:
            return await answer(visitor, held, form, problem=f"{error}.")
        return go(f"{SETTINGS}/visits{SAVED}")
