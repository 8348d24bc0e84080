"""When a visit was booked: a reminder right behind the booking would be noise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Visits from before count as booked long ago."""
    op.add_column("appointments", sa.Column("booked_at", columns.UtcTime(), nullable=True))
