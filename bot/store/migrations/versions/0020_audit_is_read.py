"""The audit log is read by case, by person and by day."""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rows stay as they are."""
    for column in ("case_id", "actor", "at"):
        name = column.removesuffix("_id")
        op.create_index(f"ix_audit_{name}", "audit", [column, "seq"])
