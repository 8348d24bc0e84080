"""`/continue/{token}`: what was begun by text message goes on in this browser. And a code for the way back.

Looking at the link uses nothing up: phones fetch links for a preview. Where a birth date can be checked it
is asked, in the form's body, never in the address. A link that opens nothing is the same 404 always.
"""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import quote

from sanic import Blueprint, HTTPResponse
from sanic.request import Request
from sanic.response import json

from bot.domain.errors import NotAllowed
from bot.gateway.chat_api import bearer_token
from bot.gateway.errors import HttpProblem
from bot.gateway.limits import WINDOW_SECONDS
from bot.gateway.origins import check_origin
from bot.gateway.sms.form import read_fields
from bot.services import chat, handovers
from bot.services.context import Context
from bot.settings import Settings

HTML = "text/html; charset=utf-8"
TRIES_A_MINUTE = 10
_LONGEST = 200
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

    async def knock(self, _: Request[Any, Any], token: str) -> HTTPResponse:
        """The page with its one button, and the birth date's field where it is needed."""
        try:
            asks = await handovers.knock(self._ctx, token)
        except NotAllowed:
            raise _nothing_here() from None
        return self._page(self._form("continue_page_asks" if asks else "continue_page_opens", asks=asks))

    async def open(self, request: Request[Any, Any], token: str) -> HTTPResponse:
        """Uses the link up and hands the session to the chat page; a wrong date asks again, three end it."""
        await self._limit(f"continue:{request.client_ip}")
        given = {name: value[:_LONGEST] for name, value in read_fields(request)}
        try:
            opened = await handovers.open_web(self._ctx, token, birth_date=given.get("birth_date", ""))
        except NotAllowed:
            raise _nothing_here() from None
        if opened.token is not None:
            data = f'data-token="{_escaped(opened.token)}" data-reference="{_escaped(opened.reference)}"'
            return self._page(self._paragraph("continue_page_needs_script"), data=data, script=True)
        if opened.closed:
            return self._page(self._paragraph("visit_page_closed"))
        return self._page(self._form("check_birth_date_again", asks=True))

    async def script(self, _: Request[Any, Any]) -> HTTPResponse:
        """A file of its own: nothing inline runs on our pages."""
        return HTTPResponse(_SCRIPT, content_type="text/javascript; charset=utf-8")

    async def code(self, request: Request[Any, Any]) -> HTTPResponse:
        """A one-time code for the holder of a chat token, and the number to text it to."""
        check_origin(request)
        try:
            case_id = await chat.access_case(self._ctx, bearer_token(request))
        except NotAllowed:
            raise HttpProblem(401, "unauthorized", "The token is missing, wrong or has expired.") from None
        await self._limit(f"phone:{case_id}")
        made = await handovers.code(self._ctx, case_id)
        link = f"sms:{self._number}?&body={quote(f'Continue {made}')}"
        minutes = int(handovers.CODE_FOR.total_seconds() // 60)
        return json({"number": self._number, "code": made, "link": link, "minutes": minutes}, status=201)

    async def _limit(self, key: str) -> None:
        async with self._ctx.unit_of_work() as uow:
            hits = await uow.tallies.hit(key, at=self._ctx.clock.now(), seconds=WINDOW_SECONDS)
            await uow.commit()
        if hits > TRIES_A_MINUTE:
            raise HttpProblem(429, "too_many", "Too many tries. Please wait a minute.", retry_after=60)

    def _form(self, text_id: str, *, asks: bool) -> str:
        field = (
            '<input id="b" name="birth_date" autocomplete="bday" maxlength="40" required> ' if asks else ""
        )
        return (
            f'<form method="post"><label for="b">{self._text(text_id)}</label> {field}'
            f'<button type="submit">{self._text("visit_page_next")}</button></form>'
        )

    def _paragraph(self, text_id: str) -> str:
        return f"<p>{self._text(text_id)}</p>"

    def _text(self, text_id: str) -> str:
        return _escaped(self._ctx.protocols.texts.say(text_id, channel="web"))

    def _page(self, body: str, *, data: str = "", script: bool = False) -> HTTPResponse:
        name = _escaped(self._ctx.protocols.clinic.name)
        run = '<script src="/continue.js" defer></script>' if script else ""
        head = (
            f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title>'
        )
        top = f'<!doctype html><html lang="en"><head>{head}{run}</head><body {data}><h1>{name}</h1>'
        return HTTPResponse(f"{top}<main>{body}</main></body></html>", content_type=HTML)


def _nothing_here() -> HttpProblem:
    return HttpProblem(404, "not_found", "There is nothing here. Please call the clinic.")


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)
