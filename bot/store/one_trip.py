"""SQLite's connection as SQLAlchemy uses it, with one trip to its thread for each statement.

aiosqlite makes four of them (make a cursor, execute, fetch, close), and each wakes two threads: most of
what a short statement costs. Here the thread does all four at once and hands back the rows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import aiosqlite

Rows = list[Any]


@dataclass
class WholeCursor:
    """One statement and everything it gave. Nothing is left open when `execute` returns."""

    connection: WholeConnection
    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1
    rows: Rows = field(default_factory=list, repr=False)

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Run and fetch. Raises what sqlite3 raises."""
        self._keep(await self.connection.in_thread(_run, sql, parameters))
        return self

    async def executemany(self, sql: str, parameters: Iterable[Sequence[Any]]) -> Self:
        """Run once for each row of parameters. Raises what sqlite3 raises."""
        self._keep(await self.connection.in_thread(_run_many, sql, parameters))
        return self

    async def fetchall(self) -> Rows:
        """The rows; they came with the statement."""
        return self.rows

    async def close(self) -> None:
        """Nothing to do: the thread has closed it."""

    def _keep(self, done: tuple[Any, int, int | None, Rows]) -> None:
        self.description, self.rowcount, self.lastrowid, self.rows = done


class WholeConnection(aiosqlite.Connection):
    """A connection whose statements come back whole."""

    def cursor(self) -> WholeCursor:  # type: ignore[override]  # SQLAlchemy asks no more of a cursor
        """A cursor that costs nothing until it runs."""
        return WholeCursor(self)

    async def rollback(self) -> None:
        """Undo the open transaction; without one there is nothing to ask the thread for."""
        if self.in_transaction:
            await super().rollback()

    async def in_thread(self, work: Callable[..., Any], *given: Any) -> Any:
        """What `work(connection, *given)` returns, run in the connection's own thread."""
        return await self._execute(work, self._conn, *given)  # type: ignore[no-untyped-call]


async def connect(file: str, *, timeout_seconds: float) -> WholeConnection:
    """Open a database file. Raises what sqlite3 raises."""
    connection = WholeConnection(lambda: sqlite3.connect(file, timeout=timeout_seconds), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy has it: a process that ends does not wait for it
    await connection
    return connection


def _run(
    connection: sqlite3.Connection, sql: str, parameters: Sequence[Any]
) -> tuple[Any, int, int | None, Rows]:
    return _whole(connection.execute(sql, parameters))


def _run_many(
    connection: sqlite3.Connection, sql: str, parameters: Iterable[Sequence[Any]]
) -> tuple[Any, int, int | None, Rows]:
    return _whole(connection.executemany(sql, parameters))


def _whole(cursor: sqlite3.Cursor) -> tuple[Any, int, int | None, Rows]:
    rows = cursor.fetchall() if cursor.description else []
    done = (cursor.description, cursor.rowcount, cursor.lastrowid, rows)
    cursor.close()
    return done
