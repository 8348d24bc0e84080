"""What other systems have of a record (its rows are counted by triggers), and what their calendars hold."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, text

from bot.store.columns import PlainJson, UtcTime
from bot.store.tables import metadata

_CHANGED = text("revision > sent_revision AND revision > refused_revision")

publications = Table(
    "publications",
    metadata,
    Column("target", String(16), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sent_revision", Integer, nullable=False),
    Column("refused_revision", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime),
    Column("lease_owner", String(64)),
    Column("lease_until", UtcTime),
    Column("known", PlainJson),
    Column("error", String(64)),
    Column("sent_at", UtcTime),
    Index(
        "ix_publications_changed",
        "target",
        "due_at",
        sqlite_where=_CHANGED,
        postgresql_where=_CHANGED,
    ),
    Index("ix_publications_case", "case_id"),
)
"""`revision` is counted by the triggers of `revisions.py`; `known` says what is there: address -> its
version there and digests of what we sent."""

busy_times = Table(
    "busy_times",
    metadata,
    Column("provider_id", String(64), primary_key=True),
    Column("start_at", UtcTime, primary_key=True),
    Column("end_at", UtcTime, primary_key=True),
)
busy_marks = Table(
    "busy_marks",
    metadata,
    Column("provider_id", String(64), primary_key=True),
    Column("mark", String(255), nullable=False),
    Column("read_at", UtcTime, nullable=False),
)
"""The state of the calendar that was read, in the server's word for it."""
