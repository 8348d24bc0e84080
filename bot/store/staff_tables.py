"""People of the clinic, their sessions and API tokens; of tokens the SHA-256 only."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Table, Text, UniqueConstraint

from bot.store.columns import UtcTime
from bot.store.tables import metadata

staff = Table(
    "staff",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("role", String(32), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("disabled", Boolean, nullable=False),
    UniqueConstraint("name"),
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", String(64), nullable=False),
    Column("csrf", String(200), nullable=False),
    Column("expires_at", UtcTime, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
)
