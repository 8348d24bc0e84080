"""Asking another system in the middle of a transaction, without keeping the transaction open meanwhile.

A transaction never waits for the network: SQLite has one writer, and a message that needs "call 911" must not
wait for somebody else's schedule. What needs an answer raises `AskOutside`; the transaction is undone, the
answer fetched, and all of it run again with the answer known. So what is asked must be safe to ask again: a
process may die between the answer and the commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar
from typing import Any

from bot.domain.errors import DeliveryFailed, IntakeError
from bot.failpoints import reach

BUDGET_SECONDS = 4.0
"""For all questions of one turn together: the engine's budget is ten."""

_known: ContextVar[dict[Hashable, Any] | None] = ContextVar("what other systems said", default=None)


class AskOutside(Exception):  # noqa: N818 (a question, not a failure)
    """Ends a transaction that needs an answer first."""

    def __init__(self, key: Hashable, question: Callable[[], Awaitable[Any]]) -> None:
        super().__init__("another system must be asked first")
        self.key = key
        self.question = question


async def ask[T](key: Hashable, question: Callable[[], Awaitable[T]]) -> T:
    """The answer to `question`, asked once for each key within `settled`; raises what the question raised."""
    known = _known.get()
    if known is None:
        raise RuntimeError("another system can be asked within `settled` alone")
    if key not in known:
        raise AskOutside(key, question)
    answer: T | IntakeError = known[key]
    if isinstance(answer, IntakeError):
        raise answer
    return answer


async def settled[T](attempt: Callable[[], Awaitable[T]]) -> T:
    """Run `attempt`, which opens and commits its own transaction; again after each answer it needed."""
    if _known.get() is not None:
        return await attempt()
    until, known = asyncio.get_running_loop().time() + BUDGET_SECONDS, dict[Hashable, Any]()
    token = _known.set(known)
    try:
        while True:
            try:
                return await attempt()
            except AskOutside as asked:
                known[asked.key] = await _answer(asked.question, until)
                reach("outside.answered")
    finally:
        _known.reset(token)


async def _answer(question: Callable[[], Awaitable[Any]], until: float) -> Any:
    try:
        async with asyncio.timeout_at(until):
            return await question()
    except TimeoutError:
        return DeliveryFailed("the other system did not answer in time", code="late")
    except IntakeError as refused:
        return refused
