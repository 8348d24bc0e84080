"""How far reviewers agree is told from the newest reviews: an index by time instead of reading all."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing but the index."""
    op.create_index("ix_reviews_at", "reviews", ["at", "id"])
