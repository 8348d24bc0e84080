"""When the providers are busy by their own calendars: such times are not offered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty until the calendars are read."""
    op.create_table(
        "busy_times",
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("start_at", columns.UtcTime(), nullable=False),
        sa.Column("end_at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", "start_at", "end_at", name="pk_busy_times"),
    )
    op.create_table(
        "busy_marks",
        sa.Column("provider_id", sa.String(64), nullable=False),
        sa.Column("mark", sa.String(255), nullable=False),
        sa.Column("read_at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name="pk_busy_marks"),
    )
