"""Tables of reviewed messages; all rows go with their case."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.store.columns import PatientJson, PatientText, PlainJson, UtcTime
from bot.store.tables import metadata

WAITING = "reviews < needed"

review_items = Table(
    "review_items",
    metadata,
    Column("message_id", String(64), primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("because", PlainJson, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("reviews", Integer, nullable=False),
    Index(
        "ix_review_items_waiting",
        "rank",
        "message_id",
        sqlite_where=text(WAITING),
        postgresql_where=text(WAITING),
    ),
    Index("ix_review_items_case", "case_id"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("message_id", String(64), nullable=False),
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("reviewer", String(200), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("right", Boolean, nullable=False),
    Column("intent", String(64)),
    Column("facts", PatientJson, nullable=False),
    Column("reason", PatientText, nullable=False),
    Column("text", PatientText, nullable=False),
    UniqueConstraint("message_id", "reviewer"),
    Index("ix_reviews_case", "case_id"),
    Index("ix_reviews_at", "at", "id"),
)
