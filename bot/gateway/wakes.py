"""Wakes this process's waiting streams and polls when their case has a new message.

A message written by this process wakes at once. Those of other processes (the watchdog, another
gateway on the same database) are found by one look into the record a second for all who wait
together, however many they are; with nobody waiting there is no look at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from bot.domain.errors import StoreUnavailable

LatestNumbers = Callable[[Collection[str]], Awaitable[Mapping[str, int]]]
"""Case ids -> the number of each case's last message."""


@dataclass(eq=False, kw_only=True)
class _Waiter:
    """Somebody who has seen a case's messages up to a number."""

    seen: int
    news: asyncio.Event = field(default_factory=asyncio.Event)


class WakeHub:
    """Waiters by case id; holds nothing for a case nobody waits for."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[_Waiter]] = {}
        self._closed = False

    def wake(self, case_id: str) -> None:
        """Everybody who waits for this case looks again now."""
        for waiter in self._waiting.get(case_id, ()):
            waiter.news.set()

    def close(self) -> None:
        """The process stops: nobody waits any longer."""
        self._closed = True
        for case_id in self._waiting:
            self.wake(case_id)

    async def wait(self, case_id: str, *, seen: int, seconds: float) -> None:
        """Returns when there may be a message after number `seen`, or after `seconds`."""
        if self._closed:
            return
        waiter = _Waiter(seen=seen)
        self._waiting.setdefault(case_id, set()).add(waiter)
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(waiter.news.wait(), timeout=seconds)
        finally:
            self._waiting[case_id].discard(waiter)
            if not self._waiting[case_id]:
                del self._waiting[case_id]

    async def keep_looking(self, latest_numbers: LatestNumbers, *, seconds: float) -> None:
        """Wakes those whose case has grown, wherever it was written; until cancelled.

        While the record is down nobody is woken; each stream notices that by itself.
        """
        while True:
            await asyncio.sleep(seconds)
            if self._waiting:
                with contextlib.suppress(StoreUnavailable):
                    self._compare(await latest_numbers(tuple(self._waiting)))

    def _compare(self, numbers: Mapping[str, int]) -> None:
        for case_id, number in numbers.items():
            for waiter in self._waiting.get(case_id, ()):
                if number > waiter.seen:
                    waiter.news.set()
