"""The settings' page of notifications."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import Conflict, InvalidInput
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.notice_form import (
    CHANNEL_WORDS,
    WAITS,
    NoticeForm,
    changes_of,
    form_given,
    form_of,
)
from bot.gateway.console.pages import Pages
from bot.gateway.console.settings_form import NEW
from bot.gateway.console.settings_routes import SAVED, SETTINGS, seen_number, versions_of
from bot.gateway.staff_api.door import Asked, StaffDoor
from bot.services.access.staff import Visitor
from bot.services.clinic import clinic_settings, notice_settings
from bot.services.clinic.clinic_settings import CLINIC, Held
from bot.services.context import Context


def add_notice_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """For administrators."""

    def answer(visitor: Visitor, held: Held, form: NoticeForm, *, problem: str = "") -> HTTPResponse:
        return pages.answer(
            "settings_notices.html",
            visitor,
            status=400 if problem else 200,
            form=form,
            held=held,
            channels=CHANNEL_WORDS,
            closed=[CHANNEL_WORDS[one] for one in notice_settings.closed_channels(ctx)],
            waits=WAITS,
            versions=versions_of(held, pages, ctx),
            problem=problem,
            new=NEW,
        )

    @blueprint.get("/settings/notices")
    @as_page(pages)
    async def show_notices(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        held = await clinic_settings.held(ctx, visitor.member, CLINIC)
        return answer(visitor, held, form_of(held.body))

    @blueprint.post("/settings/notices", name="save_notices")
    @as_page(pages)
    async def save_notices(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        held = await clinic_settings.held(ctx, visitor.member, CLINIC)
        form = form_given(lambda name: field(request, name), held.body)
        try:
            changes = changes_of(form, held.body)
            await notice_settings.save_notices(ctx, visitor.member, changes, seen=seen_number(request))
        except (InvalidInput, Conflict) as error:
            return answer(visitor, held, form, problem=f"{error}.")
        return go(f"{SETTINGS}/notices{SAVED}")
