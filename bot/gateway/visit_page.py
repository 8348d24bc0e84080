"""`/visit/{token}`: one booked visit, for whoever holds its signed link and knows the birth date.

A plain form without scripts. The birth date goes with every step in the form's body, never in the address;
a link that opens nothing is the same 404 whatever is wrong with it.
"""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse
from sanic.request import Request

from bot.domain.errors import IntakeError
from bot.gateway.errors import HttpProblem
from bot.gateway.link_page import Asks, LinkPage, read_answers
from bot.services.context import Context
from bot.services.visits import changing, visit_links
from bot.services.visits.time_choice import LATER
from bot.services.visits.visit_links import Opened
from bot.settings import Settings


def visit_blueprint(ctx: Context, settings: Settings) -> Blueprint:
    """The two routes."""
    blueprint, door = Blueprint("visit", url_prefix="/visit"), VisitDoor(ctx)
    blueprint.add_route(door.knock, "/<token:str>", methods=["GET"], name="knock")
    blueprint.add_route(door.act, "/<token:str>", methods=["POST"], name="act")
    return blueprint


class VisitDoor:
    """What a browser calls to see, move or give up one visit."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._page = LinkPage(ctx, heading="visit_page_title", gone="visit_page_gone")

    async def knock(self, request: Request, token: str) -> HTTPResponse:
        """The page that asks for the birth date; uses nothing up."""
        try:
            await visit_links.knock(self._ctx, token)
        except IntakeError as error:
            return self._page.problem(request, error)
        return self._page.asks(request, Asks.birth_date(self._page.text("visit_page_asks")))

    async def act(self, request: Request, token: str) -> HTTPResponse:
        """The visit and what can be done with it, or the birth date once more."""
        try:
            await self._page.limit(request, "visit")
            given = read_answers(request)
            born = given.get("birth_date", "")
            opened = await visit_links.act(self._ctx, token, birth_date=born, choice=given.get("choice", ""))
        except (HttpProblem, IntakeError) as error:
            return self._page.problem(request, error)
        return self._shown(request, opened, born)

    def _shown(self, request: Request, opened: Opened, born: str) -> HTTPResponse:
        if opened.closed:
            return self._page.said(request, self._page.text("visit_page_closed"))
        if not opened.checked:
            asks = Asks.birth_date(self._page.text("visit_page_asks"))
            return self._page.asks(request, asks, trouble=self._page.text("check_birth_date_again"))
        choices = [
            (_means(choice.means), choice.label) for draft in opened.drafts for choice in draft.choices
        ]
        if opened.calendar:
            return _file(opened.calendar)
        if any(value == changing.KEEP for value, _ in choices):  # the visit is shown as it stands
            choices.append((visit_links.SAVE, self._page.text("visit_page_save")))
        said = [draft.text for draft in opened.drafts]
        return self._page.said(request, *said, choices=choices, kept={"birth_date": born})


def _file(calendar: str) -> HTTPResponse:
    headers = {"Content-Disposition": 'attachment; filename="visit.ics"', "Cache-Control": "no-store"}
    return HTTPResponse(calendar, content_type="text/calendar; charset=utf-8", headers=headers)


def _means(means: str) -> str:
    return LATER if means.startswith(LATER) else means
