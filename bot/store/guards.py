"""What the database itself forbids: overlapping appointments, and changes of the audit log."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.store import revisions
from bot.store.publication_table import publications

OVERLAP = "appointments_overlap"
ROOM_OVERLAP = "appointments_room_overlap"
"""Names of the constraints on PostgreSQL, error texts of the triggers on SQLite."""

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END"


def _no_overlap(name: str, column: str) -> str:
    """Refuses a live appointment that meets another one with the same value in `column`."""
    return f"""
  SELECT RAISE(ABORT, '{name}') WHERE EXISTS (
    SELECT 1 FROM appointments AS other
    WHERE other.{column} = NEW.{column} AND other.id <> NEW.id
      AND other.status IN ('held', 'booked')
      AND other.start_at < coalesce(NEW.busy_until, NEW.end_at)
      AND NEW.start_at < coalesce(other.busy_until, other.end_at));"""  # noqa: S608 - our own names


_LIVE_OVERLAP = f"""
BEGIN{_no_overlap(OVERLAP, "provider_id")}{_no_overlap(ROOM_OVERLAP, "room_id")}
END"""


def _exclude(name: str, column: str) -> str:
    return (
        f"ALTER TABLE appointments ADD CONSTRAINT {name} EXCLUDE USING gist "
        f"({column} WITH =, tstzrange(start_at, coalesce(busy_until, end_at)) WITH &&) "
        "WHERE (status IN ('held', 'booked'))"
    )


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
    _exclude(OVERLAP, "provider_id"),
    _exclude(ROOM_OVERLAP, "room_id"),
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
    publications.metadata.create_all(connection)
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement)
