"""Made-up conversations in bulk, to see how the service does with very many. Never beside real ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select, text

from bot.domain.dictionary import Value
from bot.domain.errors import Conflict
from bot.domain.judgement import Judgement
from bot.store import codec
from bot.store.engine import open_sync_engine
from bot.store.figure_tables import dispositions
from bot.store.search_tables import case_events, said_words
from bot.store.seeded_endings import Rows
from bot.store.seeded_patients import MESSAGES, STORIES, Judged, reference
from bot.store.seeded_talks import add_talk
from bot.store.tables import (
    appointments,
    asks,
    cases,
    facts,
    judgements,
    messages,
    search_keys,
    tasks,
)
from bot.store.teaching_tables import review_items, reviews

__all__ = ["MESSAGES", "already_seeded", "seed"]

AT_ONCE = 500
"""Conversations a transaction."""
IN_ORDER: tuple[Table, ...] = (
    cases, messages, asks, facts, judgements, tasks, appointments, dispositions, review_items, reviews,
    search_keys, said_words, case_events,
)  # fmt: skip
"""Tables in the order in which their rows may be inserted."""
COUNTED_BY_TRIGGERS = ("cases", "facts", "tasks", "appointments")
"""Nobody outside is told of made-up patients, so their changes are not counted (`revisions.py`)."""


def seed(
    url: str, *, conversations: int, judge: Callable[[Mapping[str, Value]], Judgement], until: dt.datetime
) -> Iterator[int]:
    """Insert up to so many conversations of MESSAGES messages each; yields how many at a time.

    The same number is the same patient, so a run that was broken off goes on where it stopped. Raises
    Conflict when the database holds a conversation that was not seeded.
    """
    engine = open_sync_engine(url)
    try:
        there = _seeded(engine)
        judged = [_judged(judge({**values, "age": 50})) for _, values in STORIES]
        for start in range(there, conversations, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, conversations))
            rows = Rows()
            for number in numbers:
                add_talk(rows, number, judged[number % len(STORIES)], until)
            _insert(engine, rows)
            yield len(numbers)
        if there < conversations:
            _analyze(engine)
    finally:
        engine.dispose()


def _judged(judgement: Judgement) -> Judged:
    return Judged(judgement=judgement, body=codec.judgement_to_json(judgement))


def already_seeded(url: str) -> int:
    """How many there are. Raises Conflict beside others."""
    engine = open_sync_engine(url)
    try:
        return _seeded(engine)
    finally:
        engine.dispose()


def _seeded(engine: Engine) -> int:
    with engine.connect() as connection:
        count = int(connection.execute(select(func.count()).select_from(cases)).scalar_one())
        if not count:
            return 0
        ours = select(func.count()).where(cases.c.reference.between(reference(0), reference(count - 1)))
        if connection.execute(ours).scalar_one() != count:
            raise Conflict("the database holds other conversations: seed an empty one")
    return count


def _insert(engine: Engine, rows: Rows) -> None:
    with engine.begin() as connection:
        _count_changes(connection, count=False)
        for table in IN_ORDER:
            if values := rows.by_table.get(table.name):
                _write(connection, table, values)
        _count_changes(connection, count=True)


def _write(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """All rows name the same columns. PostgreSQL takes them by COPY, several times as fast as by INSERT."""
    if connection.dialect.name != "postgresql":
        connection.execute(insert(table), rows)
        return
    columns = [table.c[name] for name in rows[0]]
    dialect = connection.dialect
    processors = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    names = ", ".join(f'"{column.name}"' for column in columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            written = zip(processors, row.values(), strict=True)
            copy.write_row([value if make is None else make(value) for make, value in written])


def _count_changes(connection: Connection, *, count: bool) -> None:
    if connection.dialect.name == "postgresql":
        for name in COUNTED_BY_TRIGGERS:
            word = "ENABLE" if count else "DISABLE"
            connection.execute(text(f"ALTER TABLE {name} {word} TRIGGER USER"))


def _analyze(engine: Engine) -> None:
    """The database plans by what it knows of its tables: tell it now rather than some time later."""
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
