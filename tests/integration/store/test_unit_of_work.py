"""A unit of work: all or nothing, and what it says when the database cannot be used."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bot.domain.errors import Conflict, InvalidInput, NotAllowed, StoreUnavailable
from bot.store import Store, engine, migrate, open_store
from bot.store.columns import UtcTime
from bot.store.session import ours
from bot.store.store import SqlUnitOfWork
from tests.integration.store.samples import HOUR, NOW, a_case, a_draft, a_hold, an_sms, stored_case


async def test_nothing_stays_without_commit(store: Store) -> None:
    case = a_case()
    async with store.unit_of_work() as uow:
        await uow.cases.add(case)
    async with store.unit_of_work(write=False) as uow:
        with pytest.raises(NotAllowed):
            await uow.cases.get(case.id)


async def test_an_error_inside_rolls_back_and_passes_through(store: Store) -> None:
    case = a_case()

    async def fail() -> None:
        async with store.unit_of_work() as uow:
            await uow.cases.add(case)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with store.unit_of_work(write=False) as uow:
        with pytest.raises(NotAllowed):
            await uow.cases.get(case.id)


async def test_a_cancelled_unit_lets_the_next_one_in(store: Store) -> None:
    entered = asyncio.Event()

    async def forever() -> None:
        async with store.unit_of_work():
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(forever())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(stored_case(store), 2)


async def test_commit_outside_is_a_defect(store: Store) -> None:
    unit = store.unit_of_work()
    with pytest.raises(RuntimeError):
        await unit.commit()


async def test_a_reading_unit_cannot_write(store: Store) -> None:
    with pytest.raises(Exception, match=r"read-?only|StoreUnavailable|cannot be used"):
        async with store.unit_of_work(write=False) as uow:
            await uow.cases.add(a_case())
    await stored_case(store)


async def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as writer:
        await writer.messages.add(case.id, a_draft(), channel="web", at=NOW, reply_to=None)
        async with store.unit_of_work(write=False) as reader:
            assert await reader.messages.after(case.id, 0) == []


async def test_what_was_committed_is_there_for_another_store(store: Store, database_url: str) -> None:
    case = await stored_case(store)
    other = open_store(database_url)
    async with other.unit_of_work(write=False) as uow:
        assert await uow.cases.get(case.id) == case
    await other.close()


async def test_times_come_back_in_utc(store: Store) -> None:
    local = dt.datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=dt.timezone(dt.timedelta(hours=-6)))
    case = await stored_case(store, created_at=local)
    async with store.unit_of_work(write=False) as uow:
        found = (await uow.cases.get(case.id)).created_at
    assert found == local
    assert found.tzinfo is dt.UTC


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        UtcTime().process_bind_param(dt.datetime(2026, 1, 1), None)  # type: ignore[arg-type]  # noqa: DTZ001


async def test_no_value_in_an_error(store: Store) -> None:
    """Constraint errors of a database name the value; ours must not, nor what they come from."""
    case = await stored_case(store, reference="SECRET-REF")
    with pytest.raises(Conflict) as caught:
        async with store.unit_of_work() as uow:
            await uow.cases.add(a_case(reference=case.reference))
    assert "SECRET" not in str(caught.value).upper()
    assert caught.value.__suppress_context__


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    settings = ("PRAGMA busy_timeout = 100", *engine.SQLITE_SETTINGS[1:])
    monkeypatch.setattr(engine, "SQLITE_SETTINGS", settings)


@pytest.fixture
def sqlite_file(sqlite_template: Path, tmp_path: Path) -> Path:
    file = tmp_path / "own.sqlite3"
    file.write_bytes(sqlite_template.read_bytes())
    return file


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.mark.usefixtures("impatient")
async def test_database_is_locked(sqlite_file: Path) -> None:
    store = open_store(f"sqlite:///{sqlite_file}")
    case = await stored_case(store)
    with locked(sqlite_file):
        with pytest.raises(StoreUnavailable, match="SQLITE_BUSY"):
            async with store.unit_of_work():
                pass
        async with store.unit_of_work(write=False) as uow:
            assert await uow.cases.get(case.id) == case
    await stored_case(store)
    await store.close()


@pytest.mark.usefixtures("impatient")
async def test_a_unit_inside_a_unit_gives_up(sqlite_file: Path) -> None:
    store = open_store(f"sqlite:///{sqlite_file}")
    async with store.unit_of_work():
        with pytest.raises(StoreUnavailable):
            async with store.unit_of_work():
                pass
    await stored_case(store)
    await store.close()


async def test_disk_full(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`max_page_count` makes SQLite say what it says on a full disk: SQLITE_FULL."""
    full = (*engine.SQLITE_SETTINGS, "PRAGMA max_page_count = 1")
    monkeypatch.setattr(engine, "SQLITE_SETTINGS", full)
    store = open_store(f"sqlite:///{sqlite_file}")
    with pytest.raises(StoreUnavailable, match="SQLITE_FULL"):
        await stored_case(store, engine_state="x" * 100_000)
    await store.close()


async def test_a_database_without_tables(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with pytest.raises(StoreUnavailable):
        await stored_case(store)
    await store.close()


async def test_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "bad.sqlite3").write_bytes(b"not a database" * 100)
    store = open_store(f"sqlite:///{tmp_path / 'bad.sqlite3'}")
    with pytest.raises(StoreUnavailable):
        await stored_case(store)
    await store.close()


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'no' / 'x.sqlite3'}")
    with pytest.raises(StoreUnavailable):
        await stored_case(store)
    await store.close()


@pytest.mark.postgres
async def test_nobody_answers() -> None:
    store = open_store("postgresql://intake@/intake?host=/nonexistent-intake-socket")
    with pytest.raises(StoreUnavailable):
        await stored_case(store)
    await store.close()


@pytest.mark.postgres
async def test_the_server_ends_our_connection(empty_postgres: str, postgres: str) -> None:
    """In the middle of a unit: our error; the next unit connects anew."""
    migrate(empty_postgres)
    store = open_store(empty_postgres)
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.cases.get(case.id)
        _end_connections(postgres, empty_postgres.split("?")[0].rsplit("/", 1)[1])
        with pytest.raises(StoreUnavailable):
            await uow.messages.after(case.id, 0)
    async with store.unit_of_work() as uow:
        assert await uow.cases.get(case.id) == case
    await store.close()


@pytest.mark.postgres
async def test_a_deadlock_is_an_outage_and_can_be_tried_again(
    empty_postgres: str,
) -> None:
    migrate(empty_postgres)
    store = open_store(empty_postgres)
    one, two = await stored_case(store), await stored_case(store)

    async def lock(first: str, second: str) -> bool:
        try:
            async with store.unit_of_work() as uow:
                await uow.cases.get(first)
                await asyncio.sleep(0.1)
                await uow.cases.get(second)
        except StoreUnavailable:
            return False
        return True

    results = await asyncio.gather(lock(one.id, two.id), lock(two.id, one.id))
    assert sorted(results) == [False, True]
    await store.close()


@pytest.mark.postgres
async def test_a_connection_that_died_at_rest_is_replaced(
    empty_postgres: str, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "FRESH_SECONDS", 0)
    migrate(empty_postgres)
    store = open_store(empty_postgres)
    case = await stored_case(store)
    _end_connections(postgres, empty_postgres.split("?")[0].rsplit("/", 1)[1])
    async with store.unit_of_work() as uow:
        assert (await uow.cases.get(case.id)).id == case.id
    await store.close()


async def test_no_free_connection(sqlite_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "POOL_SIZE", 1)
    monkeypatch.setattr(engine, "POOL_TIMEOUT_SECONDS", 0.05)
    store = open_store(f"sqlite:///{sqlite_file}")
    async with store.unit_of_work(write=False):
        with pytest.raises(StoreUnavailable):
            async with store.unit_of_work(write=False):
                pass
    await store.close()


def test_a_defect_stays_what_it_is() -> None:
    defect = KeyError("ours")
    assert ours(defect) is defect


@pytest.mark.parametrize("url", ["", "mysql://h/d", "sqlite://"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        open_store(url)


async def test_every_noun_is_there(store: Store) -> None:
    """The unit has all the ports' attributes, and its inserts are usable together."""
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        assert set(SqlUnitOfWork.__annotations__) <= set(vars(uow))
        await uow.outbox.add(an_sms(case_id=case.id))
        await uow.appointments.hold(a_hold(case.id, start=NOW + HOUR), now=NOW)
        await uow.commit()


def _end_connections(admin: str, database: str) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
        )
