"""`GET /calendar/{provider_id}/{token}.ics`: a provider's appointments, for calendar programs.

The address is the key: calendar programs cannot sign in. It is closed (404) unless
`INTAKE_CALENDAR_SECRET` is set.
"""

from __future__ import annotations

from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.request import Request

from bot.domain.errors import NotAllowed
from bot.gateway.errors import HttpProblem
from bot.services.context import Context
from bot.services.visits import calendars
from bot.settings import Settings

ICS = "text/calendar; charset=utf-8"


def calendar_blueprint(ctx: Context, settings: Settings) -> Blueprint:
    """The one route."""
    blueprint = Blueprint("calendar", url_prefix="/calendar")
    secret = settings.calendar_secret.get_secret_value() if settings.calendar_secret else ""

    @blueprint.get("/<provider_id:str>/<token:ext=ics>")
    async def feed(request: Request[Any, Any], provider_id: str, token: str, ext: str) -> HTTPResponse:
        try:
            if not secret:
                raise NotAllowed("the door is closed")
            body = await calendars.provider_feed(ctx, provider_id, token, secret=secret)
        except NotAllowed:
            raise HttpProblem(404, "not_found", "There is nothing here.") from None
        return HTTPResponse(body.encode(), content_type=ICS)

    return blueprint
