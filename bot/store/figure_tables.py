"""Tables of the figures: what was counted of each day, up to when, and what the clinic decided later."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from bot.store.columns import PatientText, UtcTime
from bot.store.tables import metadata

figure_counts = Table(
    "figure_counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("what", String(32), primary_key=True),
    Column("key", String(96), primary_key=True),
    Column("number", Integer, nullable=False),
)
"""A day is the clinic's; its rows are replaced together. They hold no words and outlive their cases."""

figure_marks = Table(
    "figure_marks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("counted_at", UtcTime, nullable=False),
    Column("final_until", UtcTime),
)
"""One row: changes up to `counted_at` are counted; days up to `final_until` are never counted again, for
cases of theirs may be erased."""

dispositions = Table(
    "dispositions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", String(200), nullable=False),
    Column("attended", String(16)),
    Column("decided", String(32)),
    Column("urgency", String(16)),
    Column("reason", PatientText, nullable=False),
    Column("level", String(16), nullable=False),
    Column("outcome", String(64), nullable=False),
    Column("tier", String(16), nullable=False),
    Index("ix_dispositions_case", "case_id", "at"),
    Index("ix_dispositions_at", "at"),
)
