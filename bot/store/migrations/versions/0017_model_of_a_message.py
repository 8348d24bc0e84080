"""Which language model a patient's message was understood by: a later one may read it otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of earlier messages it is not known."""
    op.add_column("messages", sa.Column("model", sa.String(64)))
