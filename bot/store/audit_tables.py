"""Tables of the audit log."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from bot.store.columns import PlainJson, UtcTime
from bot.store.tables import metadata

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(64), nullable=False),
    Column("case_id", String(64)),
    Column("at", UtcTime, nullable=False),
    Column("detail", PlainJson, nullable=False),
    Index("ix_audit_case", "case_id", "seq"),
    Index("ix_audit_actor", "actor", "seq"),
    Index("ix_audit_at", "at", "seq"),
)
"""Append-only (`guards.py`), `seq` gapless; outlives the case it speaks of."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_seq", Integer, nullable=False),
)
"""One row: the last number given. Locked while one is taken, so numbers have no gaps."""
