"""How every console page is answered: refusals as pages, changes only with the session's CSRF token."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any

from sanic import HTTPResponse
from sanic.exceptions import SanicException
from sanic.response import empty, html, redirect

from bot.domain.errors import IntakeError
from bot.gateway.console.pages import HEADERS, Pages
from bot.gateway.errors import HttpProblem, problem_for
from bot.gateway.staff_api.door import Asked, Handler, StaffDoor, staff_errors
from bot.gateway.staff_api.reading import acceptable
from bot.services.access.staff import Visitor

LOGIN = "/console/login"


def as_page(pages: Pages) -> Callable[[Handler], Handler]:
    """Answers refusals with a page that says what to do; who is not signed in goes to sign-in."""

    def wrap(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: Asked, **arguments: Any) -> HTTPResponse:
            try:
                return await staff_errors(handler)(request, **arguments)
            except (HttpProblem, IntakeError, SanicException) as error:
                problem = problem_for(error)
            if problem.status == 401:
                return go(LOGIN)
            return pages.answer("problem.html", None, status=problem.status, problem=problem)

        return guarded

    return wrap


def as_fragment(handler: Handler) -> Handler:
    """A refusal is a bare status: the open page says what it means."""

    @functools.wraps(handler)
    async def guarded(request: Asked, **arguments: Any) -> HTTPResponse:
        try:
            return await staff_errors(handler)(request, **arguments)
        except (HttpProblem, IntakeError) as error:
            return empty(status=problem_for(error).status)

    return guarded


def fragment(request: Asked, text: str) -> HTTPResponse:
    """A part of a page; 304 while it is what the browser has."""
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-store", **HEADERS}
    if request.headers.get("if-none-match") == tag:
        return HTTPResponse(status=304, headers=headers)
    return html(text, headers=headers)


def go(address: str) -> HTTPResponse:
    """To another page, after something was changed."""
    # 303: the browser asks for the next page with GET, and reloading it repeats nothing.
    return redirect(address, status=303, headers=dict(HEADERS))


async def changing(door: StaffDoor, request: Asked) -> Visitor:
    """Who asks to change something, by form or script. Raises NotSignedIn, HttpProblem."""
    token = request.headers.get("x-csrf-token") or field(request, "csrf")
    return await door.changing_visitor(request, csrf=token)


def field(request: Asked, name: str) -> str:
    """A form's field, checked for what no store keeps; empty when it is not there."""
    value: Any = request.form.get(name) if request.form else None
    return acceptable(value, field=name) if isinstance(value, str) else ""
