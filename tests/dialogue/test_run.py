"""The engine's process ends with a status that tells the supervisor what happened."""

from __future__ import annotations

import socket

from sanic import Request, Sanic
from sanic.response import HTTPResponse, empty

from bot.engine.run import serve


def test_a_taken_port_is_no_orderly_stop() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        app = Sanic("engine_without_a_port", configure_logging=False)
        app.add_route(_nothing, "/")
        assert serve(app, port=other.getsockname()[1]) == 1


async def _nothing(request: Request) -> HTTPResponse:
    return empty()
