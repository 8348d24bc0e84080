"""Downloads of records: a case for another system, all cases for a spreadsheet."""

from __future__ import annotations

import json

from sanic import Blueprint, HTTPResponse

from bot.gateway.staff_api.door import Asked, StaffDoor, known_id, staff_errors
from bot.gateway.staff_api.model import ModelName
from bot.services.context import Context
from bot.services.records import case_table, exports
from bot.settings import Settings

FHIR = "application/fhir+json; charset=utf-8"
CSV = "text/csv; charset=utf-8"
BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets take names with accents for another encoding."""


def add_export_routes(blueprint: Blueprint, door: StaffDoor, ctx: Context, settings: Settings) -> None:
    """Each download is audited by the service that makes it."""
    model = ModelName(ctx.dialogue)

    @blueprint.get("/cases/<case_id:str>/fhir")
    @staff_errors
    async def fhir(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await door.visitor(request)
        reference, bundle = await exports.export_fhir(
            ctx, visitor.member, known_id(case_id),
            namespace=settings.fhir_namespace, model=await model.current(),
        )  # fmt: skip
        return as_file(json.dumps(bundle, ensure_ascii=False), kind=FHIR, name=f"{reference}.fhir.json")

    @blueprint.get("/cases.csv")
    @staff_errors
    async def table(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        rows = await case_table.export_csv(ctx, visitor.member)
        return as_file(f"{BYTE_ORDER_MARK}{rows}", kind=CSV, name=f"cases-{ctx.clock.now():%Y-%m-%d}.csv")


def as_file(body: str | bytes, *, kind: str, name: str) -> HTTPResponse:
    """A download; `name` is made of letters, digits, dots and dashes of ours."""
    content = body.encode() if isinstance(body, str) else body
    return HTTPResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
