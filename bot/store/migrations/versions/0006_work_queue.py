"""The staff's tasks become a work queue: snooze, escalation, tries, how a task ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

URGENT = "kind IN ('emergency', 'crisis', 'same_day')"
UNFINISHED = "status <> 'done'"


def upgrade() -> None:
    """Tasks from before escalate when they are due, never to loud, and have no tries."""
    for name in ("snoozed_until", "next_contact_at", "loud_at"):
        op.add_column("tasks", sa.Column(name, columns.UtcTime(), nullable=True))
    for name, default in (("tier", "9"), ("escalated", "0"), ("attempts", "0")):
        op.add_column("tasks", sa.Column(name, sa.Integer(), nullable=False, server_default=default))
    op.add_column("tasks", sa.Column("outcome", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_tasks_unfinished", "tasks", ["priority", "due_at"],
        sqlite_where=sa.text(UNFINISHED), postgresql_where=sa.text(UNFINISHED),
    )  # fmt: skip
    op.create_index(
        "ix_messages_urgent", "messages", ["at"],
        sqlite_where=sa.text(URGENT), postgresql_where=sa.text(URGENT),
    )  # fmt: skip
    op.create_table(
        "task_attempts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("task_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("how", sa.String(length=64), nullable=False),
        sa.Column("note", columns.PatientText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_task_attempts"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], "fk_task_attempts_task_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], "fk_task_attempts_case_id", ondelete="CASCADE"),
    )
    op.create_index("ix_task_attempts_case", "task_attempts", ["case_id", "at"])
    op.create_index("ix_task_attempts_task", "task_attempts", ["task_id", "at"])
