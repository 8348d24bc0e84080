"""An app on a free loopback port in this loop, for tests."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

from bot.gateway.assembly import App


@contextlib.asynccontextmanager
async def listening(app: App) -> AsyncIterator[int]:
    """Serves the app; yields the port. Runs the same start and stop events as a real run."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
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
