"""Is it alive, and is it ready, part by part."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.request import Request
from sanic.response import json

Probe = Callable[[], Awaitable[None]]
"""Returns when the part works, raises when it does not."""

PROBE_SECONDS = 2.0
REMEMBERED_SECONDS = 1.0
"""A flood of health checks costs the parts one check a second."""


class Readiness:
    """The parts and what they last said."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = dict(probes)
        self._lock = asyncio.Lock()
        self._parts: dict[str, str] = {}
        self._until = 0.0

    async def parts(self) -> dict[str, str]:
        """`{"store": "ok", "engine": "down"}`."""
        async with self._lock:
            if time.monotonic() >= self._until:
                states = await asyncio.gather(*(_ask(probe) for probe in self._probes.values()))
                self._parts = dict(zip(self._probes, states, strict=True))
                self._until = time.monotonic() + REMEMBERED_SECONDS
        return self._parts


async def _ask(probe: Probe) -> str:
    try:
        await asyncio.wait_for(probe(), timeout=PROBE_SECONDS)
    except Exception:  # a probe may fail in any way its part can; why is in the part's own log
        return "down"
    return "ok"


def health_blueprint(probes: Mapping[str, Probe]) -> Blueprint:
    """`/health/live` (this process answers) and `/health/ready` (503 while a part is down)."""
    blueprint = Blueprint("health", url_prefix="/health")
    readiness = Readiness(probes)

    @blueprint.get("/live")
    async def live(_: Request[Any, Any]) -> HTTPResponse:
        return json({"status": "ok"})

    @blueprint.get("/ready")
    async def ready(_: Request[Any, Any]) -> HTTPResponse:
        parts = await readiness.parts()
        complete = all(state == "ok" for state in parts.values())
        return json(
            {"status": "ok" if complete else "degraded", "parts": parts}, status=200 if complete else 503
        )

    return blueprint
