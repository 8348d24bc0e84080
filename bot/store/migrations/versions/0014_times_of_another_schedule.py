"""Times that are taken in another system's schedule: what they take there, so that it can be given back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """All times from before are our own schedule's alone."""
    op.add_column("appointments", sa.Column("outside", sa.String(1024), nullable=True))
