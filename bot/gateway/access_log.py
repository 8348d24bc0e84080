"""One JSON line per request. Allow-listed keys only: no address, no query, no token, no words."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from sanic.request import Request
from sanic.response import BaseHTTPResponse

from bot.gateway.metrics import route_name

log = logging.getLogger("intake.access")


async def start_clock(request: Request[Any, Any]) -> None:
    """Request middleware, first of all."""
    request.ctx.started = time.perf_counter()


async def log_request(request: Request[Any, Any], response: BaseHTTPResponse) -> None:
    """Response middleware."""
    started = getattr(request.ctx, "started", None)
    line = {
        "event": "request",
        "method": request.method if request.route is not None else "other",
        "route": route_name(request),
        "status": response.status,
        "case": getattr(request.ctx, "case_id", None),
        "ms": round((time.perf_counter() - started) * 1000, 1) if started is not None else None,
    }
    log.info(json.dumps(line))
