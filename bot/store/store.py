"""The opened store."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.engine import Now, WriteTurns, open_engine
from bot.store.unit_of_work import SqlUnitOfWork


class Store:
    """Units of work over one database; close it when the process ends.

    On SQLite those that read have connections of their own, which cannot write.
    """

    def __init__(self, engine: AsyncEngine, *, readers: AsyncEngine, now: Now) -> None:
        self._engine = engine
        self._readers = readers
        self._turns = WriteTurns(one_writer=engine.dialect.name == "sqlite")
        self._now = now

    @property
    def engines(self) -> tuple[AsyncEngine, AsyncEngine]:
        """What writes and what reads, for whoever counts their statements; one and the same on PostgreSQL."""
        return self._engine, self._readers

    def unit_of_work(self, *, write: bool = True) -> SqlUnitOfWork:
        """A transaction, to be entered with `async with`."""
        engine = self._engine if write else self._readers
        return SqlUnitOfWork(engine, write=write, turns=self._turns, now=self._now)

    async def close(self) -> None:
        """Close all connections."""
        await self._engine.dispose()
        await self._readers.dispose()


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def open_store(url: str, *, now: Now = _utc_now) -> Store:
    """The store at this address. Connects at first use; the schema must be there (`migrate`).

    Raises InvalidInput for an address that is neither SQLite with a file nor PostgreSQL.
    """
    engine = open_engine(url)
    readers = open_engine(url, write=False) if engine.dialect.name == "sqlite" else engine
    return Store(engine, readers=readers, now=now)
