"""`/continue/{token}`: what was begun by text message goes on in this browser. And a code for the way back.

Looking at the link uses nothing up: phones fetch links for a preview. Who opens it proves to be the patient
by the birth date, or by the phone's last digits, in the form's body, never in the address. A link that opens
nothing is the same 404 always. A browser without scripts goes on at the plain chat, by its cookie.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sanic import Blueprint, HTTPResponse
from sanic.request import Request
from sanic.response import json

from bot.domain.errors import IntakeError, NotAllowed
from bot.gateway.chat_api import bearer_token
from bot.gateway.errors import HttpProblem
from bot.gateway.form_cookie import set_cookie
from bot.gateway.limits import WINDOW_SECONDS
from bot.gateway.link_page import TRIES_A_MINUTE, Asks, LinkPage, read_answers
from bot.gateway.origins import check_origin
from bot.services.access import counting
from bot.services.context import Context
from bot.services.talk import chat
from bot.services.texting import handovers
from bot.services.texting.handovers import Proof
from bot.settings import Settings

Asked = Request[Any, Any]
_SCRIPT = """const { token, reference } = document.body.dataset;
localStorage.setItem("spine-intake", JSON.stringify({ token, reference, outbox: [], used: Date.now() }));
location.replace("/chat");
"""
"""Leaves the session where the chat page looks for one; the address holds none of it."""


def continue_blueprint(ctx: Context, settings: Settings) -> Blueprint:
    """The link's page, its script, and the code for the phone while texts are open."""
    blueprint, door = Blueprint("continue"), ContinueDoor(ctx, settings)
    blueprint.add_route(door.knock, "/continue/<token:str>", methods=["GET"], name="knock")
    blueprint.add_route(door.open, "/continue/<token:str>", methods=["POST"], name="open")
    blueprint.add_route(door.script, "/continue.js", methods=["GET"], name="script")
    if settings.sms_is_open:
        blueprint.add_route(door.code, "/api/chat/phone", methods=["POST"], name="code")
    return blueprint


class ContinueDoor:
    """What a browser calls on the way from one door to the other."""

    def __init__(self, ctx: Context, settings: Settings) -> None:
        self._ctx = ctx
        self._number = settings.sms_number or ""
        self._page = LinkPage(ctx, heading="continue_page_title", gone="continue_page_gone")

    async def knock(self, request: Asked, token: str) -> HTTPResponse:
        """The page that asks who it is."""
        try:
            proof = await handovers.knock(self._ctx, token)
        except IntakeError as error:
            return self._page.problem(request, error)
        return self._page.asks(request, self._asks(proof))

    async def open(self, request: Asked, token: str) -> HTTPResponse:
        """Uses the link up and hands the session to the chat; a wrong answer asks again, three end it."""
        try:
            await self._page.limit(request, "continue")
            opened = await handovers.open_web(self._ctx, token, answers=read_answers(request))
        except (HttpProblem, IntakeError) as error:
            return self._page.problem(request, error)
        if opened.token is not None:
            response = self._page.opened(request, opened)
            set_cookie(request, response, opened.token)
            return response
        if opened.closed:
            return self._page.said(request, self._page.text("visit_page_closed"))
        again = {"birth_date": "check_birth_date_again", "phone": "check_phone_again"}[opened.proof]
        return self._page.asks(request, self._asks(opened.proof), trouble=self._page.text(again))

    def _asks(self, proof: Proof) -> Asks:
        if proof == "birth_date":
            return Asks.birth_date(self._page.text("continue_page_asks"))
        return Asks(name="phone", label=self._page.text("continue_page_asks_phone"), digits=True)

    async def script(self, _: Asked) -> HTTPResponse:
        """A file of its own: nothing inline runs on our pages."""
        return HTTPResponse(_SCRIPT, content_type="text/javascript; charset=utf-8")

    async def code(self, request: Asked) -> HTTPResponse:
        """A one-time code for the holder of a chat token, and the number to text it to."""
        check_origin(request)
        try:
            case_id = await chat.access_case(self._ctx, bearer_token(request))
        except NotAllowed:
            raise HttpProblem(401, "unauthorized", "The token is missing, wrong or has expired.") from None
        [hits] = await counting.count(self._ctx, [f"phone:{case_id}"], seconds=WINDOW_SECONDS)
        if hits > TRIES_A_MINUTE:
            raise HttpProblem(429, "too_many", "Too many tries. Please wait a minute.", retry_after=60)
        made = await handovers.code(self._ctx, case_id)
        link = f"sms:{self._number}?&body={quote(f'Continue {made}')}"
        minutes = int(handovers.CODE_FOR.total_seconds() // 60)
        return json({"number": self._number, "code": made, "link": link, "minutes": minutes}, status=201)
