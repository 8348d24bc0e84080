"""Real databases for integration tests: SQLite in a file, and PostgreSQL where its binaries are."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from bot.store import Store, migrate, open_store
from tests.conftest import SKIPS_FAIL
from tests.postgres import PostgresMissingError, find_binaries, running_cluster

BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL; a skip without binaries, a failure in CI."""
    try:
        find_binaries()
    except PostgresMissingError as missing:
        if SKIPS_FAIL:
            pytest.fail(f"{missing}; in CI the real part must run")
        pytest.skip(str(missing))
    with running_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_template(postgres: str) -> str:
    """The name of a migrated database that every test copies."""
    _admin(postgres, "CREATE DATABASE template_intake")
    migrate(_named(postgres, "template_intake"))
    return "template_intake"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file that every test copies."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def empty_postgres(postgres: str) -> Iterator[str]:
    """The address of a database without tables."""
    with _database(postgres, "template1") as url:
        yield url


@pytest.fixture
def second_postgres(postgres: str) -> Iterator[str]:
    """Another one, to compare with."""
    with _database(postgres, "template1") as url:
        yield url


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        file = tmp_path / "intake.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield f"sqlite:///{file}"
        return
    template = request.getfixturevalue("postgres_template")
    with _database(request.getfixturevalue("postgres"), template) as url:
        yield url


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """An open store on each kind of database."""
    opened = open_store(database_url)
    yield opened
    await opened.close()


@contextmanager
def _database(admin: str, template: str) -> Iterator[str]:
    name = f"t{uuid4().hex}"
    _admin(admin, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _named(admin, name)
    finally:
        _admin(admin, f"DROP DATABASE {name} WITH (FORCE)")


def _admin(url: str, statement: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode())


def _named(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
