"""How often something was tried lately: counted in the record, so for every process and across restarts.

A key says what is counted and for whom (`message:<token>`, `visit:<address>`). Whom is kept as a SHA-256
only: the record holds no session's token, and no list of addresses and of names that somebody typed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from bot.services.ports import Clock, UnitOfWorkFactory


class CountingContext(Protocol):
    """The part of `Context` that counting needs."""

    @property
    def unit_of_work(self) -> UnitOfWorkFactory: ...

    @property
    def clock(self) -> Clock: ...


async def count(ctx: CountingContext, keys: Sequence[str], *, seconds: float) -> list[int]:
    """Count one more of each; how many of each there were in its window, this one included.

    Raises StoreUnavailable.
    """
    now, stored = ctx.clock.now(), {key: digest(key) for key in keys}
    async with ctx.unit_of_work() as uow:
        # In one order everywhere: each key is held until the end, and two callers may share some of them.
        hits = {key: await uow.tallies.hit(stored[key], at=now, seconds=seconds) for key in sorted(keys)}
        await uow.commit()
    return [hits[key] for key in keys]


def digest(key: str) -> str:
    """As a key is stored: what is counted in clear, for whom as SHA-256."""
    what, _, whom = key.partition(":")
    return f"{what}:{hashlib.sha256(whom.encode(errors='replace')).hexdigest()}"
