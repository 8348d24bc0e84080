"""What the clinic decided later, and daily counts, so that a page of figures reads no conversations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Days from before are counted by the service after its start."""
    op.create_table(
        "dispositions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("attended", sa.String(length=16), nullable=True),
        sa.Column("decided", sa.String(length=32), nullable=True),
        sa.Column("urgency", sa.String(length=16), nullable=True),
        sa.Column("reason", columns.PatientText(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dispositions"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], "fk_dispositions_case_id", ondelete="CASCADE"),
    )
    op.create_index("ix_dispositions_case", "dispositions", ["case_id", "at"])
    op.create_index("ix_dispositions_at", "dispositions", ["at"])
    op.create_table(
        "figure_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "channel", "what", "key", name="pk_figure_counts"),
    )
    op.create_table(
        "figure_marks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("counted_at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_figure_marks"),
    )
    op.create_index("ix_cases_updated", "cases", ["updated_at"])
    op.create_index("ix_tasks_done", "tasks", ["done_at"])
    op.create_index("ix_task_attempts_at", "task_attempts", ["at"])
