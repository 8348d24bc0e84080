"""The outbox carries e-mails and webhooks too, and knows what is not worth sending any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is queued from before are texts."""
    op.add_column("outbox", sa.Column("channel", sa.String(length=16), server_default="sms", nullable=False))
    op.add_column("outbox", sa.Column("subject", columns.PatientText(), server_default="", nullable=False))
    op.add_column("outbox", sa.Column("invitation", columns.PatientText(), nullable=True))
    op.add_column("outbox", sa.Column("appointment_id", sa.String(length=64), nullable=True))
    op.add_column("outbox", sa.Column("until_at", columns.UtcTime(), nullable=True))
    op.add_column("outbox", sa.Column("by_day", sa.Boolean(), server_default=sa.false(), nullable=False))
    dead = sa.text("status = 'dead'")
    op.create_index("ix_outbox_dead", "outbox", ["position"], sqlite_where=dead, postgresql_where=dead)
