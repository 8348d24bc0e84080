"""A receiver of webhooks for tests: keeps each request, answers as it is told.

with Receiver.running() as receiver:
    receiver.answers = [500, 302]        the next two requests, then 204
    receiver.got -> [Request(headers=..., body=...), ...]
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.listening import listening

TAKEN = 204


@dataclass(frozen=True, kw_only=True)
class Request:
    """One try of an event."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`location`: where a redirection points. `delay_seconds`: before each answer."""

    url: str = ""
    got: list[Request] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = "/elsewhere"
    delay_seconds: float = 0.0

    @classmethod
    @contextlib.contextmanager
    def running(cls) -> Iterator[Receiver]:
        """Listens on a free port of the loopback."""
        receiver = cls()
        with listening(_handler(receiver)) as address:
            receiver.url = f"{address}/in"
            yield receiver


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Request(path=self.path, headers=headers, body=body))
            time.sleep(receiver.delay_seconds)
            with contextlib.suppress(ConnectionError):  # the sender lost patience
                self.answer(receiver.answers.pop(0) if receiver.answers else TAKEN)

        def answer(self, status: int) -> None:
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler
