"""Messages that people look over so that the bot is taught."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WAITING = "reviews < needed"
UNRATED = "last_seq > rated_seq AND consent = 'given'"


def upgrade() -> None:
    """Conversations from before are ranked by the service, a few a minute."""
    op.add_column("cases", sa.Column("rated_seq", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_cases_unrated",
        "cases",
        ["said_at"],
        sqlite_where=sa.text(UNRATED),
        postgresql_where=sa.text(UNRATED),
    )
    op.create_table(
        "review_items",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("because", columns.PlainJson(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_review_items"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], "fk_review_items_case_id", ondelete="CASCADE"),
    )
    op.create_index(
        "ix_review_items_waiting", "review_items", ["rank", "message_id"],
        sqlite_where=sa.text(WAITING), postgresql_where=sa.text(WAITING),
    )  # fmt: skip
    op.create_index("ix_review_items_case", "review_items", ["case_id"])
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("reviewer", sa.String(length=200), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.Column("right", sa.Boolean(), nullable=False),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.Column("facts", columns.PatientJson(), nullable=False),
        sa.Column("reason", columns.PatientText(), nullable=False),
        sa.Column("text", columns.PatientText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], "fk_reviews_case_id", ondelete="CASCADE"),
        sa.UniqueConstraint("message_id", "reviewer", name="uq_reviews_message_id_reviewer"),
    )
    op.create_index("ix_reviews_case", "reviews", ["case_id"])
