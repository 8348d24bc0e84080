"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store import columns

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only: an older schema comes back from the backup."""
    create_tables()
    create_guards(op.get_bind().dialect.name)
    op.execute("INSERT INTO audit_head (id, last_seq) VALUES (1, 0)")


def create_tables() -> None:
    """Every table with its indexes, as `tables.py` had it on the first day."""
    op.create_table(
        "api_tokens",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_api_tokens")),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.Column("detail", columns.PlainJson(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column("reference_key", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("updated_at", columns.UtcTime(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("rules", columns.PlainJson(), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("visit", sa.String(length=64), nullable=True),
        sa.Column("handoff", sa.String(length=32), nullable=False),
        sa.Column("pending", sa.String(length=64), nullable=True),
        sa.Column("engine_state", columns.PatientText(), nullable=True),
        sa.Column("address", columns.PatientText(), nullable=True),
        sa.Column("address_key", columns.SearchKey(), nullable=True),
        sa.Column("claimed_by", sa.String(length=200), nullable=True),
        sa.Column("acknowledged_at", columns.UtcTime(), nullable=True),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("flags", columns.PlainJson(), nullable=False),
        sa.Column("last_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("turn_owner", sa.String(length=64), nullable=True),
        sa.Column("turn_until", columns.UtcTime(), nullable=True),
        sa.Column("contact_name", columns.PatientText(), nullable=True),
        sa.Column("contact_phone", columns.PatientText(), nullable=True),
        sa.Column("task_id", sa.String(length=64), nullable=True),
        sa.Column("task_priority", sa.String(length=2), nullable=True),
        sa.Column("task_status", sa.String(length=16), nullable=True),
        sa.Column("desk_alarm", sa.Integer(), nullable=False),
        sa.Column("desk_level", sa.Integer(), nullable=False),
        sa.Column("desk_due", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("reference_key", name=op.f("uq_cases_reference_key")),
    )
    op.create_index("ix_cases_address", "cases", ["address_key", "created_at"], unique=False)
    op.create_index("ix_cases_claimed_by", "cases", ["claimed_by"], unique=False)
    op.create_index(
        "ix_cases_desk", "cases", ["desk_alarm", "desk_level", "desk_due", "created_at", "id"], unique=False
    )
    op.create_table(
        "opt_outs",
        sa.Column("number_key", columns.SearchKey(), nullable=False),
        sa.Column("is_out", sa.Boolean(), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number_key", name=op.f("pk_opt_outs")),
    )
    op.create_table(
        "receipts",
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_receipts")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=200), nullable=False),
        sa.Column("expires_at", columns.UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_sessions")),
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("start_at", columns.UtcTime(), nullable=False),
        sa.Column("end_at", columns.UtcTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("hold_expires_at", columns.UtcTime(), nullable=True),
        sa.CheckConstraint(
            "status <> 'held' OR hold_expires_at IS NOT NULL", name=op.f("ck_appointments_hold")
        ),
        sa.CheckConstraint(
            "status IN ('held', 'booked', 'cancelled', 'expired')", name=op.f("ck_appointments_status")
        ),
        sa.CheckConstraint("start_at < end_at", name=op.f("ck_appointments_length")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_appointments_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index("ix_appointments_case", "appointments", ["case_id", "start_at"], unique=False)
    op.create_index(
        "ix_appointments_provider", "appointments", ["provider_id", "status", "start_at"], unique=False
    )
    op.create_table(
        "asks",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_asks_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "name", name=op.f("pk_asks")),
    )
    op.create_table(
        "chat_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("expires_at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_chat_sessions_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_chat_sessions")),
    )
    op.create_table(
        "effects",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("effect", sa.String(length=64), nullable=False),
        sa.Column("result", columns.PatientJson(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_effects_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "message_id", "effect", name=op.f("pk_effects")),
    )
    op.create_table(
        "facts",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("variable", sa.String(length=64), nullable=False),
        sa.Column("value", columns.PatientJson(), nullable=True),
        sa.Column("words", columns.PatientText(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("asked", sa.String(length=64), nullable=True),
        sa.Column("author", sa.String(length=16), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.Column("declined", sa.Boolean(), nullable=False),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        sa.Column("reason", columns.PatientText(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_facts_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_facts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_facts_case", "facts", ["case_id", "position"], unique=False)
    op.create_table(
        "judgements",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("outcome", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("body", columns.PatientJson(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_judgements_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_judgements")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_judgements_case", "judgements", ["case_id", "position"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("text", columns.PatientText(), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("asks", sa.String(length=64), nullable=True),
        sa.Column("also_asks", columns.PlainJson(), nullable=False),
        sa.Column("choices", columns.PatientJson(), nullable=False),
        sa.Column("client_message_id", sa.String(length=200), nullable=True),
        sa.Column("reply_to", sa.String(length=64), nullable=True),
        sa.Column("intent", sa.String(length=64), nullable=True),
        sa.Column("confidence", sa.Float(precision=53), nullable=True),
        sa.Column("reading", columns.PatientJson(), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("text_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_messages_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_messages_case_id_seq")),
    )
    op.create_index("ix_messages_reply_to", "messages", ["reply_to", "seq"], unique=False)
    op.create_index(
        "ix_messages_unanswered",
        "messages",
        ["channel", "at"],
        unique=False,
        sqlite_where=sa.text("sender = 'patient' AND NOT answered"),
        postgresql_where=sa.text("sender = 'patient' AND NOT answered"),
    )
    op.create_index(
        "uq_messages_client",
        "messages",
        ["case_id", "client_message_id"],
        unique=True,
        sqlite_where=sa.text("client_message_id IS NOT NULL"),
        postgresql_where=sa.text("client_message_id IS NOT NULL"),
    )
    op.create_index(
        "uq_messages_sms",
        "messages",
        ["client_message_id"],
        unique=True,
        sqlite_where=sa.text("channel = 'sms' AND client_message_id IS NOT NULL"),
        postgresql_where=sa.text("channel = 'sms' AND client_message_id IS NOT NULL"),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("text", columns.PatientText(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", columns.UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_notes_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index("ix_notes_case", "notes", ["case_id", "at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("position", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=True),
        sa.Column("number", columns.PatientText(), nullable=False),
        sa.Column("number_key", columns.SearchKey(), nullable=False),
        sa.Column("body", columns.PatientText(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("due_at", columns.UtcTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", columns.UtcTime(), nullable=True),
        sa.Column("provider_id", sa.String(length=64), nullable=True),
        sa.Column("sent_at", columns.UtcTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("delivery_state", sa.String(length=32), nullable=True),
        sa.Column("delivery_error", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_outbox_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_outbox_provider_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_unfinished",
        "outbox",
        ["number_key", "position"],
        unique=False,
        sqlite_where=sa.text("status IN ('queued', 'sending')"),
        postgresql_where=sa.text("status IN ('queued', 'sending')"),
    )
    op.create_table(
        "search_keys",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", columns.SearchKey(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_search_keys_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "kind", "key", name=op.f("pk_search_keys")),
    )
    op.create_index("ix_search_keys_key", "search_keys", ["key", "case_id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("priority", sa.String(length=2), nullable=False),
        sa.Column("created_at", columns.UtcTime(), nullable=False),
        sa.Column("due_at", columns.UtcTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("acknowledged_by", sa.String(length=200), nullable=True),
        sa.Column("acknowledged_at", columns.UtcTime(), nullable=True),
        sa.Column("done_by", sa.String(length=200), nullable=True),
        sa.Column("done_at", columns.UtcTime(), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("note", columns.PatientText(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tasks_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_due", "tasks", ["status", "due_at"], unique=False)
    op.create_index(
        "uq_tasks_unfinished",
        "tasks",
        ["case_id", "kind"],
        unique=True,
        sqlite_where=sa.text("status <> 'done'"),
        postgresql_where=sa.text("status <> 'done'"),
    )


NO_OVERLAP = """
BEGIN
  SELECT RAISE(ABORT, 'appointments_overlap') WHERE EXISTS (
    SELECT 1 FROM appointments AS other
    WHERE other.provider_id = NEW.provider_id AND other.id <> NEW.id
      AND other.status IN ('held', 'booked')
      AND other.start_at < NEW.end_at AND NEW.start_at < other.end_at);
END"""

REFUSE = "BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END"

SQLITE_GUARDS = (
    "CREATE TRIGGER appointments_no_overlap_insert BEFORE INSERT ON appointments "
    f"WHEN NEW.status IN ('held', 'booked'){NO_OVERLAP}",
    "CREATE TRIGGER appointments_no_overlap_update BEFORE UPDATE ON appointments "
    f"WHEN NEW.status IN ('held', 'booked'){NO_OVERLAP}",
    "CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit WHEN EXISTS "
    "(SELECT 1 FROM audit WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'audit_append_only'); END",
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit {REFUSE}",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit {REFUSE}",
)

POSTGRESQL_GUARDS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "ALTER TABLE appointments ADD CONSTRAINT appointments_overlap EXCLUDE USING gist "
    "(provider_id WITH =, tstzrange(start_at, end_at) WITH &&) WHERE (status IN ('held', 'booked'))",
    "CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'audit_append_only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit "
    "FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()",
    "CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()",
)


def create_guards(dialect: str) -> None:
    """What the database itself forbids, as `guards.py` had it on the first day."""
    for statement in SQLITE_GUARDS if dialect == "sqlite" else POSTGRESQL_GUARDS:
        op.execute(statement)
