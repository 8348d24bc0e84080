"""The table of what a clinic made of its protocol files."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text, UniqueConstraint

from bot.store.columns import UtcTime
from bot.store.tables import metadata

editions = Table(
    "editions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("number", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("author", String(200), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("note", Text, nullable=False),
    Column("approved_by", String(200)),
    Column("published", Integer),
    Column("swept", Integer),
    UniqueConstraint("name", "kind", "number"),
    UniqueConstraint("published"),
)
"""`published` counts over all rows; the greatest of a name and kind is in force. `swept` is the publication
after which all past cases were judged again."""
