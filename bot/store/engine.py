"""The database: its address, its settings, its connections."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from bot.domain.errors import InvalidInput
from bot.store import one_trip

BUSY_TIMEOUT_MS = 5_000
"""How long SQLite waits for another process's lock before it says it is busy."""

POOL_TIMEOUT_SECONDS = 5
POOL_SIZE = 10
MOST_WRITERS = 8
"""Units of work that may write at once on PostgreSQL, within this process."""
CONNECT_TIMEOUT_SECONDS = 5
FRESH_SECONDS = 1.0
"""A connection to PostgreSQL that was used so lately is not asked first whether it still lives."""
_USED = "used_at"

SQLITE_SETTINGS = (
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
)
"""FULL: an acknowledged message survives a power cut. Busy first: the others may need to wait."""

DRIVERS = {"sqlite": ("sqlite+aiosqlite", "sqlite+pysqlite"), "postgresql": ("postgresql+psycopg",) * 2}


def normalised(url: str, *, sync: bool = False) -> URL:
    """The address with our driver; `postgres://` and `postgresql://` mean the same.

    Raises InvalidInput (without the address: it may hold a password) for any other database, and
    for SQLite without a file: several connections would each see another database.
    """
    try:
        given = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise InvalidInput("the database address is not a URL", field="INTAKE_DATABASE_URL") from None
    backend = given.get_backend_name()
    if backend not in DRIVERS or (backend == "sqlite" and given.database in (None, "", ":memory:")):
        allowed = "use sqlite:///file or postgresql://user@host/name"
        raise InvalidInput(
            f"the database address is not one we can use: {allowed}", field="INTAKE_DATABASE_URL"
        )
    return given.set(drivername=DRIVERS[backend][1 if sync else 0])


def open_engine(url: str, *, write: bool = True) -> AsyncEngine:
    """Connections for the service. Opens nothing yet. Parameters never appear in its errors.

    With `write=False` SQLite refuses every change; PostgreSQL is told so by each unit of work.
    """
    address = normalised(url)
    engine = create_async_engine(
        address,
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=POOL_TIMEOUT_SECONDS,
        **_connecting(address),
    )
    _prepare(engine.sync_engine, write=write)
    return engine


def open_sync_engine(url: str) -> Engine:
    """One connection at a time, for migrations and checks."""
    address = normalised(url, sync=True)
    engine = create_engine(
        address, hide_parameters=True, poolclass=NullPool, connect_args=_connect_args(address)
    )
    _prepare(engine, write=True)
    return engine


def _connecting(address: URL) -> dict[str, Any]:
    if address.get_backend_name() == "sqlite":
        wait = BUSY_TIMEOUT_MS / 1000
        return {"async_creator": partial(one_trip.connect, str(address.database), timeout_seconds=wait)}
    return {"connect_args": _connect_args(address)}


def _connect_args(address: URL) -> dict[str, Any]:
    if address.get_backend_name() == "sqlite":
        return {"timeout": BUSY_TIMEOUT_MS / 1000}
    return {"connect_timeout": CONNECT_TIMEOUT_SECONDS}


def _prepare(engine: Engine, *, write: bool) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", partial(_set_up_sqlite, write=write))
        event.listen(engine, "begin", partial(_begin_sqlite, write=write))
    else:
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_ping_idle, engine.dialect))


def _set_up_sqlite(connection: DBAPIConnection, _record: object, *, write: bool) -> None:
    connection.isolation_level = None  # the driver's own BEGIN would come too late for IMMEDIATE
    cursor = connection.cursor()
    for setting in (*SQLITE_SETTINGS, *(() if write else ("PRAGMA query_only = ON",))):
        cursor.execute(setting)
    cursor.close()


def _begin_sqlite(connection: Connection, *, write: bool) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _note_use(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[_USED] = time.monotonic()


def _ping_idle(
    dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """A connection that rested may have died meanwhile: then the pool opens another one."""
    if time.monotonic() - record.info.get(_USED, time.monotonic()) < FRESH_SECONDS:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


class WriteTurns:
    """Who may write next, first come first served within this process; one at a time on SQLite.

    SQLite's own waiting is polling, and the pool of connections serves whoever asks at the right moment:
    under load somebody waits for seconds. On PostgreSQL some connections are left for those who read. A
    unit of work inside another one of the same task would wait for itself on SQLite: it gives up after
    `BUSY_TIMEOUT_MS`, as it would at the database.
    """

    def __init__(self, *, one_writer: bool) -> None:
        self._places = asyncio.Semaphore(1 if one_writer else MOST_WRITERS)

    async def take(self) -> None:
        """Raises TimeoutError."""
        await asyncio.wait_for(self._places.acquire(), BUSY_TIMEOUT_MS / 1000)

    def give_back(self) -> None:
        """Lets the next one in."""
        self._places.release()


Now = Callable[[], dt.datetime]
