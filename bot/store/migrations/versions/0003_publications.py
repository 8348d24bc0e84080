"""Copies that other systems hold, and the triggers that count what changed of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None

CHANGED = "revision > sent_revision AND revision > refused_revision"


def upgrade() -> None:
    """Cases and appointments from before are told at their next change."""
    op.create_table(
        "publications",
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sent_revision", sa.Integer(), nullable=False),
        sa.Column("refused_revision", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", columns.UtcTime(), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", columns.UtcTime(), nullable=True),
        sa.Column("known", columns.PlainJson(), nullable=True),
        sa.Column("error", sa.String(length=64), nullable=True),
        sa.Column("sent_at", columns.UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_publications_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("target", "subject", name=op.f("pk_publications")),
    )
    op.create_index(
        "ix_publications_changed", "publications", ["target", "due_at"],
        sqlite_where=sa.text(CHANGED), postgresql_where=sa.text(CHANGED),
    )  # fmt: skip
    op.create_index("ix_publications_case", "publications", ["case_id"])
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(sa.text(statement.replace(":", "\\:")))


SQLITE = (
    "CREATE TRIGGER publish_case AFTER UPDATE OF updated_at ON cases FOR EACH ROW BEGIN INSERT INTO "
    "publications (target, subject, case_id, revision, sent_revision, refused_revision, attempts) "
    "VALUES ('fhir', NEW.id, NEW.id, 1, 0, 0, 0) ON CONFLICT (target, subject) DO UPDATE SET revision"
    " = publications.revision + 1; END",
    "CREATE TRIGGER publish_fact AFTER INSERT ON facts FOR EACH ROW BEGIN INSERT INTO publications "
    "(target, subject, case_id, revision, sent_revision, refused_revision, attempts) VALUES ('fhir', "
    "NEW.case_id, NEW.case_id, 1, 0, 0, 0) ON CONFLICT (target, subject) DO UPDATE SET revision = "
    "publications.revision + 1; END",
    "CREATE TRIGGER publish_task_added AFTER INSERT ON tasks FOR EACH ROW WHEN (NEW.kind NOT IN "
    "('engine_failure', 'test_flag', 'undelivered', 'export_failed', 'calendar_conflict')) BEGIN "
    "INSERT INTO publications (target, subject, case_id, revision, sent_revision, refused_revision, "
    "attempts) VALUES ('fhir', NEW.case_id, NEW.case_id, 1, 0, 0, 0) ON CONFLICT (target, subject) DO"
    " UPDATE SET revision = publications.revision + 1; END",
    "CREATE TRIGGER publish_task AFTER UPDATE ON tasks FOR EACH ROW WHEN (NEW.kind NOT IN "
    "('engine_failure', 'test_flag', 'undelivered', 'export_failed', 'calendar_conflict')) BEGIN "
    "INSERT INTO publications (target, subject, case_id, revision, sent_revision, refused_revision, "
    "attempts) VALUES ('fhir', NEW.case_id, NEW.case_id, 1, 0, 0, 0) ON CONFLICT (target, subject) DO"
    " UPDATE SET revision = publications.revision + 1; END",
    "CREATE TRIGGER publish_visit_added AFTER INSERT ON appointments FOR EACH ROW WHEN (NEW.status IN"
    " ('booked', 'cancelled')) BEGIN INSERT INTO publications (target, subject, case_id, revision, "
    "sent_revision, refused_revision, attempts) VALUES ('fhir', NEW.case_id, NEW.case_id, 1, 0, 0, 0)"
    " ON CONFLICT (target, subject) DO UPDATE SET revision = publications.revision + 1; END",
    "CREATE TRIGGER publish_visit AFTER UPDATE ON appointments FOR EACH ROW WHEN (NEW.status IN "
    "('booked', 'cancelled')) BEGIN INSERT INTO publications (target, subject, case_id, revision, "
    "sent_revision, refused_revision, attempts) VALUES ('fhir', NEW.case_id, NEW.case_id, 1, 0, 0, 0)"
    " ON CONFLICT (target, subject) DO UPDATE SET revision = publications.revision + 1; END",
    "CREATE TRIGGER publish_event_added AFTER INSERT ON appointments FOR EACH ROW WHEN (NEW.status IN"
    " ('booked', 'cancelled')) BEGIN INSERT INTO publications (target, subject, case_id, revision, "
    "sent_revision, refused_revision, attempts) VALUES ('calendar', NEW.id, NEW.case_id, 1, 0, 0, 0) "
    "ON CONFLICT (target, subject) DO UPDATE SET revision = publications.revision + 1; END",
    "CREATE TRIGGER publish_event AFTER UPDATE ON appointments FOR EACH ROW WHEN (NEW.status IN "
    "('booked', 'cancelled')) BEGIN INSERT INTO publications (target, subject, case_id, revision, "
    "sent_revision, refused_revision, attempts) VALUES ('calendar', NEW.id, NEW.case_id, 1, 0, 0, 0) "
    "ON CONFLICT (target, subject) DO UPDATE SET revision = publications.revision + 1; END",
)

POSTGRESQL = (
    "CREATE FUNCTION publish_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO "
    "publications (target, subject, case_id, revision, sent_revision, refused_revision, attempts) "
    "VALUES (TG_ARGV[2], to_jsonb(NEW) ->> TG_ARGV[1], to_jsonb(NEW) ->> TG_ARGV[0], 1, 0, 0, 0) ON "
    "CONFLICT (target, subject) DO UPDATE SET revision = publications.revision + 1; RETURN NULL; END "
    "$$",
    "CREATE TRIGGER publish_case AFTER UPDATE OF updated_at ON cases FOR EACH ROW EXECUTE FUNCTION "
    "publish_change('id', 'id', 'fhir')",
    "CREATE TRIGGER publish_fact AFTER INSERT ON facts FOR EACH ROW EXECUTE FUNCTION "
    "publish_change('case_id', 'case_id', 'fhir')",
    "CREATE TRIGGER publish_task_added AFTER INSERT ON tasks FOR EACH ROW WHEN (NEW.kind NOT IN "
    "('engine_failure', 'test_flag', 'undelivered', 'export_failed', 'calendar_conflict')) EXECUTE "
    "FUNCTION publish_change('case_id', 'case_id', 'fhir')",
    "CREATE TRIGGER publish_task AFTER UPDATE ON tasks FOR EACH ROW WHEN (NEW.kind NOT IN "
    "('engine_failure', 'test_flag', 'undelivered', 'export_failed', 'calendar_conflict')) EXECUTE "
    "FUNCTION publish_change('case_id', 'case_id', 'fhir')",
    "CREATE TRIGGER publish_visit_added AFTER INSERT ON appointments FOR EACH ROW WHEN (NEW.status IN"
    " ('booked', 'cancelled')) EXECUTE FUNCTION publish_change('case_id', 'case_id', 'fhir')",
    "CREATE TRIGGER publish_visit AFTER UPDATE ON appointments FOR EACH ROW WHEN (NEW.status IN "
    "('booked', 'cancelled')) EXECUTE FUNCTION publish_change('case_id', 'case_id', 'fhir')",
    "CREATE TRIGGER publish_event_added AFTER INSERT ON appointments FOR EACH ROW WHEN (NEW.status IN"
    " ('booked', 'cancelled')) EXECUTE FUNCTION publish_change('case_id', 'id', 'calendar')",
    "CREATE TRIGGER publish_event AFTER UPDATE ON appointments FOR EACH ROW WHEN (NEW.status IN "
    "('booked', 'cancelled')) EXECUTE FUNCTION publish_change('case_id', 'id', 'calendar')",
)
