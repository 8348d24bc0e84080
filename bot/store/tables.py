"""Every table. Columns with patients' words use the types of `columns.py`; times are `UtcTime`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from bot.store.columns import PatientJson, PatientText, PlainJson, SearchKey, UtcTime

_Kind = TypeEngine[Any] | type[TypeEngine[Any]]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

URGENT = "kind IN ('emergency', 'crisis', 'same_day')"
"""Kinds of our messages that a patient must heed at once."""


def _id(name: str = "id") -> Column[str]:
    return Column(name, String(64), primary_key=True)


def _case() -> Column[str]:
    return Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), nullable=False)


def _needed(name: str, kind: _Kind, *, server_default: str | None = None) -> Column[Any]:
    return Column(name, kind, nullable=False, server_default=server_default)


cases = Table(
    "cases",
    metadata,
    _id(),
    _needed("reference", String(32)),
    _needed("reference_key", String(32)),
    _needed("channel", String(16)),
    _needed("created_at", UtcTime),
    _needed("updated_at", UtcTime),
    _needed("status", String(32)),
    _needed("phase", String(16)),
    _needed("consent", String(16)),
    _needed("level", String(16)),
    _needed("rules", PlainJson),
    Column("outcome", String(64)),
    Column("decision", String(16)),
    Column("visit", String(64)),
    _needed("handoff", String(32)),
    Column("pending", String(64)),
    Column("engine_state", PatientText),
    Column("address", PatientText),
    Column("address_key", SearchKey),
    Column("claimed_by", String(200)),
    Column("acknowledged_at", UtcTime),
    _needed("test", Boolean),
    _needed("flags", PlainJson),
    # Kept by the store: the message counter, the turn lease, and what the staff list sorts by.
    _needed("last_seq", Integer, server_default="0"),
    Column("turn_owner", String(64)),
    Column("turn_until", UtcTime),
    Column("contact_name", PatientText),
    Column("contact_phone", PatientText),
    Column("task_id", String(64)),
    Column("task_priority", String(2)),
    Column("task_status", String(16)),
    _needed("desk_alarm", Integer),
    _needed("desk_level", Integer),
    _needed("desk_due", UtcTime),
    # Kept by the store for searching: of all messages (`outline.py`), and who looked it over.
    Column("said_at", UtcTime),
    _needed("fallbacks", Integer, server_default="0"),
    Column("lowest_confidence", Float(53)),
    Column("reviewed_at", UtcTime),
    Column("reviewed_by", String(200)),
    _needed("rated_seq", Integer, server_default="0"),
    UniqueConstraint("reference_key"),
    Index(
        "ix_cases_find",
        "created_at",
        "id",
        "test",
        "level",
        "outcome",
        "channel",
        "status",
        "last_seq",
        "fallbacks",
        "lowest_confidence",
        "reviewed_at",
        "said_at",
    ),
    Index("ix_cases_desk", "desk_alarm", "desk_level", "desk_due", "created_at", "id"),
    Index("ix_cases_address", "address_key", "created_at"),
    Index("ix_cases_claimed_by", "claimed_by"),
    Index("ix_cases_updated", "updated_at"),
    Index(
        "ix_cases_unrated",
        "said_at",
        sqlite_where=text("last_seq > rated_seq AND consent = 'given'"),
        postgresql_where=text("last_seq > rated_seq AND consent = 'given'"),
    ),
)
"""`desk_alarm` 0 while a P0 task is unacknowledged, else 1; `desk_level` 4 - rank: both sort upwards."""

search_keys = Table(
    "search_keys",
    metadata,
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("key", SearchKey, primary_key=True),
    Index("ix_search_keys_key", "key", "case_id"),
)

messages = Table(
    "messages",
    metadata,
    _id(),
    _case(),
    _needed("seq", Integer),
    _needed("sender", String(16)),
    _needed("kind", String(16)),
    _needed("text", PatientText),
    _needed("at", UtcTime),
    _needed("channel", String(16)),
    Column("asks", String(64)),
    _needed("also_asks", PlainJson),
    _needed("choices", PatientJson),
    Column("client_message_id", String(200)),
    Column("reply_to", String(64)),
    Column("intent", String(64)),
    Column("confidence", Float(53)),
    Column("model", String(64)),
    Column("reading", PatientJson),
    _needed("answered", Boolean),
    _needed("erased", Boolean),
    Column("text_id", String(64)),
    UniqueConstraint("case_id", "seq"),
    Index(
        "uq_messages_client",
        "case_id",
        "client_message_id",
        unique=True,
        sqlite_where=text("client_message_id IS NOT NULL"),
        postgresql_where=text("client_message_id IS NOT NULL"),
    ),
    Index(
        "uq_messages_sms",
        "client_message_id",
        unique=True,
        sqlite_where=text("channel = 'sms' AND client_message_id IS NOT NULL"),
        postgresql_where=text("channel = 'sms' AND client_message_id IS NOT NULL"),
    ),
    Index("ix_messages_urgent", "at", sqlite_where=text(URGENT), postgresql_where=text(URGENT)),
    Index("ix_messages_reply_to", "reply_to", "seq"),
    Index(
        "ix_messages_unanswered",
        "channel",
        "at",
        sqlite_where=text("sender = 'patient' AND NOT answered"),
        postgresql_where=text("sender = 'patient' AND NOT answered"),
    ),
)

facts = Table(
    "facts",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    _case(),
    _needed("variable", String(64)),
    Column("value", PatientJson),
    _needed("words", PatientText),
    Column("message_id", String(64)),
    Column("asked", String(64)),
    _needed("author", String(16)),
    _needed("at", UtcTime),
    _needed("declined", Boolean),
    _needed("conflict", Boolean),
    _needed("corrected", Boolean),
    _needed("reason", PatientText),
    Index("ix_facts_case", "case_id", "position"),
    sqlite_autoincrement=True,
)

asks = Table(
    "asks",
    metadata,
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(64), primary_key=True),
    _needed("times", Integer),
    _needed("state", String(16)),
)

judgements = Table(
    "judgements",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    _case(),
    Column("message_id", String(64)),
    _needed("at", UtcTime),
    _needed("level", String(16)),
    _needed("outcome", String(64)),
    _needed("decision", String(16)),
    _needed("body", PatientJson),
    Index("ix_judgements_case", "case_id", "position"),
    sqlite_autoincrement=True,
)

appointments = Table(
    "appointments",
    metadata,
    _id(),
    _case(),
    _needed("provider_id", String(64)),
    _needed("visit", String(64)),
    _needed("start_at", UtcTime),
    _needed("end_at", UtcTime),
    _needed("status", String(16)),
    Column("hold_expires_at", UtcTime),
    Column("room_id", String(64)),
    Column("busy_until", UtcTime),
    Column("holder", SearchKey),
    Column("place", Integer),
    Column("booked_at", UtcTime),
    Column("outside", String(1024)),
    CheckConstraint("start_at < end_at", name="length"),
    CheckConstraint("status IN ('held', 'booked', 'cancelled', 'expired')", name="status"),
    CheckConstraint("status <> 'held' OR hold_expires_at IS NOT NULL", name="hold"),
    Index("ix_appointments_provider", "provider_id", "status", "start_at"),
    Index("ix_appointments_case", "case_id", "start_at"),
    Index("ix_appointments_room", "room_id", "status", "start_at"),
    Index("ix_appointments_start", "status", "start_at"),
    Index(
        "uq_appointments_held",
        "holder",
        "place",
        unique=True,
        sqlite_where=text("status = 'held'"),
        postgresql_where=text("status = 'held'"),
    ),
    Index(
        "uq_appointments_booked",
        "case_id",
        unique=True,
        sqlite_where=text("status = 'booked'"),
        postgresql_where=text("status = 'booked'"),
    ),
)
"""`guards.py` adds what forbids two live ones of a provider or a room to overlap.

`busy_until` is the end of the buffer, NULL for none. `place` numbers the holds of one holder: there are
only so many places, so there are only so many holds.
"""

tasks = Table(
    "tasks",
    metadata,
    _id(),
    _case(),
    _needed("kind", String(32)),
    _needed("priority", String(2)),
    _needed("created_at", UtcTime),
    _needed("due_at", UtcTime),
    _needed("status", String(16)),
    Column("acknowledged_by", String(200)),
    Column("acknowledged_at", UtcTime),
    Column("done_by", String(200)),
    Column("done_at", UtcTime),
    _needed("private", Boolean),
    _needed("note", PatientText),
    _needed("tier", Integer, server_default="9"),
    Column("snoozed_until", UtcTime),
    Column("next_contact_at", UtcTime),
    Column("loud_at", UtcTime),
    _needed("escalated", Integer, server_default="0"),
    _needed("attempts", Integer, server_default="0"),
    Column("outcome", String(64)),
    Index(
        "ix_tasks_unfinished",
        "priority",
        "due_at",
        sqlite_where=text("status <> 'done'"),
        postgresql_where=text("status <> 'done'"),
    ),
    Index(
        "uq_tasks_unfinished",
        "case_id",
        "kind",
        unique=True,
        sqlite_where=text("status <> 'done'"),
        postgresql_where=text("status <> 'done'"),
    ),
    Index("ix_tasks_case", "case_id"),
    Index("ix_tasks_due", "status", "due_at"),
    Index("ix_tasks_done", "done_at"),
)

task_attempts = Table(
    "task_attempts",
    metadata,
    _id(),
    Column("task_id", String(64), ForeignKey("tasks.id", ondelete="CASCADE"), nullable=False),
    _case(),
    _needed("at", UtcTime),
    _needed("by", String(200)),
    _needed("how", String(64)),
    _needed("note", PatientText),
    Index("ix_task_attempts_at", "at"),
    Index("ix_task_attempts_case", "case_id", "at"),
    Index("ix_task_attempts_task", "task_id", "at"),
)

tallies = Table(
    "tallies",
    metadata,
    Column("key", SearchKey, primary_key=True),
    _needed("hits", Integer),
    _needed("until", UtcTime),
    Index("ix_tallies_until", "until"),
)

handovers = Table(
    "handovers",
    metadata,
    _id("key_hash"),
    _case(),
    _needed("door", String(16)),
    _needed("expires_at", UtcTime),
    Index("ix_handovers_case", "case_id", "door"),
)

chat_sessions = Table(
    "chat_sessions",
    metadata,
    _id("token_hash"),
    _case(),
    _needed("expires_at", UtcTime),
    Index("ix_chat_sessions_case", "case_id"),
)

notes = Table(
    "notes",
    metadata,
    _id(),
    _case(),
    _needed("text", PatientText),
    _needed("by", String(200)),
    _needed("at", UtcTime),
    Index("ix_notes_case", "case_id", "at"),
)

effects = Table(
    "effects",
    metadata,
    Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("message_id", String(64), primary_key=True),
    Column("effect", String(64), primary_key=True),
    Column("result", PatientJson),
)
