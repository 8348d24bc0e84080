"""What a clinic made of its protocol files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is changed yet: the installed files count."""
    op.create_table(
        "editions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=200), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_editions"),
        sa.UniqueConstraint("name", "kind", "number", name="uq_editions_name_kind_number"),
        sa.UniqueConstraint("published", name="uq_editions_published"),
    )
