"""The figures page and its table for a spreadsheet, and what the clinic writes down of a case afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from sanic import Blueprint, HTTPResponse
from sanic.response import text as plain_text

from bot.domain.errors import InvalidInput
from bot.gateway.body import only_arguments
from bot.gateway.console.figure_view import FigureView
from bot.gateway.console.handling import as_page, changing, field, go
from bot.gateway.console.pages import HEADERS, Pages
from bot.gateway.staff_api.door import Asked, StaffDoor, known_id
from bot.services.context import Context
from bot.services.office import dispositions, figures
from bot.services.office.figures import CHANNELS, Period

OFFERED = (7, 30, 90, 365)
"""Lengths of a period that are one click away, in days."""
USUAL = 30
_ARGUMENTS = frozenset({"from", "to", "channel"})


def add_figure_routes(blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context) -> None:
    """Numbers need the right to see figures; a disposition needs the right to work."""

    @blueprint.get("/figures")
    @as_page(pages)
    async def figure_page(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        period = _period(request, figures.today(ctx))
        counted = await figures.read(ctx, visitor.member, period)
        view = FigureView(
            counted,
            protocols=ctx.protocols,
            zone=pages.zone,
            rule_titles=pages.rule_titles,
            label=pages.fact_words().label,
        )
        return pages.answer(
            "figures.html",
            visitor,
            view=view,
            period=period,
            channels=CHANNELS,
            counted_at=view.counted_at(ctx.clock.now()),
            offered=_offered(period, figures.today(ctx)),
            query=_query(period),
        )

    @blueprint.get("/figures.csv", name="figures_csv")
    @as_page(pages)
    async def table(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        period = _period(request, figures.today(ctx))
        made = await figures.export_csv(ctx, visitor.member, period)
        named = {"Content-Disposition": f'attachment; filename="figures-{period.first}-{period.last}.csv"'}
        return plain_text(made, headers={**HEADERS, **named}, content_type="text/csv; charset=utf-8")

    @blueprint.post("/cases/<case_id:str>/disposition")
    @as_page(pages)
    async def disposition(request: Asked, case_id: str) -> HTTPResponse:
        visitor = await changing(door, request)
        given = {name: field(request, name) for name in ("attended", "decided", "urgency", "reason")}
        await dispositions.record(ctx, visitor.member, known_id(case_id), **given)
        return go(f"/console/cases/{case_id}#afterwards-title")


def _period(request: Asked, today: dt.date) -> Period:
    """What the address asks for; the last month when it says nothing. Raises InvalidInput."""
    only_arguments(request, allowed=_ARGUMENTS)
    last = _day(request, "to") or today
    first = _day(request, "from") or last - dt.timedelta(days=USUAL - 1)
    return Period(first=first, last=last, channel=request.args.get("channel") or None)


def _day(request: Asked, name: str) -> dt.date | None:
    given = request.args.get(name)
    if not given:
        return None
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(f"{name} is a day like 2026-11-21", field=name) from None


def _query(period: Period) -> str:
    given: dict[str, Any] = {"from": period.first, "to": period.last, "channel": period.channel}
    return urlencode({name: str(value) for name, value in given.items() if value})


def _offered(period: Period, today: dt.date) -> list[tuple[int, str, bool]]:
    """(days, address, whether it is the one shown) of each length, up to today."""
    made = []
    for days in OFFERED:
        other = Period(first=today - dt.timedelta(days=days - 1), last=today, channel=period.channel)
        made.append((days, _query(other), other == period))
    return made
