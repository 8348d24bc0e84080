"""Bringing a database to the schema of this code."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.domain.errors import StoreUnavailable
from bot.store.engine import normalised, open_sync_engine
from bot.store.session import translated

ADVISORY_LOCK = 0x5349_4E54
"""Any number nobody else uses on that PostgreSQL; one migration at a time."""


def migrate(url: str) -> None:
    """Upgrade to the newest schema; does nothing when it is there.

    All steps run in one transaction under a lock: a second process waits and finds nothing to do,
    a broken step leaves the old schema. Makes SQLite's folder. Raises StoreUnavailable.
    """
    _make_folder(url)
    engine = open_sync_engine(url)
    with translated(), engine.begin() as connection:
        _lock(connection)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()


def schema_version_ok(url: str) -> bool:
    """Whether the database's schema is the one of this code. Raises StoreUnavailable.

    Changes nothing: a SQLite file that is not there is not made.
    """
    if not _file_exists(url):
        return False
    engine = open_sync_engine(url)
    with translated(), engine.connect().execution_options(intake_write=False) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return found == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")


def _file(url: str) -> Path | None:
    address = normalised(url)
    return Path(str(address.database)) if address.get_backend_name() == "sqlite" else None


def _file_exists(url: str) -> bool:
    file = _file(url)
    return file is None or file.exists()


def _make_folder(url: str) -> None:
    file = _file(url)
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable("the folder of the database cannot be made: check INTAKE_DATA_DIR") from error
