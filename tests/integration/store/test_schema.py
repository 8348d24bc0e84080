"""Migrations: the same schema as the code's, in parallel, and what `bot check` asks."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import ProgrammingError

from bot.domain.errors import InvalidInput, StoreUnavailable
from bot.store import migrate, schema_version_ok
from bot.store.engine import open_sync_engine
from bot.store.guards import create_schema
from tests.integration.conftest import BACKENDS

CATALOGS = {
    "sqlite": "SELECT type || ' ' || tbl_name, sql FROM sqlite_master WHERE sql NOT NULL "
    "AND tbl_name <> 'alembic_version' AND name NOT LIKE 'sqlite_%' ORDER BY 1, 2",
    "postgresql": """
        SELECT table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length,
            is_nullable, column_default) FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name <> 'alembic_version'
        UNION ALL SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
            AND conrelid::regclass::text <> 'alembic_version'
        UNION ALL SELECT indexname, indexdef FROM pg_indexes
            WHERE schemaname = 'public' AND tablename <> 'alembic_version'
        UNION ALL SELECT tgname::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT proname::text, prosrc FROM pg_proc WHERE proname LIKE 'audit%'
        ORDER BY 1, 2""",
}


@pytest.fixture(params=BACKENDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'new.sqlite3'}"
    else:
        yield request.getfixturevalue("empty_postgres")


def schema(url: str) -> list[str]:
    """Every object of the database; the order of columns and constraints within one is left out."""
    engine = open_sync_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text(CATALOGS[engine.dialect.name])).all()
        audit_head = connection.execute(text("SELECT id, last_seq FROM audit_head")).all()
    engine.dispose()
    parts = [f"{name}: {sorted(re.split(r'[\s,()]+', str(sql)))}" for name, sql in rows]
    return sorted([*parts, f"audit_head: {audit_head}"])


@pytest.mark.parametrize("backend", BACKENDS)
def test_schema_from_code_equals_schema_from_migrations(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if backend == "sqlite":
        fresh, migrated = f"sqlite:///{tmp_path / 'a.sqlite3'}", f"sqlite:///{tmp_path / 'b.sqlite3'}"
    else:
        fresh, migrated = (
            request.getfixturevalue("empty_postgres"),
            request.getfixturevalue("second_postgres"),
        )
    engine = open_sync_engine(fresh)
    with engine.begin() as connection:
        create_schema(connection)
    engine.dispose()
    migrate(migrated)
    assert schema(fresh) == schema(migrated)


def test_check_says_whether_the_schema_is_current(empty_url: str) -> None:
    assert not schema_version_ok(empty_url)
    migrate(empty_url)
    assert schema_version_ok(empty_url)
    migrate(empty_url)
    engine = open_sync_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    engine.dispose()
    assert not schema_version_ok(empty_url)


def test_checking_makes_no_file(tmp_path: Path) -> None:
    assert not schema_version_ok(f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert list(tmp_path.iterdir()) == []


def test_two_processes_migrate_at_once(empty_url: str) -> None:
    code = "import sys; from bot.store import migrate; migrate(sys.argv[1])"
    started = [subprocess.Popen([sys.executable, "-c", code, empty_url]) for _ in range(3)]
    assert [process.wait(timeout=60) for process in started] == [0, 0, 0]
    assert schema_version_ok(empty_url)


def test_a_broken_step_leaves_nothing(empty_url: str, tmp_path: Path) -> None:
    """A table in the way: the whole upgrade is undone, also on SQLite."""
    (tmp_path / "folder").mkdir()
    engine = open_sync_engine(empty_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE tasks (id INTEGER)"))
    with pytest.raises((StoreUnavailable, ProgrammingError)):
        migrate(empty_url)
    assert inspect(engine).get_table_names() == ["tasks"]
    engine.dispose()
    assert not schema_version_ok(empty_url)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "oracle+x://secret"]
)
def test_other_addresses_are_refused_without_showing_them(url: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        migrate(url)
    assert caught.value.field == "INTAKE_DATABASE_URL"
    assert "secret" not in str(caught.value)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable):
        migrate(f"sqlite:///{tmp_path / 'file' / 'x.sqlite3'}")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "x.sqlite3"
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnavailable):
        migrate(f"sqlite:///{file}")
    with pytest.raises(StoreUnavailable):
        schema_version_ok(f"sqlite:///{file}")


def test_nobody_there() -> None:
    with pytest.raises(StoreUnavailable):
        schema_version_ok("postgresql://intake@/intake?host=/nonexistent-intake-socket")


def test_sqlite_is_durable_and_strict(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.sqlite3'}"
    migrate(url)
    engine = open_sync_engine(url)
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "trusted_schema")
        }
    engine.dispose()
    assert pragmas == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "trusted_schema": 0,
    }  # fmt: skip
    assert sqlite3.connect(tmp_path / "x.sqlite3").execute("PRAGMA integrity_check").fetchone() == ("ok",)
