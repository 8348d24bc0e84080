"""Who stands at the staff door: cookie or API token, CSRF, origin, and the sign-in cookie itself.

A browser proves itself with a cookie that scripts cannot read and other sites cannot send
(HttpOnly, SameSite=Strict, `__Host-` over https). Since one protection may fail, a request that
changes something needs the session's CSRF token too, and must not come from a foreign page. A program
proves itself with `Authorization: Bearer`; no browser adds that by itself, so it needs no CSRF token.
"""

from __future__ import annotations

import functools
import hmac
import math
import re
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import urlsplit

from sanic import Blueprint, HTTPResponse, Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from bot.domain.errors import Conflict, NotSignedIn, RoleRefused, TooManyTries
from bot.gateway.errors import HttpProblem
from bot.services.access import staff
from bot.services.access.login_guard import LoginGuard
from bot.services.context import Context

Asked = Request[Any, Any]
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]

COOKIE = "spine_staff"
_ID = re.compile(r"[0-9a-f]{32}\Z")
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class StaffDoor:
    """The checks of one blueprint. All blueprints of an app share one LoginGuard."""

    def __init__(self, ctx: Context, *, public_url: str) -> None:
        self._ctx = ctx
        self._public_url = public_url

    def attach(self, blueprint: Blueprint) -> None:
        """Make the shared guard before the server takes requests: it costs one password hash."""

        @blueprint.before_server_start
        async def prepare(app: Sanic[Any, Any]) -> None:
            if not hasattr(app.ctx, "login_guard"):
                app.ctx.login_guard = LoginGuard()

    async def visitor(self, request: Asked, *, active: bool = True) -> staff.Visitor:
        """Who asks, by API token or cookie. Raises NotSignedIn. Checks nothing else."""
        bearer = _bearer(request)
        if bearer is not None:
            return await staff.access_api_token(self._ctx, bearer)
        return await staff.access_session(self._ctx, self.session_token(request), active=active)

    async def changing_visitor(self, request: Asked, *, csrf: str | None) -> staff.Visitor:
        """Who asks to change something; with a cookie, `csrf` must be the session's token."""
        visitor = await self.visitor(request)
        if visitor.csrf is not None:
            self.check_origin(request)
            if csrf is None or not hmac.compare_digest(visitor.csrf.encode(), csrf.encode(errors="replace")):
                raise HttpProblem(403, "csrf", "The CSRF token is missing or wrong: sign in again.")
        return visitor

    def check_origin(self, request: Asked) -> None:
        """Refuses a page of another origin, and `null`. Programs send no Origin."""
        origin = request.headers.get("origin")
        if origin is None:
            return
        own = {f"http://{request.host}", f"https://{request.host}", self._public_url}
        if origin not in own:
            raise HttpProblem(403, "foreign_origin", "This page may not use the staff's session.")

    async def sign_in(self, request: Asked, *, name: str, password: str) -> staff.SignedIn:
        """Raises NotSignedIn and TooManyTries."""
        guard: LoginGuard = request.app.ctx.login_guard
        return await staff.log_in(self._ctx, guard, name=name, password=password, address=request.client_ip)

    async def sign_out(self, request: Asked, visitor: staff.Visitor) -> None:
        """End the cookie's session; an API token has none."""
        token = self.session_token(request)
        if token is not None and visitor.csrf is not None:
            await staff.log_out(self._ctx, token, member=visitor.member)

    def session_token(self, request: Asked) -> str | None:
        token: str | None = request.cookies.get(self._cookie_name(request))
        return token

    def set_cookie(self, request: Asked, response: BaseHTTPResponse, token: str) -> None:
        """The session cookie, for the whole site, until the browser closes or the session ends."""
        secure = self._over_https(request)
        response.add_cookie(
            COOKIE, token, path="/", httponly=True, samesite="Strict", secure=secure, host_prefix=secure
        )

    def drop_cookie(self, request: Asked, response: BaseHTTPResponse) -> None:
        secure = self._over_https(request)
        response.cookies.delete_cookie(COOKIE, path="/", secure=secure, host_prefix=secure)

    def _cookie_name(self, request: Asked) -> str:
        return f"__Host-{COOKIE}" if self._over_https(request) else COOKIE

    def _over_https(self, request: Asked) -> bool:
        outside = urlsplit(self._public_url)
        behind_proxy = outside.scheme == "https" and outside.netloc == request.host
        return request.scheme == "https" or behind_proxy


def known_id(text: str) -> str:
    """An id of ours; anything else is as absent as one that does not exist."""
    if not _ID.match(text):
        raise HttpProblem(404, "not_found", "There is nothing here.")
    return text


def staff_errors(handler: Handler) -> Handler:
    """Turns the staff services' refusals into answers of the API; the rest is the gateway's."""

    @functools.wraps(handler)
    async def guarded(request: Asked, **arguments: Any) -> HTTPResponse:
        try:
            return await handler(request, **arguments)
        except (NotSignedIn, RoleRefused, TooManyTries, Conflict) as error:
            raise problem_of(error) from error

    return guarded


def problem_of(error: NotSignedIn | RoleRefused | TooManyTries | Conflict) -> HttpProblem:
    """Their texts are ours and hold nothing of the caller's or the patient's."""
    match error:
        case NotSignedIn():
            return HttpProblem(401, "not_signed_in", f"{error}.")
        case RoleRefused():
            return HttpProblem(403, "forbidden", f"{error}.")
        case TooManyTries():
            wait = max(1, math.ceil(error.retry_after_seconds))
            return HttpProblem(429, "too_many_tries", f"{error}.", retry_after=wait)
        case _:
            return HttpProblem(409, "conflict", f"{error}.")


def _bearer(request: Asked) -> str | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = str(header).partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn("use Authorization: Bearer with an API token")
    return token.strip()
