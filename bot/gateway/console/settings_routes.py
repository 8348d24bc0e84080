"""The clinic's settings: profile, hours, holidays, who sees patients; the texts; earlier versions."""

from __future__ import annotations

import hashlib
from typing import Any

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import Conflict, InvalidInput
from bot.gateway.console import times
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.pages import Pages
from bot.gateway.console.settings_form import NEW, ClinicForm, changes_of, form_given, form_of
from bot.gateway.console.visit_words import visit_words
from bot.gateway.staff_api.door import Asked, StaffDoor
from bot.protocols.clinic import DAYS
from bot.protocols.lint import HIGHEST_GRADE, SEGMENTS
from bot.services.access.staff import Visitor
from bot.services.clinic import clinic_settings, text_settings
from bot.services.clinic.clinic_settings import CLINIC, TEXTS, Collision, Held
from bot.services.context import Context
from bot.settings import Settings

SETTINGS = "/console/settings"
SAVED = "#saved"
"""The place on the page that says so."""


def add_settings_routes(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, settings: Settings
) -> None:
    """All of them for administrators."""
    _add_clinic(blueprint, door, pages, ctx, settings)
    _add_texts(blueprint, door, pages, ctx)
    _add_versions(blueprint, door, pages, ctx)


def _add_clinic(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, settings: Settings
) -> None:
    def answer(
        visitor: Visitor,
        held: Held,
        form: ClinicForm,
        *,
        problem: str = "",
        collisions: tuple[Collision, ...] = (),
        gone: set[str] | None = None,
        status: int = 200,
    ) -> HTTPResponse:
        zone = ctx.protocols.clinic.zone
        return pages.answer(
            "settings.html",
            visitor,
            status=status,
            form=form,
            held=held,
            days=DAYS,
            gone=gone or set(),
            collisions=[
                (
                    one,
                    times.day_time(one.appointment.start, zone=zone),
                    visit_words(one.appointment, ctx.protocols),
                )
                for one in collisions
            ],
            versions=versions_of(held, pages, ctx),
            sign=_sign(collisions),
            phone_by_server=settings.clinic_phone or "",
            zone=zone.key,
            kinds=_kinds(ctx),
            problem=problem,
            new=NEW,
        )

    @blueprint.get("/settings")
    @as_page(pages)
    async def show_settings(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        held = await clinic_settings.held(ctx, visitor.member, CLINIC)
        return answer(visitor, held, form_of(held.body))

    @blueprint.post("/settings", name="save_settings")
    @as_page(pages)
    async def save_settings(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        held = await clinic_settings.held(ctx, visitor.member, CLINIC)
        form = form_given(lambda name: field(request, name), held.body, kinds=_kinds(ctx))
        gone = {one.id for one in form.providers if field(request, f"provider.{one.id}.gone")}
        shown: dict[str, Any] = {"gone": gone}
        try:
            changes = changes_of(form, held.body, gone=gone)
            collisions = await clinic_settings.check(ctx, visitor.member, CLINIC, changes)
            if collisions and field(request, "confirmed") != _sign(collisions):
                return answer(visitor, held, form, collisions=collisions, **shown)
            note = ", ".join(changes)
            await clinic_settings.save(
                ctx, visitor.member, CLINIC, changes, seen=seen_number(request), note=note
            )
        except (InvalidInput, Conflict) as error:
            return answer(visitor, held, form, problem=f"{error}.", status=400, **shown)
        return go(f"{SETTINGS}{SAVED}")


def _add_texts(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    async def answer(
        visitor: Visitor, text_id: str, *, given: dict[str, str] | None = None, problem: str = ""
    ) -> HTTPResponse:
        text = text_settings.text_of(ctx, visitor.member, text_id)
        held = await clinic_settings.held(ctx, visitor.member, TEXTS)
        return pages.answer(
            "settings_text.html",
            visitor,
            status=400 if problem else 200,
            text=text,
            fixed=text_settings.is_fixed(text),
            given=given or {"web": text.web, "sms": text.sms},
            seen=held.seen,
            grade=HIGHEST_GRADE,
            segments=SEGMENTS,
            problem=problem,
        )

    @blueprint.get("/settings/texts")
    @as_page(pages)
    async def list_texts(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        texts = text_settings.all_texts(ctx, visitor.member)
        held = await clinic_settings.held(ctx, visitor.member, TEXTS)
        return pages.answer(
            "settings_texts.html",
            visitor,
            texts=[one for one in texts if not text_settings.is_fixed(one)],
            fixed=[one for one in texts if text_settings.is_fixed(one)],
            changed=set(held.changes.get(TEXTS, {})),
            held=held,
            versions=versions_of(held, pages, ctx),
        )

    @blueprint.get("/settings/texts/<text_id:str>")
    @as_page(pages)
    async def show_text(request: Asked, text_id: str) -> HTTPResponse:
        return await answer(await door.visitor(request), text_id)

    @blueprint.post("/settings/texts/<text_id:str>", name="save_text")
    @as_page(pages)
    async def save_text(request: Asked, text_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        given = {channel: field(request, channel) for channel in ("web", "sms")}
        try:
            await text_settings.save_text(
                ctx, visitor.member, text_id, web=given["web"], sms=given["sms"], seen=seen_number(request)
            )
        except (InvalidInput, Conflict) as error:
            return await answer(visitor, text_id, given=given, problem=f"{error}.")
        return go(f"{SETTINGS}/texts{SAVED}")


def _add_versions(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    @blueprint.post("/settings/back/<file:str>")
    @as_page(pages)
    async def go_back(request: Asked, file: str) -> HTTPResponse:
        visitor = await changing(door, request)
        number = int(field(request, "number")) if field(request, "number").isdigit() else 0
        await clinic_settings.go_back(ctx, visitor.member, file, number, seen=seen_number(request))
        return go(f"{SETTINGS if file == CLINIC else f'{SETTINGS}/{file}'}{SAVED}")


def _kinds(ctx: Context) -> dict[str, str]:
    """The kinds of visits that somebody sees patients for: id -> name."""
    return {
        one.id: one.name for one in ctx.protocols.visits.values() if one.book in ("self", "urgent", "staff")
    }


def _sign(collisions: tuple[Collision, ...]) -> str:
    """Of what was shown: who goes on typing after that has confirmed nothing yet."""
    shown = " ".join(f"{one.appointment.id} {one.why}" for one in collisions)
    return hashlib.sha256(shown.encode()).hexdigest()[:16]


def seen_number(request: Asked) -> int:
    """The version that the page was made from."""
    given = field(request, "seen")
    return int(given) if given.isdigit() and len(given) <= 9 else -1


def versions_of(held: Held, pages: Pages, ctx: Context) -> list[dict[str, Any]]:
    """The editions of a file as the page lists them, newest first."""
    now = ctx.clock.now()
    counts = max((one.published or 0 for one in held.history), default=0)
    return [
        {
            "number": one.number,
            "author": one.author,
            "note": one.note,
            "at": times.clock_time(one.at, zone=pages.zone, now=now),
            "counts": one.published == counts,
        }
        for one in held.history
    ]
