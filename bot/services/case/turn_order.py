"""Whose turn it is: one message of a case is answered at a time, in the order they came.

The order is kept twice: a line in this process (first come, first served) and a lease on the case's row
(several processes). The line is only an order of waiting; correctness rests on the lease in the store.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.domain.cases import CaseStatus, Message
from bot.domain.errors import StoreUnavailable
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork

_PAUSE_SECONDS = 0.05
Storing = Callable[[UnitOfWork], Awaitable[Message]]
"""Keeps a patient's message, or finds the one that was kept before."""


class Line:
    """The messages of one case that are answered or wait for it, in this process."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._inside = 0

    @property
    def empty(self) -> bool:
        """Whether nobody is in it: then a place is had at once."""
        return not self._inside

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Waits until all who came before are through."""
        self._inside += 1
        try:
            async with self._lock:
                yield
        finally:
            self._inside -= 1


_lines: weakref.WeakValueDictionary[str, Line] = weakref.WeakValueDictionary()


def line_of(case_id: str) -> Line:
    """The line of a case; it is there for as long as somebody holds it."""
    return _lines.setdefault(case_id, Line())


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The stored replies to a message, and where its case stands."""

    messages: list[Message]
    status: CaseStatus


@dataclass(kw_only=True)
class Begun:
    """A turn that runs: its message, its case as it was then, and who holds the case's lease for it."""

    message: Message
    view: CaseView
    owner: str
    over: bool = False

    async def commit(self, uow: UnitOfWork) -> None:
        """Commit what ends the turn; the lease goes with it."""
        await uow.cases.release_turn(self.message.case_id, owner=self.owner)
        await uow.commit()
        self.over = True


async def keep(ctx: Context, store: Storing, *, begin: bool) -> tuple[Message, Begun | Answered | None]:
    """Store a message, and begin its turn in the same transaction when that is wanted and possible."""
    async with ctx.unit_of_work() as uow:
        message = await store(uow)
        begun = await _begin(ctx, uow, message) if begin else None
        await uow.commit()
    return message, begun


async def wait_to_begin(ctx: Context, message: Message) -> Begun | Answered:
    """The turn of a stored message, once no other process answers its case. Raises StoreUnavailable."""
    for _ in range(int(ctx.limits.turn_wait_seconds / _PAUSE_SECONDS)):
        async with ctx.unit_of_work() as uow:
            begun = await _begin(ctx, uow, message)
            if begun is not None:
                await uow.commit()
                return begun
        await asyncio.sleep(_PAUSE_SECONDS)
    raise StoreUnavailable("another message of this conversation is still being answered: try again")


async def _begin(ctx: Context, uow: UnitOfWork, message: Message) -> Begun | Answered | None:
    """The turn with the case's lease taken; what was answered before; None while another turn runs."""
    stored = await uow.messages.get(message.id)
    if stored.answered:
        return await answered_before(uow, stored)
    owner, now = ctx.ids.new(), ctx.clock.now()
    until = now + dt.timedelta(seconds=ctx.limits.turn_lease_seconds)
    if not await uow.cases.claim_turn(message.case_id, owner=owner, until=until, now=now):
        return None
    return Begun(message=stored, view=await load_view(uow, message.case_id), owner=owner)


async def answered_before(uow: UnitOfWork, message: Message) -> Answered:
    """What was said to a message so far."""
    replies = await uow.messages.replies_to(message.id)
    return Answered(messages=replies, status=(await uow.cases.get(message.case_id)).status)
