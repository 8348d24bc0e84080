"""Up to which publication past cases were judged again: what was interrupted goes on by itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column; what was published before counts as not judged, and judging again changes nothing."""
    op.add_column("editions", sa.Column("swept", sa.Integer()))
