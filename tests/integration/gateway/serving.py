"""An app on a free loopback port in this loop, for tests."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator

from bot.gateway import assembly


@contextlib.asynccontextmanager
async def listening(app: assembly.App) -> AsyncIterator[int]:
    """Serves the app; yields the port."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        async with assembly.listening(app, sock=sock) as port:
            yield port
