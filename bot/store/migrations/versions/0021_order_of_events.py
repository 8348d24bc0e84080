"""What happened after what is found in one index, without looking at the rows."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The wider index answers what the narrower one did."""
    op.drop_index("ix_case_events_event", "case_events")
    op.create_index("ix_case_events_order", "case_events", ["event", "case_id", "first_seq", "last_seq"])
