"""The record: SQLite by default, PostgreSQL by address. See README.md."""

from __future__ import annotations

from bot.store.schema import migrate, schema_version_ok
from bot.store.store import Store, open_store

__all__ = ["Store", "migrate", "open_store", "schema_version_ok"]
