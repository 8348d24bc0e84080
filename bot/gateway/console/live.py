"""The parts of an open page: answered at once when they differ, else held until something was written.

A page says how long it would wait (`Prefer: wait=3`, RFC 7240). Meanwhile one look a moment into the record,
shared by all pages that wait, tells whether anything was written since, by whichever process. Every write
lets every waiting page be made anew: on a quiet record pages cost nearly nothing, on a busy one no more than
when each asked by itself. What changes with the time alone comes with the next answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import StoreUnavailable
from bot.gateway.console.handling import fragment
from bot.gateway.staff_api.door import Asked
from bot.services.context import Context
from bot.services.office import work_desk

LOOK_SECONDS = 0.25
PAUSE_SECONDS = 0.3
"""A page is not made more often than this; with the look, and the making, under a second."""
LONGEST_SECONDS = 10
_WAIT = re.compile(r"wait=(\d{1,4})")


class Pulse:
    """Counts the changes of the record that were seen while somebody waited."""

    def __init__(self, look: Callable[[], Awaitable[str]]) -> None:
        self._look = look
        self._last: str | None = None
        self._news = asyncio.Event()
        self._waiting = 0
        self._closed = False
        self.count = 0

    async def wait(self, *, since: int, seconds: float) -> None:
        """Returns when something was written after `count` was `since`, or after `seconds`."""
        if self.count != since or self._closed:
            return
        self._waiting += 1
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), timeout=seconds)
        finally:
            self._waiting -= 1

    async def keep_looking(self) -> None:
        """Until cancelled. While the record is down every page is made anew, and says so."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._waiting:
                await self._compare()

    def close(self) -> None:
        """Nobody waits any longer."""
        self._closed = True
        self._tell()

    async def _compare(self) -> None:
        seen: str | None = None
        with contextlib.suppress(StoreUnavailable):
            seen = await self._look()
        if seen is None or seen != self._last:
            self._last = seen
            self._tell()

    def _tell(self) -> None:
        self.count += 1
        told, self._news = self._news, asyncio.Event()
        told.set()


class LivePages:
    """The pulse of one app, for its console."""

    def __init__(self, blueprint: Blueprint, ctx: Context) -> None:
        self._pulse = Pulse(lambda: work_desk.pulse(ctx))
        looking: list[asyncio.Task[None]] = []

        @blueprint.after_server_start
        async def start(*_: object) -> None:
            looking.append(asyncio.create_task(self._pulse.keep_looking()))

        @blueprint.before_server_stop
        async def stop(*_: object) -> None:
            self._pulse.close()
            for task in looking:
                task.cancel()
            await asyncio.gather(*looking, return_exceptions=True)

    async def answer(self, request: Asked, make: Callable[[], Awaitable[str]]) -> HTTPResponse:
        """What `make` gives, when it is not what the browser has, or at the end of its wait. `make` also
        checks each time whether this person may still see it."""
        clock = asyncio.get_running_loop().time
        until = clock() + _wished(request)
        while True:
            since, made_at = self._pulse.count, clock()
            answer = fragment(request, await make())
            if answer.status != 304 or clock() >= until:
                break
            await self._pulse.wait(since=since, seconds=until - clock())
            await asyncio.sleep(max(0.0, made_at + PAUSE_SECONDS - clock()))
        if _wished(request):
            answer.headers["Preference-Applied"] = "wait"
        return answer


def _wished(request: Asked) -> float:
    """How long the page would wait; 0 when it does not say."""
    found = _WAIT.fullmatch(request.headers.get("prefer", ""))
    return min(int(found[1]), LONGEST_SECONDS) if found else 0
