"""Days whose cases may be erased are not counted again: their figures stay as they were counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.columns import UtcTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Until a first case is erased every day is counted again when something of it changes."""
    op.add_column("figure_marks", sa.Column("final_until", UtcTime))
