"""How values lie in the database. Everything a patient wrote passes through the classes of this file,
so that field encryption with search needs a change here and nowhere else.

PatientText   free text of a patient (message, fact words, number to write to, note)
PatientJson   the same for structured values (fact value, reading, choices)
SearchKey     an equality key that finds a patient (phone number, part of a name)
PlainJson     structured values without patients' words
UtcTime       a zone-aware time in UTC
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sqlalchemy import DateTime, Dialect, Float, String, Text, types
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from bot.domain.errors import InvalidInput

ISO_UTC = "%Y-%m-%dT%H:%M:%S.%f+00:00"
"""On SQLite: fixed width, so that comparing texts compares times."""

FAR_FUTURE = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
"""Stands for "no due time" where a column must sort."""


class UtcTime(types.TypeDecorator[dt.datetime]):
    """A zone-aware time; refuses a naive one. Microseconds are kept."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        """Text on SQLite, `timestamptz` elsewhere."""
        kind = String(32) if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Raises ValueError for a time without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone was given to the store: attach one")
        utc = value.astimezone(dt.UTC)
        return utc.strftime(ISO_UTC) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        """UTC whatever zone the session has."""
        if value is None:
            return None
        return dt.datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(dt.UTC)


class seconds_between(FunctionElement[float]):  # noqa: N801 - reads as SQL does
    """Seconds from the first time to the second, in the database's own arithmetic."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _seconds_sqlite(element: seconds_between, compiler: Any, **given: Any) -> str:
    first, second = (compiler.process(one, **given) for one in element.clauses)
    return f"((julianday({second}) - julianday({first})) * 86400.0)"


@compiles(seconds_between, "postgresql")
def _seconds_postgresql(element: seconds_between, compiler: Any, **given: Any) -> str:
    first, second = (compiler.process(one, **given) for one in element.clauses)
    return f"extract(epoch from {second} - {first})"


class id_in_order(FunctionElement[str]):  # noqa: N801 - reads as SQL does
    """An id as SQLite's indexes do not know it: so SQLite walks the cases newest first and stops at the
    page's end, instead of fetching and sorting every case that holds a common word.

    PostgreSQL knows how common a word is and chooses by itself; there the id is the plain id.
    """

    type = String()
    inherit_cache = True


@compiles(id_in_order, "sqlite")
def _id_sqlite(element: id_in_order, compiler: Any, **given: Any) -> str:
    return f"({compiler.process(element.clauses, **given)} || '')"


@compiles(id_in_order, "postgresql")
def _id_postgresql(element: id_in_order, compiler: Any, **given: Any) -> str:
    return str(compiler.process(element.clauses, **given))


class PatientText(types.TypeDecorator[str]):
    """Words of a patient."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Raises InvalidInput for text that a database cannot keep (NUL, lone surrogates)."""
        return None if value is None else storable(value)


class PlainJson(types.TypeDecorator[Any]):
    """Lists and mappings of plain values, as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """None stays NULL."""
        return None if value is None else storable(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Lists stay lists; whoever needs tuples makes them."""
        return None if value is None else json.loads(value)


class PatientJson(PlainJson):
    """Structured values that hold a patient's words."""

    cache_ok = True


class SearchKey(types.TypeDecorator[str]):
    """A normalised word or number that is only ever compared for equality."""

    impl = String(200)
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Raises InvalidInput for text that a database cannot keep."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """The same text; raises InvalidInput when no database could keep it."""
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InvalidInput("a text holds NUL or half a character: send valid Unicode", code="invalid_text")
    return text
