"""Security headers on every response, whoever made it, errors included.

Nothing inline runs or styles anywhere: a patient's words that became markup by accident would still
be dead text. A route says who may frame it by setting `request.ctx.frame_ancestors`; the default is
nobody.
"""

from __future__ import annotations

from typing import Any

from sanic.request import Request
from sanic.response import BaseHTTPResponse

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors {ancestors}"
)
_STEADY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
NO_ANCESTORS = "'none'"


async def add_security_headers(request: Request[Any, Any], response: BaseHTTPResponse) -> None:
    """Response middleware."""
    ancestors = getattr(request.ctx, "frame_ancestors", NO_ANCESTORS)
    response.headers["Content-Security-Policy"] = _POLICY.format(ancestors=ancestors)
    if ancestors == NO_ANCESTORS:
        response.headers["X-Frame-Options"] = "DENY"
    for name, value in _STEADY.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    response.headers.setdefault("Cache-Control", "no-store")
    if request.app.ctx.options.public_url.startswith("https://"):
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
