"""Joins the blueprints into one Sanic app with every guard in place. Knows no service."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any

from sanic import Blueprint, Sanic

from bot.gateway.access_log import log_request, start_clock
from bot.gateway.chat_api import ChatApi, chat_blueprint
from bot.gateway.door import ChatDoor
from bot.gateway.errors import ProblemHandler
from bot.gateway.form_page import form_blueprint
from bot.gateway.framing import StrictRequest
from bot.gateway.headers import add_security_headers
from bot.gateway.health import Probe, health_blueprint
from bot.gateway.limits import Counter, LocalCounter
from bot.gateway.metrics import Metrics, count_request, serve_metrics
from bot.gateway.openapi import chat_part, openapi_blueprint
from bot.gateway.options import Options
from bot.gateway.pages import pages_blueprint
from bot.gateway.plain_pages import PlainPages
from bot.gateway.staff_api import staff_part
from bot.gateway.wakes import WakeHub

log = logging.getLogger("intake.gateway")

WORKER_PAUSE_SECONDS = 1.0
App = Sanic[Any, Any]
Worker = Callable[[], Awaitable[None]]
"""Runs as long as the gateway runs; cancelled when it stops."""


def assemble(
    *,
    door: ChatDoor,
    options: Options,
    hub: WakeHub,
    probes: Mapping[str, Probe],
    counter: Counter | None = None,
    blueprints: Sequence[Blueprint] = (),
    workers: Sequence[Worker] = (),
) -> App:
    """An app ready to listen; `blueprints` are the other doors."""
    app: App = Sanic(
        f"intake-{secrets.token_hex(4)}", request_class=StrictRequest, error_handler=ProblemHandler(),
        configure_logging=False,
    )  # fmt: skip
    _configure(app, options)
    app.ctx.metrics, app.ctx.plain_pages = Metrics(), PlainPages(options)
    api = ChatApi(
        door=door, options=options, counter=counter or LocalCounter(), hub=hub, metrics=app.ctx.metrics
    )
    _add_guards(app, hub)
    for blueprint in (
        chat_blueprint(api),
        pages_blueprint(options),
        form_blueprint(api),
        health_blueprint(probes),
        openapi_blueprint(_described(blueprints)),
        *blueprints,
    ):
        app.blueprint(blueprint)

    async def look_for_news() -> None:
        await hub.keep_looking(door.latest_numbers, seconds=options.stream_poll_seconds)

    _run_workers(app, [*workers, look_for_news])
    if options.metrics_port is not None:
        serve_metrics(app, port=options.metrics_port)
    return app


def _described(blueprints: Sequence[Blueprint]) -> list[dict[str, Any]]:
    """The parts of the description whose doors are there."""
    staffed = any(blueprint.name == "staff_api" for blueprint in blueprints)
    return [chat_part(), *([staff_part()] if staffed else [])]


def _configure(app: App, options: Options) -> None:
    app.ctx.options = options
    app.ctx.stopping = False
    app.config.update(
        {
            "REQUEST_MAX_SIZE": options.body_bytes,
            "REQUEST_TIMEOUT": 10,
            "RESPONSE_TIMEOUT": 60,
            "KEEP_ALIVE_TIMEOUT": 65,
            "GRACEFUL_SHUTDOWN_TIMEOUT": options.drain_seconds + 3,
            "ACCESS_LOG": False,  # Sanic's own holds addresses; ours is access_log.py
            "MOTD": False,
            "TOUCHUP": False,  # it rewrites Sanic's classes at start: a second app in a process would break
            "NOISY_EXCEPTIONS": False,
        }
    )


def _add_guards(app: App, hub: WakeHub) -> None:
    app.register_middleware(start_clock, "request", priority=100)
    for middleware in (add_security_headers, count_request, log_request):
        app.register_middleware(middleware, "response")

    @app.before_server_stop
    async def stop(*_: Any) -> None:
        app.ctx.stopping = True
        hub.close()


def _run_workers(app: App, workers: Sequence[Worker]) -> None:
    tasks: list[asyncio.Task[None]] = []

    @app.after_server_start
    async def start(*_: Any) -> None:
        tasks.extend(asyncio.create_task(_forever(worker)) for worker in workers)

    @app.before_server_stop
    async def stop(*_: Any) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _forever(worker: Worker) -> None:
    """Starts a worker again when it fails: one bad row must not stop the outbox."""
    while True:
        try:
            await worker()
        except Exception as error:  # the outermost wrapper of a worker
            log.error("worker failed: %s", type(error).__name__)
        await asyncio.sleep(WORKER_PAUSE_SECONDS)


@contextlib.asynccontextmanager
async def listening(app: App, *, sock: socket.socket) -> AsyncIterator[int]:
    """Serves the app on a bound socket in this loop; yields the port. Starts and stops as a real run does."""
    server: Any = await app.create_server(sock=sock)
    await server.startup()
    await server.before_start()
    await server.after_start()
    try:
        yield sock.getsockname()[1]
    finally:
        await server.before_stop()
        server.close()
        for connection in list(server.connections):
            connection.abort()
        await server.wait_closed()
        await server.after_stop()
