"""Appointments take a room and a buffer; one person holds only so many times, one case books one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows from before have no room, no buffer and no holder: they stay as they were."""
    op.add_column("appointments", sa.Column("room_id", sa.String(length=64), nullable=True))
    op.add_column("appointments", sa.Column("busy_until", columns.UtcTime(), nullable=True))
    op.add_column("appointments", sa.Column("holder", columns.SearchKey(), nullable=True))
    op.add_column("appointments", sa.Column("place", sa.Integer(), nullable=True))
    op.create_index("ix_appointments_room", "appointments", ["room_id", "status", "start_at"])
    op.create_index("ix_appointments_start", "appointments", ["status", "start_at"])
    _unique("uq_appointments_held", ["holder", "place"], "status = 'held'")
    _unique("uq_appointments_booked", ["case_id"], "status = 'booked'")
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)


def _unique(name: str, on: list[str], where: str) -> None:
    op.create_index(
        name,
        "appointments",
        on,
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


LIVE_OVERLAP = """
BEGIN
  SELECT RAISE(ABORT, 'appointments_overlap') WHERE EXISTS (
    SELECT 1 FROM appointments AS other
    WHERE other.provider_id = NEW.provider_id AND other.id <> NEW.id
      AND other.status IN ('held', 'booked')
      AND other.start_at < coalesce(NEW.busy_until, NEW.end_at)
      AND NEW.start_at < coalesce(other.busy_until, other.end_at));
  SELECT RAISE(ABORT, 'appointments_room_overlap') WHERE EXISTS (
    SELECT 1 FROM appointments AS other
    WHERE other.room_id = NEW.room_id AND other.id <> NEW.id
      AND other.status IN ('held', 'booked')
      AND other.start_at < coalesce(NEW.busy_until, NEW.end_at)
      AND NEW.start_at < coalesce(other.busy_until, other.end_at));
END"""

SQLITE = (
    "DROP TRIGGER appointments_no_overlap_insert",
    "DROP TRIGGER appointments_no_overlap_update",
    "CREATE TRIGGER appointments_no_overlap_insert BEFORE INSERT ON appointments "
    f"WHEN NEW.status IN ('held', 'booked'){LIVE_OVERLAP}",
    "CREATE TRIGGER appointments_no_overlap_update BEFORE UPDATE ON appointments "
    f"WHEN NEW.status IN ('held', 'booked'){LIVE_OVERLAP}",
)

EXCLUDE = (
    "ALTER TABLE appointments ADD CONSTRAINT {name} EXCLUDE USING gist "
    "({column} WITH =, tstzrange(start_at, coalesce(busy_until, end_at)) WITH &&) "
    "WHERE (status IN ('held', 'booked'))"
)

POSTGRESQL = (
    "ALTER TABLE appointments DROP CONSTRAINT appointments_overlap",
    EXCLUDE.format(name="appointments_overlap", column="provider_id"),
    EXCLUDE.format(name="appointments_room_overlap", column="room_id"),
)
