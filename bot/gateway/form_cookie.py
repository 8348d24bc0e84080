"""The cookie that holds a chat's token for the page without scripts; no script can read it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from sanic.request import Request
from sanic.response import BaseHTTPResponse

Asked = Request[Any, Any]
COOKIE = "spine_chat"
KEPT_SECONDS = 12 * 3600
"""As long as the widget remembers a chat that nobody goes on with."""


def set_cookie(request: Asked, response: BaseHTTPResponse, token: str) -> None:
    """For the whole site, so that `__Host-` may stand before its name over https."""
    secure = _over_https(request)
    response.add_cookie(
        COOKIE, token, path="/", httponly=True, samesite="Lax", secure=secure, host_prefix=secure,
        max_age=KEPT_SECONDS,
    )  # fmt: skip


def token_of(request: Asked) -> str:
    """The token of this browser's chat; empty when there is none."""
    name = f"__Host-{COOKIE}" if _over_https(request) else COOKIE
    return str(request.cookies.get(name) or "")


def drop_cookie(request: Asked, response: BaseHTTPResponse) -> None:
    secure = _over_https(request)
    response.cookies.delete_cookie(COOKIE, path="/", secure=secure, host_prefix=secure)


def _over_https(request: Asked) -> bool:
    outside = urlsplit(request.app.ctx.options.public_url)
    return request.scheme == "https" or (outside.scheme == "https" and outside.netloc == request.host)
