"""What the database itself forbids: overlapping appointments, and changes of the audit log."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.store import revisions
from bot.store.tables import metadata

OVERLAP = "appointments_overlap"
"""Name of the constraint on PostgreSQL, error text of the trigger on SQLite."""

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END"

_LIVE_OVERLAP = """
BEGIN
  SELECT RAISE(ABORT, 'appointments_overlap') WHERE EXISTS (
    SELECT 1 FROM appointments AS other
    WHERE other.provider_id = NEW.provider_id AND other.id <> NEW.id
      AND other.status IN ('held', 'booked')
      AND other.start_at < NEW.end_at AND NEW.start_at < other.end_at);
END"""

SQLITE = (
    "CREATE TRIGGER appointments_no_overlap_insert BEFORE INSERT ON appointments "
    f"WHEN NEW.status IN ('held', 'booked'){_LIVE_OVERLAP}",
    "CREATE TRIGGER appointments_no_overlap_update BEFORE UPDATE ON appointments "
    f"WHEN NEW.status IN ('held', 'booked'){_LIVE_OVERLAP}",
    "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS "
    "(SELECT 1 FROM audit WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END",
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit {_REFUSE}",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit {_REFUSE}",
)

POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    f"ALTER TABLE appointments ADD CONSTRAINT {OVERLAP} EXCLUDE USING gist "
    "(provider_id WITH =, tstzrange(start_at, end_at) WITH &&) WHERE (status IN ('held', 'booked'))",
    "CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit_append_only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()",
)

FIRST_ROWS = ("INSERT INTO audit_head (id, last_seq) VALUES (1, 0)",)


def statements(dialect: str) -> tuple[str, ...]:
    """What to run once after the tables exist, on `sqlite` or `postgresql`."""
    own, counting = (SQLITE, revisions.SQLITE) if dialect == "sqlite" else (POSTGRESQL, revisions.POSTGRESQL)
    return (*own, *counting, *FIRST_ROWS)


def create_schema(connection: Connection) -> None:
    """Tables and guards from this code, without migrations: for comparing the two."""
    metadata.create_all(connection)
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
