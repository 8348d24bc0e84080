"""Which web pages may talk to the chat API: our own, and those named in the settings, exactly.

Never a star, never a pattern. The token is no cookie, so a foreign page cannot use a patient's
session by itself; this keeps it from opening sessions in the clinic's name in somebody's browser.
"""

from __future__ import annotations

from typing import Any

from sanic.request import Request
from sanic.response import BaseHTTPResponse

from bot.gateway.errors import HttpProblem

_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


def is_own(request: Request[Any, Any], origin: str) -> bool:
    """Our own page: its origin is the Host that the framing check let in."""
    host = request.headers.get("host", "")
    return origin in {f"http://{host}", f"https://{host}", request.app.ctx.options.public_url}


def check_origin(request: Request[Any, Any]) -> None:
    """Raises a 403 for a page that is not allowed. No Origin header: not a foreign page's script."""
    origin = request.headers.get("origin")
    if origin is None or is_own(request, origin) or origin in request.app.ctx.options.allowed_origins:
        return
    raise HttpProblem(403, "origin_not_allowed", "This web page may not use the chat.")


async def add_cors_headers(request: Request[Any, Any], response: BaseHTTPResponse) -> None:
    """Response middleware of the chat API."""
    response.headers["Vary"] = "Origin"
    origin = request.headers.get("origin")
    if origin is not None and origin in request.app.ctx.options.allowed_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if request.method == "OPTIONS":
            response.headers.update(_PREFLIGHT)


def frame_ancestors(allowed_origins: tuple[str, ...]) -> str:
    """The CSP value for the widget's frame."""
    return " ".join(("'self'", *allowed_origins))
