"""Server-sent events: the messages of one case, each with its number as the event's id.

A client that lost the line sends the last number it saw (`Last-Event-ID`) and misses nothing and sees
nothing twice. Between messages a comment line goes out, so that a dead line is noticed by both.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sanic.request import Request

from bot.domain.cases import Message
from bot.domain.errors import InvalidInput, NotAllowed, StoreUnavailable
from bot.gateway.door import ChatDoor
from bot.gateway.errors import HttpProblem
from bot.gateway.message_json import message_json
from bot.gateway.options import Options
from bot.gateway.wakes import WakeHub

RECONNECT_MILLISECONDS = 2000


class OpenStreams:
    """How many are open: per session and together."""

    def __init__(self, options: Options, gauge: Any) -> None:
        self._options = options
        self._gauge = gauge
        self._by_case: Counter[str] = Counter()

    @contextlib.contextmanager
    def place(self, case_id: str) -> Iterator[None]:
        """Takes a place for one stream; raises a 429 or 503 when there is none."""
        if self._by_case[case_id] >= self._options.streams_per_token:
            raise HttpProblem(429, "too_many_streams", "Too many open streams.", retry_after=5)
        if self._by_case.total() >= self._options.streams:
            raise HttpProblem(503, "too_many_streams", "Too many open streams.", retry_after=15)
        self._by_case[case_id] += 1
        self._gauge.set(self._by_case.total())
        try:
            yield
        finally:
            self._by_case[case_id] -= 1
            self._by_case += Counter()  # drops the zeros
            self._gauge.set(self._by_case.total())


def last_event_id(request: Request[Any, Any]) -> int:
    """The number after which to go on; 0 for all."""
    value = request.headers.get("last-event-id", "0")
    if not (value.isascii() and value.isdigit() and len(value) <= 10):
        raise InvalidInput("Last-Event-ID must be the number of a message.", code="bad_number")
    return int(value)


def event(message: Message) -> str:
    """One event of the stream. JSON holds no line break, so one data line is enough."""
    data = json.dumps(message_json(message), ensure_ascii=False)
    return f"id: {message.seq}\nevent: message\ndata: {data}\n\n"


async def send_events(
    request: Request[Any, Any], *, door: ChatDoor, hub: WakeHub, token: str, case_id: str, after: int
) -> None:
    """Writes events until the client goes, the token ends, or the store fails (the client comes back)."""
    options: Options = request.app.ctx.options
    response = await request.respond(content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
    await response.send(f"retry: {RECONNECT_MILLISECONDS}\n\n")
    beat_at = time.monotonic() + options.stream_heartbeat_seconds
    with contextlib.suppress(NotAllowed, StoreUnavailable):
        while not request.app.ctx.stopping:
            for message in await door.messages_after(case_id, after):
                await response.send(event(message))
                after = message.seq
            if time.monotonic() >= beat_at:
                await door.access_case(token)
                await response.send(": still here\n\n")
                beat_at = time.monotonic() + options.stream_heartbeat_seconds
            await hub.wait(case_id, seen=after, seconds=max(0.0, beat_at - time.monotonic()))
    await response.eof()
