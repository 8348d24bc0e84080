"""One open transaction, and the only place where a database error becomes one of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import lru_cache
from typing import Any

from sqlalchemy import Executable, Index, String, Table, bindparam, func, literal_column, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult, Row
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    SQLAlchemyError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Conflict, IntakeError, StoreUnavailable, TimeTaken
from bot.store.guards import OVERLAP, ROOM_OVERLAP

DEADLOCK = "40P01"
"""SQLSTATE of PostgreSQL: two transactions waited for each other and this one was chosen to lose."""


LOCK = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("key", type_=String()), 0)))


class Deadlocked(StoreUnavailable):
    """PostgreSQL ended our wait; what was done since the last savepoint is undone."""


class Session:
    """Runs statements in one transaction. `write` says whether rows read are meant to be changed."""

    def __init__(self, connection: AsyncConnection, *, write: bool) -> None:
        self._connection = connection
        self.write = write

    @property
    def many_writers(self) -> bool:
        """Whether several transactions may write at once (PostgreSQL); on SQLite one does."""
        return self._connection.dialect.name == "postgresql"

    async def run(self, statement: Executable, rows: Any = None) -> CursorResult[Any]:
        """Execute; raises what `translated` says."""
        with translated():
            return await self._connection.execute(statement, rows)

    async def first(self, statement: Executable, **given: Any) -> Row[Any] | None:
        """The first row, or None. `given` fills the statement's named places."""
        return (await self.run(statement, given)).first()

    async def all(self, statement: Executable, **given: Any) -> list[Row[Any]]:
        """All rows. `given` fills the statement's named places."""
        return list((await self.run(statement, given)).all())

    async def value(self, statement: Executable, **given: Any) -> Any:
        """The first column of the first row, or None. `given` fills the statement's named places."""
        return (await self.run(statement, given)).scalar()

    async def changed(self, statement: Executable, **given: Any) -> bool:
        """Whether the statement touched a row. `given` fills the statement's named places."""
        return (await self.run(statement, given)).rowcount > 0

    async def insert_new(self, table: Table, values: dict[str, Any], *, index: Index | None = None) -> bool:
        """Insert unless a unique constraint says it is there; whether it was inserted.

        With `index` only that unique index says so; every other constraint raises as usual.
        """
        statement = self._insert(table).values(values)
        if index is None:
            statement = statement.on_conflict_do_nothing()
        else:
            where = index.dialect_options[self._connection.dialect.name]["where"]
            statement = statement.on_conflict_do_nothing(
                index_elements=list(index.columns), index_where=where
            )
        return await self.first(statement.returning(literal_column("1"))) is not None

    async def insert_free(self, table: Table, rows: list[dict[str, Any]], keys: list[str]) -> set[str]:
        """Ids of the rows that could be inserted: no constraint refuses them, and nobody else is at their
        key right now (waiting for somebody who takes the same would be for nothing).

        One statement on PostgreSQL; on SQLite, where one cannot be kept out of the way of another, one each.
        """
        if self._connection.dialect.name == "postgresql":
            given = {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()}
            given |= {f"free_key_{n}": key for n, key in enumerate(keys)}
            return {row.id for row in await self.all(_insert_free(table, tuple(rows[0]), len(rows)), **given)}
        free = set()
        for row in rows:
            with suppress(TimeTaken):
                if await self.insert_new(table, row):
                    free.add(str(row["id"]))
        return free

    async def insert_all_new(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Insert those that are not there."""
        await self.run(self._insert(table).on_conflict_do_nothing(), rows)

    async def upsert(self, table: Table, values: dict[str, Any], *, keys: list[str]) -> None:
        """Insert, or replace the row with the same keys."""
        plain = self._insert(table)
        rest = {name: plain.excluded[name] for name in values if name not in keys}
        await self.run(plain.on_conflict_do_update(index_elements=keys, set_=rest), values)

    async def hold_key(self, key: str) -> None:
        """Until the end of a writing unit nobody else gets past here with the same key.

        SQLite has one writer anyway; PostgreSQL takes an advisory lock.
        """
        if self.write and self._connection.dialect.name == "postgresql":
            await self.run(LOCK, {"key": key})

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """What fails inside is undone alone; the transaction goes on."""
        await self._plainly("SAVEPOINT part")
        try:
            yield
        except BaseException:  # a cancelled turn too: the transaction must not stay inside the part
            await self._plainly("ROLLBACK TO SAVEPOINT part")
            await self._plainly("RELEASE SAVEPOINT part")
            raise
        await self._plainly("RELEASE SAVEPOINT part")

    async def _plainly(self, sql: str) -> None:
        with translated():
            await self._connection.exec_driver_sql(sql)

    def _insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        name = self._connection.dialect.name
        return sqlite.insert(table) if name == "sqlite" else postgresql.insert(table)


@lru_cache(maxsize=64)
def _insert_free(table: Table, names: tuple[str, ...], count: int) -> Executable:
    """With named places `<column>_<number of the row>`; `free_key_<number>` is the row's key."""
    kinds: dict[str, Any] = {name: table.c[name].type for name in names} | {"free_key": String()}
    rows = [
        select(*(bindparam(f"{name}_{number}", type_=kind).label(name) for name, kind in kinds.items()))
        for number in range(count)
    ]
    given = union_all(*rows).subquery("given")
    nobody_there = func.pg_try_advisory_xact_lock(func.hashtextextended(given.c.free_key, 0))
    chosen = select(*(given.c[name] for name in names)).where(nobody_there)
    plain = postgresql.insert(table).from_select(names, chosen)
    return plain.on_conflict_do_nothing().returning(table.c.id)


@contextmanager
def translated() -> Iterator[None]:
    """Turns database errors into ours. Their texts can hold values, so they are cut off.

    TimeTaken         two live appointments would overlap
    Conflict          another constraint refused
    StoreUnavailable  connection, lock, disk, damaged file, pool exhausted
    """
    try:
        yield
    except IntakeError:
        raise
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        raise ours(error) from None


def ours(error: Exception) -> Exception:
    """Our error for a database error; a defect of our own SQL stays what it is."""
    cause = getattr(error, "orig", None)
    if isinstance(cause, IntakeError):
        return cause
    if getattr(cause, "sqlstate", None) == DEADLOCK:
        return Deadlocked("two transactions waited for each other; this one gave way")
    if _is_overlap(error, cause):
        return TimeTaken("somebody else holds or booked that time")
    if isinstance(error, IntegrityError):
        return Conflict(f"the record refused: {_constraint(cause)}")
    if _is_outage(error):
        return StoreUnavailable(f"the record cannot be used now: {_reason(cause or error)}")
    return error


def _reason(cause: BaseException) -> str:
    """The database's own word for it (SQLITE_BUSY, 57P01), else the kind of the error. Never its text."""
    word = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return f"{type(cause).__name__} {word or ''}".strip()


def _is_overlap(error: Exception, cause: Any) -> bool:
    refused = {_constraint(cause), str(cause)}
    return isinstance(error, DBAPIError) and not refused.isdisjoint((OVERLAP, ROOM_OVERLAP))


def _constraint(cause: Any) -> str:
    return str(getattr(getattr(cause, "diag", None), "constraint_name", None) or "a constraint")


def _is_outage(error: Exception) -> bool:
    if isinstance(error, (OperationalError, InterfaceError, PoolTimeoutError, OSError, TimeoutError)):
        return True
    return type(error) is DatabaseError or (isinstance(error, StatementError) and _lost(error))


def _lost(error: StatementError) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated
