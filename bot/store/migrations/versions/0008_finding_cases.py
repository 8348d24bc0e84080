"""Finding cases by what was said and what happened: counts on the case, words and events beside it."""

from __future__ import annotations

import json
from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

from bot.store import columns
from bot.store.search import said_keys

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PAGE = 500
"""Cases whose words are read at once."""
FIND = (
    "created_at", "id", "test", "level", "outcome", "channel", "status", "last_seq", "fallbacks",
    "lowest_confidence", "reviewed_at", "said_at",
)  # fmt: skip


def upgrade() -> None:
    """Conversations from before are counted and made findable here."""
    for column in (
        sa.Column("said_at", columns.UtcTime(), nullable=True),
        sa.Column("fallbacks", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lowest_confidence", sa.Float(53), nullable=True),
        sa.Column("reviewed_at", columns.UtcTime(), nullable=True),
        sa.Column("reviewed_by", sa.String(length=200), nullable=True),
    ):
        op.add_column("cases", column)
    _create_tables()
    _count()
    connection = op.get_bind()
    for page in _pages(connection):
        _add_words(connection, page)
    _add_rules(connection)
    op.create_index("ix_cases_find", "cases", list(FIND))
    op.create_index("ix_outbox_case", "outbox", ["case_id", "position"])
    op.create_index("ix_tasks_case", "tasks", ["case_id"])


def _create_tables() -> None:
    op.create_table(
        "said_words",
        sa.Column("key", columns.SearchKey(), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", "case_id", name="pk_said_words"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], "fk_said_words_case_id", ondelete="CASCADE"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_said_words_case", "said_words", ["case_id"])
    op.create_table(
        "case_events",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "event", name="pk_case_events"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], "fk_case_events_case_id", ondelete="CASCADE"),
    )
    op.create_index("ix_case_events_event", "case_events", ["event", "case_id"])
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", columns.PatientText(), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_views_owner_name"),
    )


COUNTS = """UPDATE cases SET
    said_at = (SELECT max(at) FROM messages WHERE messages.case_id = cases.id),
    fallbacks = (SELECT count(*) FROM messages WHERE messages.case_id = cases.id AND kind = 'fallback'),
    lowest_confidence = (SELECT min(confidence) FROM messages WHERE messages.case_id = cases.id)"""
EVENTS = """INSERT INTO case_events (case_id, event, first_seq, last_seq)
    SELECT case_id, event, min(seq), max(seq) FROM (
        SELECT case_id, seq,
            CASE sender WHEN 'staff' THEN 'staff' WHEN 'bot' THEN kind ELSE intent END AS event
        FROM messages) AS happened
    WHERE event IN ('staff', 'person', 'correct', 'go_back', 'complaint', 'faq', 'abuse', 'injection',
        'fallback', 'emergency', 'same_day', 'crisis', 'booked', 'callback')
    GROUP BY case_id, event"""


def _count() -> None:
    op.execute(COUNTS)
    op.execute(EVENTS)


def _pages(connection: sa.Connection) -> Iterable[list[str]]:
    ids = [row[0] for row in connection.execute(sa.text("SELECT id FROM cases ORDER BY id"))]
    return [ids[start : start + PAGE] for start in range(0, len(ids), PAGE)]


def _add_words(connection: sa.Connection, case_ids: list[str]) -> None:
    said = sa.text(
        "SELECT case_id, text FROM messages WHERE sender IN ('patient', 'staff') AND case_id IN :ids"
    ).bindparams(sa.bindparam("ids", expanding=True))
    keys: set[tuple[str, str]] = set()
    for case_id, words in connection.execute(said, {"ids": case_ids}):
        keys |= {(key, case_id) for key in said_keys(words)}
    rows = [{"key": key, "case_id": case_id} for key, case_id in sorted(keys)]
    if rows:
        connection.execute(sa.text("INSERT INTO said_words (key, case_id) VALUES (:key, :case_id)"), rows)


def _add_rules(connection: sa.Connection) -> None:
    fired = connection.execute(sa.text("SELECT id, rules FROM cases WHERE rules <> '[]'"))
    rows = [{"case_id": id_, "key": rule} for id_, rules in fired for rule in sorted(set(json.loads(rules)))]
    if rows:
        keys = sa.text("INSERT INTO search_keys (case_id, kind, key) VALUES (:case_id, 'rule', :key)")
        connection.execute(keys, rows)
