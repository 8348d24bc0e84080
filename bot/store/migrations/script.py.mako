"""${message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: an older schema comes back from the backup."""
    ${upgrades if upgrades else "pass"}
