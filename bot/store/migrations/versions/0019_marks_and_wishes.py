"""Tags and flags by staff, wishes to be erased, what must be kept; sessions are found by their case."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _case(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], f"fk_{table}_case_id", ondelete="CASCADE"),
    )


def _who(*, text: str) -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column(text, columns.PatientText(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
    )


def upgrade() -> None:
    """Nothing is marked yet. Without the index every erased case read all sessions there are."""
    op.create_index("ix_chat_sessions_case", "chat_sessions", ["case_id"])
    op.create_table(
        "case_tags", *_case("case_tags"), sa.Column("key", columns.SearchKey(), nullable=False),
        *_who(text="text"), sa.PrimaryKeyConstraint("case_id", "key", name="pk_case_tags"),
    )  # fmt: skip
    op.create_index("ix_case_tags_key", "case_tags", ["key", "case_id"])
    op.create_index("ix_case_tags_at", "case_tags", ["at"])
    op.create_table(
        "message_flags", *_case("message_flags"), sa.Column("seq", sa.Integer(), nullable=False),
        *_who(text="reason"), sa.PrimaryKeyConstraint("case_id", "seq", name="pk_message_flags"),
    )  # fmt: skip
    op.create_table(
        "erasure_wishes", *_case("erasure_wishes"), *_who(text="reason"),
        sa.PrimaryKeyConstraint("case_id", name="pk_erasure_wishes"),
    )  # fmt: skip
    op.create_index("ix_erasure_wishes_at", "erasure_wishes", ["at", "case_id"])
    op.create_table(
        "legal_holds", *_case("legal_holds"), *_who(text="reason"),
        sa.PrimaryKeyConstraint("case_id", name="pk_legal_holds"),
    )  # fmt: skip
