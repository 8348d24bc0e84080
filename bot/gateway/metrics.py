"""Numbers for Prometheus. No label ever holds an id, an address or a word of a patient."""

from __future__ import annotations

import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server
from sanic import Sanic
from sanic.request import Request
from sanic.response import BaseHTTPResponse


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


def serve_metrics(app: Sanic[Any, Any], *, port: int) -> None:
    """`/metrics` on a listener of its own, this machine only: the public one has no such page."""

    @app.after_server_start
    async def start(*_: object) -> None:
        app.ctx.metrics_listener = start_http_server(
            port, addr="127.0.0.1", registry=app.ctx.metrics.registry
        )

    @app.before_server_stop
    async def stop(*_: object) -> None:
        if not hasattr(app.ctx, "metrics_listener"):
            return  # its port was taken: the start has failed already
        server, thread = app.ctx.metrics_listener
        server.shutdown()
        server.server_close()
        thread.join()
