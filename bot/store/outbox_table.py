"""The tables of the post: what is to be sent, to whom nothing may be, what came in."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from bot.store.columns import PatientText, SearchKey, UtcTime
from bot.store.tables import metadata

outbox = Table(
    "outbox",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False),
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE")),
    Column("number", PatientText, nullable=False),
    Column("number_key", SearchKey, nullable=False),
    Column("body", PatientText, nullable=False),
    Column("dedupe_key", String(200), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("lease_owner", String(64)),
    Column("lease_until", UtcTime),
    Column("provider_id", String(64)),
    Column("sent_at", UtcTime),
    Column("error", Text),
    Column("delivery_state", String(32)),
    Column("delivery_error", String(64)),
    Column("channel", String(16), nullable=False, server_default="sms"),
    Column("subject", PatientText, nullable=False, server_default=""),
    Column("invitation", PatientText),
    Column("appointment_id", String(64)),
    Column("until_at", UtcTime),
    Column("by_day", Boolean, server_default=false(), nullable=False),
    UniqueConstraint("id"),
    UniqueConstraint("dedupe_key"),
    UniqueConstraint("provider_id"),
    Index("ix_outbox_case", "case_id", "position"),
    Index(
        "ix_outbox_unfinished",
        "number_key",
        "position",
        sqlite_where=text("status IN ('queued', 'sending')"),
        postgresql_where=text("status IN ('queued', 'sending')"),
    ),
    Index(
        "ix_outbox_dead",
        "position",
        sqlite_where=text("status = 'dead'"),
        postgresql_where=text("status = 'dead'"),
    ),
    sqlite_autoincrement=True,
)
"""`number`: phone number, mailbox or webhook target; of equal `number_key` the oldest goes first."""

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("number_key", SearchKey, primary_key=True),
    Column("is_out", Boolean, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("source", String(64), nullable=False),
)

unreachable = Table(
    "unreachable",
    metadata,
    Column("number_key", SearchKey, primary_key=True),
    Column("code", String(32), nullable=False),
    Column("at", UtcTime, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("provider_id", String(64), primary_key=True),
    Column("at", UtcTime, nullable=False),
)
"""Provider ids of texts that came in, kept for good: a replayed webhook does nothing."""
