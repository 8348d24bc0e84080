"""Numbers for Prometheus. No label ever holds an id, an address or a word of a patient."""

from __future__ import annotations

import hmac
import time
from typing import Any

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from sanic import Blueprint, HTTPResponse
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import BaseHTTPResponse

from bot.gateway.options import LOOPBACK_HOSTS


class Metrics:
    """One registry per app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "intake_http_requests", "Requests answered", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "intake_http_seconds", "Time to the answer's head", ["route"], registry=self.registry
        )
        self.streams = Gauge("intake_streams_open", "Event streams open now", registry=self.registry)
        self.limited = Counter(
            "intake_rate_limited", "Requests over a limit", ["what"], registry=self.registry
        )
        self.screened = Counter(
            "intake_screened_without_store",
            "Messages screened while they could not be stored",
            ["fired"],
            registry=self.registry,
        )


def route_name(request: Request[Any, Any]) -> str:
    """The route's template, never the address that was asked for."""
    return f"/{request.route.path}" if request.route is not None else "unknown"


async def count_request(request: Request[Any, Any], response: BaseHTTPResponse) -> None:
    """Response middleware."""
    metrics: Metrics = request.app.ctx.metrics
    route = route_name(request)
    method = request.method if request.route is not None else "other"
    metrics.requests.labels(route, method, str(response.status)).inc()
    started = getattr(request.ctx, "started", None)
    if started is not None:
        metrics.seconds.labels(route).observe(time.perf_counter() - started)


def metrics_blueprint() -> Blueprint:
    """`GET /metrics`: from this machine, with the operator's token; for everybody else it is not there."""
    blueprint = Blueprint("metrics")

    @blueprint.get("/metrics")
    async def metrics(request: Request[Any, Any]) -> HTTPResponse:
        if not _may_read(request):
            raise NotFound
        return HTTPResponse(
            generate_latest(request.app.ctx.metrics.registry), content_type=CONTENT_TYPE_LATEST
        )

    return blueprint


def _may_read(request: Request[Any, Any]) -> bool:
    token: str | None = request.app.ctx.options.metrics_token
    given = request.headers.get("authorization", "")
    local = request.client_ip in {*LOOPBACK_HOSTS, "::1"}
    return bool(token) and local and hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
