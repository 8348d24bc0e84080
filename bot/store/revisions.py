"""The database counts what changed of a record that other systems hold a copy of.

Triggers, so that no way of writing can forget it, and in the transaction that writes: a change and the
duty to tell others about it are stored together or not at all. `revision` counts up; a publisher
notes the revision it has told, and has work while the two differ.
"""

from __future__ import annotations

FHIR = "fhir"
"""Target: the FHIR server; the subject is a case."""
CALENDAR = "calendar"
"""Target: the calendar server; the subject is an appointment."""

_SHOWN_TASK = (
    "NEW.kind NOT IN ('engine_failure', 'test_flag', 'undelivered', 'export_failed', 'calendar_conflict')"
)
"""No copy shows the other kinds; the publisher's own must not start it again."""
_SETTLED = "NEW.status IN ('booked', 'cancelled')"

_EVENTS = (
    # name, event and table, condition, columns of the row: its case, its subject; target
    ("case", "UPDATE OF updated_at ON cases", "", "id", "id", FHIR),
    ("fact", "INSERT ON facts", "", "case_id", "case_id", FHIR),
    ("task_added", "INSERT ON tasks", _SHOWN_TASK, "case_id", "case_id", FHIR),
    ("task", "UPDATE ON tasks", _SHOWN_TASK, "case_id", "case_id", FHIR),
    ("visit_added", "INSERT ON appointments", _SETTLED, "case_id", "case_id", FHIR),
    ("visit", "UPDATE ON appointments", _SETTLED, "case_id", "case_id", FHIR),
    ("event_added", "INSERT ON appointments", _SETTLED, "case_id", "id", CALENDAR),
    ("event", "UPDATE ON appointments", _SETTLED, "case_id", "id", CALENDAR),
)


def _count(*, case: str, target: str, subject: str) -> str:
    """One more change of this subject; the first one makes its row."""
    return (
        "INSERT INTO publications"  # noqa: S608 - our own names
        " (target, subject, case_id, revision, sent_revision, refused_revision, attempts)"
        f" VALUES ({target}, {subject}, {case}, 1, 0, 0, 0)"
        " ON CONFLICT (target, subject) DO UPDATE SET revision = publications.revision + 1"
    )


def _when(condition: str) -> str:
    return f" WHEN ({condition})" if condition else ""


SQLITE = tuple(
    f"CREATE TRIGGER publish_{name} AFTER {event} FOR EACH ROW{_when(condition)}"
    f" BEGIN {_count(case=f'NEW.{case}', target=repr(target), subject=f'NEW.{subject}')}; END"
    for name, event, condition, case, subject, target in _EVENTS
)

POSTGRESQL = (
    "CREATE FUNCTION publish_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    + _count(case="to_jsonb(NEW) ->> TG_ARGV[0]", target="TG_ARGV[2]", subject="to_jsonb(NEW) ->> TG_ARGV[1]")
    + "; RETURN NULL; END $$",
    *(
        f"CREATE TRIGGER publish_{name} AFTER {event} FOR EACH ROW{_when(condition)}"
        f" EXECUTE FUNCTION publish_change('{case}', '{subject}', '{target}')"
        for name, event, condition, case, subject, target in _EVENTS
    ),
)
