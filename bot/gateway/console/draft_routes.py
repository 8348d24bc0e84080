"""Drafts of the rules: write one, see what it would change, publish what another person wrote, go back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.response import text as plain_text

from bot.domain.errors import InvalidInput, NotAllowed
from bot.gateway.console.draft_checks import DraftChecks
from bot.gateway.console.draft_view import FILES, CheckView, VersionLine, difference_lines
from bot.gateway.console.handling import as_fragment, as_page, changing, field, fragment, go
from bot.gateway.console.pages import HEADERS, Pages
from bot.gateway.console.shown import When
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.protocols.drafting import DRAFTED, difference, entry_text
from bot.protocols.rule_book import Entry
from bot.services.access.permissions import May, require
from bot.services.access.staff import Visitor
from bot.services.clinic import rule_drafts, rule_reading
from bot.services.context import Context
from bot.services.ports import Edition


def add_draft_routes(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, *, folder: Path
) -> None:
    """Only where something can be published. `folder` holds the acceptance cases."""
    checks = DraftChecks(ctx, folder=folder)

    @blueprint.before_server_stop
    async def stop(*_: object) -> None:
        await checks.stop()

    _add_writing(blueprint, door, pages, ctx)
    _add_draft(blueprint, door, pages, ctx, checks)
    _add_deciding(blueprint, door, pages, ctx, checks)


def _add_writing(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    def form(
        visitor: Visitor, rule_id: str, *, text: str | None = None, note: str = "", problem: str = ""
    ) -> HTTPResponse:
        entry = _entry(ctx, visitor, rule_id)
        held = entry_text(ctx.protocols.files[_file_of(entry)], rule_id)
        return pages.answer(
            "rule_change.html", visitor, status=400 if problem else 200, entry=entry,
            text=held if text is None else text, note=note, problem=problem,
        )  # fmt: skip

    @blueprint.get("/protocols/rules/<rule_id:str>/change")
    @as_page(pages)
    async def change(request: Asked, rule_id: str) -> HTTPResponse:
        return form(await door.visitor(request), rule_id)

    @blueprint.post("/protocols/rules/<rule_id:str>/change", name="change_rule")
    @as_page(pages)
    async def changed(request: Asked, rule_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        name = _file_of(_entry(ctx, visitor, rule_id))
        given: dict[str, Any] = {"text": field(request, "text"), "note": field(request, "note")}
        try:
            draft = await rule_drafts.change_entry(ctx, visitor.member, name=name, entry_id=rule_id, **given)
        except InvalidInput as error:
            return form(visitor, rule_id, **given, problem=f"{error}.")
        return go(f"/console/protocols/drafts/{draft.id}")

    @blueprint.post("/protocols/drafts")
    @as_page(pages)
    async def save(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        name, text = field(request, "file"), _uploaded(request) or field(request, "text")
        draft = await rule_drafts.save(ctx, visitor.member, name=name, text=text, note=field(request, "note"))
        return go(f"/console/protocols/drafts/{draft.id}")


def _add_draft(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, checks: DraftChecks
) -> None:
    def shown(visitor: Visitor, edition: Edition, problem: str = "") -> dict[str, Any]:
        held = ctx.protocols.files[edition.name]
        same_person = edition.author.casefold() == visitor.member.name.casefold()
        compared = difference(held.content.decode(), edition.content)
        return {
            "edition": edition,
            "file": FILES[edition.name],
            "version": rule_drafts.version_of(edition),
            "held": held.header,
            "at": pages.fact_words().when(edition.at),
            "checked": CheckView(checks.of(edition)) if edition.published is None else None,
            "lines": difference_lines(compared),
            "same_person": same_person,
            "problem": problem,
        }

    @blueprint.get("/protocols/drafts/<edition_id:str>")
    @as_page(pages)
    async def draft(request: Asked, edition_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        edition = await rule_drafts.open_draft(ctx, visitor.member, known_id(edition_id))
        return pages.answer("draft.html", visitor, **shown(visitor, edition))

    @blueprint.get("/protocols/drafts/<edition_id:str>/live")
    @as_fragment
    async def draft_live(request: Asked, edition_id: str) -> HTTPResponse:
        visitor = await door.visitor(request, active=False)
        edition = await rule_drafts.open_draft(ctx, visitor.member, known_id(edition_id))
        pinned = pages.text("_alarms.html", visitor, alarms=await pages.alarms(ctx, visitor))
        return fragment(request, pinned + pages.text("draft_live.html", visitor, **shown(visitor, edition)))

    @blueprint.get("/protocols/drafts/<edition_id:str>/file")
    @as_page(pages)
    async def file(request: Asked, edition_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        edition = await rule_drafts.open_draft(ctx, visitor.member, known_id(edition_id))
        return _download(edition.content, edition.name)

    @blueprint.get("/protocols/files/<name:str>")
    @as_page(pages)
    async def file_in_force(request: Asked, name: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        require(visitor.member, May.DRAFT_RULES)
        return _download(ctx.protocols.files[rule_drafts.drafted(name)].content.decode(), name)


def _add_deciding(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, checks: DraftChecks
) -> None:
    @blueprint.post("/protocols/drafts/<edition_id:str>/publish")
    @as_page(pages)
    async def publish(request: Asked, edition_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        require(visitor.member, May.PUBLISH_RULES)
        edition = await rule_drafts.open_draft(ctx, visitor.member, known_id(edition_id))
        queued = await rule_drafts.publish(
            ctx, visitor.member, edition.id, check=checks.of(edition), meant=bool(field(request, "meant"))
        )
        return go(f"/console/protocols?queued={queued}#versions")

    @blueprint.post("/protocols/versions/<edition_id:str>/back")
    @as_page(pages)
    async def back(request: Asked, edition_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        reason = field(request, "reason")
        await rule_drafts.go_back(ctx, visitor.member, known_id(edition_id), reason=reason)
        return go("/console/protocols#versions")


async def version_lines(
    ctx: Context, pages: Pages, visitor: Visitor
) -> list[tuple[str, str, list[VersionLine]]]:
    """(file, its heading, versions newest first) of the files that people draft; empty where none can."""
    if ctx.shelf is None:
        return []
    found = await rule_drafts.versions(ctx, visitor.member)
    when = pages.fact_words().when
    return [
        (name, FILES[name], [_line(one, when) for one in found[name] if not one.overtaken])
        for name in DRAFTED
    ]


def _line(one: rule_drafts.Version, when: Callable[[dt.datetime], When]) -> VersionLine:
    state = "in force" if one.in_force else "published" if one.edition.published else "draft"
    return VersionLine(edition=one.edition, version=one.version, at=when(one.edition.at), state=state)


def _entry(ctx: Context, visitor: Visitor, rule_id: str) -> Entry:
    require(visitor.member, May.DRAFT_RULES)
    entry = rule_reading.open_book(ctx, visitor.member).get(rule_id)
    if entry is None:
        raise NotAllowed("no such rule")
    return entry


def _file_of(entry: Entry) -> str:
    return entry.place.partition(".")[0]


def _uploaded(request: Asked) -> str:
    """The text of an uploaded file; empty when none was chosen. Raises InvalidInput when it is not text."""
    file: Any = request.files.get("upload") if request.files else None
    if file is None or not file.body:
        return ""
    try:
        text: str = file.body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput("the file is not text in UTF-8", code="bad_encoding", field="upload") from error
    return text


def _download(text: str, name: str) -> HTTPResponse:
    named = {"Content-Disposition": f'attachment; filename="{name}.yaml"'}
    return plain_text(text, headers={**HEADERS, **named}, content_type="text/yaml; charset=utf-8")
