"""Counts that all processes share, one-time keys to the other door, numbers that no text reaches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables, empty."""
    op.create_table(
        "tallies",
        sa.Column("key", columns.SearchKey(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("until", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_tallies")),
    )
    op.create_index("ix_tallies_until", "tallies", ["until"])
    op.create_table(
        "handovers",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("expires_at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_handovers_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_case", "handovers", ["case_id", "door"])
    op.create_table(
        "unreachable",
        sa.Column("number_key", columns.SearchKey(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("number_key", name=op.f("pk_unreachable")),
    )
