"""`/visit/{token}`: one booked visit, for whoever holds its signed link and knows the birth date.

A plain form without scripts. The birth date goes with every step in the form's body, never in the address;
a link that opens nothing is the same 404 whatever is wrong with it.
"""

from __future__ import annotations

import html
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.request import Request

from bot.domain.cases import Draft
from bot.domain.errors import NotAllowed
from bot.gateway.errors import HttpProblem
from bot.gateway.limits import LocalCounter
from bot.gateway.sms.form import read_fields
from bot.services import visit_links
from bot.services.context import Context
from bot.services.time_choice import LATER
from bot.services.visit_links import Opened
from bot.settings import Settings

HTML = "text/html; charset=utf-8"
_TRIES_A_MINUTE = 10
_LONGEST = 200


def visit_blueprint(ctx: Context, settings: Settings) -> Blueprint:
    """The two routes."""
    blueprint, counter = Blueprint("visit", url_prefix="/visit"), LocalCounter()

    @blueprint.get("/<token:str>")
    async def knock(request: Request[Any, Any], token: str) -> HTTPResponse:
        try:
            await visit_links.knock(ctx, token)
        except NotAllowed:
            raise _nothing_here() from None
        return _page(ctx, _birth_date_form(ctx, wrong=False))

    @blueprint.post("/<token:str>")
    async def act(request: Request[Any, Any], token: str) -> HTTPResponse:
        if counter.hit(f"visit:{request.client_ip}") > _TRIES_A_MINUTE:
            raise HttpProblem(429, "too_many", "Too many tries. Please wait a minute.", retry_after=60)
        given = {name: value[:_LONGEST] for name, value in read_fields(request)}
        born, choice = given.get("birth_date", ""), given.get("choice", "")
        try:
            opened = await visit_links.act(ctx, token, birth_date=born, choice=choice)
        except NotAllowed:
            raise _nothing_here() from None
        return _page(ctx, _body(ctx, opened, born))

    return blueprint


def _nothing_here() -> HttpProblem:
    return HttpProblem(404, "not_found", "There is nothing here. Please call the clinic.")


def _body(ctx: Context, opened: Opened, born: str) -> str:
    if opened.checked:
        return "\n".join(_shown(draft, born) for draft in opened.drafts)
    if opened.closed:
        return _paragraph(_text(ctx, "visit_page_closed"))
    return _birth_date_form(ctx, wrong=True)


def _birth_date_form(ctx: Context, *, wrong: bool) -> str:
    asks = _text(ctx, "check_birth_date_again" if wrong else "visit_page_asks")
    return (
        f'<form method="post"><label for="b">{html.escape(asks)}</label> '
        f'<input id="b" name="birth_date" autocomplete="bday" maxlength="40" required> '
        f'<button type="submit">{html.escape(_text(ctx, "visit_page_next"))}</button></form>'
    )


def _shown(draft: Draft, born: str) -> str:
    buttons = "".join(
        f'<p><button type="submit" name="choice" value="{_escaped(_means(choice.means))}">'
        f"{_escaped(choice.label)}</button></p>"
        for choice in draft.choices
    )
    if not buttons:
        return _paragraph(draft.text)
    hidden = f'<input type="hidden" name="birth_date" value="{_escaped(born)}">'
    return f'{_paragraph(draft.text)}<form method="post">{hidden}{buttons}</form>'


def _means(means: str) -> str:
    return LATER if means.startswith(LATER) else means


def _paragraph(text: str) -> str:
    return f"<p>{_escaped(text)}</p>"


def _text(ctx: Context, text_id: str) -> str:
    return ctx.protocols.texts.say(text_id, channel="web")


def _escaped(text: str) -> str:
    return html.escape(text, quote=True)


def _page(ctx: Context, body: str) -> HTTPResponse:
    name = _escaped(ctx.protocols.clinic.name)
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{name}</title>'
    top = f'<!doctype html><html lang="en"><head>{head}</head><body><h1>{name}</h1>'
    page = f"{top}<main>{body}</main></body></html>"
    return HTTPResponse(page.encode(), content_type=HTML)
