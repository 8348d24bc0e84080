"""Tables that only searching reads: words that were said, things that happened, searches that were kept."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from bot.store.columns import PatientText, SearchKey, UtcTime
from bot.store.tables import metadata

said_words = Table(
    "said_words",
    metadata,
    Column("key", SearchKey, primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_said_words_case", "case_id"),
    sqlite_with_rowid=False,
)
"""Keys of `search.said_keys`; the order of the primary key answers "which cases hold this word"."""

case_events = Table(
    "case_events",
    metadata,
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("event", String(32), primary_key=True),
    Column("first_seq", Integer, nullable=False),
    Column("last_seq", Integer, nullable=False),
    Index("ix_case_events_order", "event", "case_id", "first_seq", "last_seq"),
)
"""Number of the first and the last message at which it happened."""

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(200), nullable=False),
    Column("name", String(80), nullable=False),
    Column("query", PatientText, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("owner", "name"),
)
