"""Facts with history (port: `bot.services.ports.Facts`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, delete, insert, literal, select, tuple_, update

from bot.domain.dictionary import Value
from bot.domain.facts import Fact
from bot.store import codec
from bot.store.finder import set_keys
from bot.store.search import SEARCHED_FACTS, name_keys, phone_keys
from bot.store.session import Session
from bot.store.tables import cases, facts

OF_CASE = select(facts).where(facts.c.case_id == bindparam("case_id")).order_by(facts.c.position)
FIELDS = tuple(name for name in Fact.__dataclass_fields__ if name != "by")


class FactTable:
    """Append-only; the last row of a variable is its value in force.

    A case's rows are read once in a unit of work: one turn looks at them many times.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[str, dict[str, list[Fact]]] = {}

    async def current(self, case_id: str) -> dict[str, Fact]:
        """The value in force of each variable."""
        return {name: values[-1] for name, values in (await self.history(case_id)).items()}

    async def history(self, case_id: str) -> dict[str, list[Fact]]:
        """All values of each variable, oldest first."""
        if case_id not in self._read:
            self._read[case_id] = await self._read_history(case_id)
        return {name: list(values) for name, values in self._read[case_id].items()}

    async def _read_history(self, case_id: str) -> dict[str, list[Fact]]:
        found: dict[str, list[Fact]] = {}
        for row in await self._session.all(OF_CASE, case_id=case_id):
            found.setdefault(row.variable, []).append(_fact(row))
        return found

    async def of_cases(
        self, *, after: str | None, limit: int
    ) -> tuple[list[tuple[str, dict[str, Value]]], str | None]:
        """A page of all cases, oldest first: id and known values. And the cursor of the next page."""
        ids = await self._page_of_ids(after, limit)
        known: dict[str, dict[str, Value]] = {case_id: {} for case_id in ids}
        columns = select(facts.c.case_id, facts.c.variable, facts.c.value)
        for row in await self._session.all(
            columns.where(facts.c.case_id.in_(ids)).order_by(facts.c.position)
        ):
            if row.value is None:
                known[row.case_id].pop(row.variable, None)
            else:
                known[row.case_id][row.variable] = codec.value_from_json(row.value)
        return list(known.items()), ids[-1] if len(ids) == limit else None

    async def _page_of_ids(self, after: str | None, limit: int) -> list[str]:
        order = (cases.c.created_at, cases.c.id)
        wanted = select(cases.c.id).order_by(*order).limit(limit)
        if after is not None:
            since = select(cases.c.created_at).where(cases.c.id == after).scalar_subquery()
            wanted = wanted.where(tuple_(*order) > tuple_(since, literal(after)))
        return [row.id for row in await self._session.all(wanted)]

    async def add(self, case_id: str, new: Sequence[Fact]) -> None:
        """Append; name and phone also make the case findable and show in the staff list."""
        if not new:
            return
        await self._session.run(insert(facts), [_row(case_id, fact) for fact in new])
        for fact in new:
            if case_id in self._read:
                self._read[case_id].setdefault(fact.variable, []).append(fact)
            if fact.variable in SEARCHED_FACTS:
                await self._index(case_id, SEARCHED_FACTS[fact.variable], fact)

    async def erase(self, case_id: str, *, keep: Collection[str]) -> None:
        """Delete all values of a case, history too, but those of the variables to keep."""
        self._read.pop(case_id, None)
        gone = (facts.c.case_id == case_id) & facts.c.variable.not_in(sorted(keep))
        await self._session.run(delete(facts).where(gone))

    async def _index(self, case_id: str, kind: str, fact: Fact) -> None:
        shown = fact.value if isinstance(fact.value, str) else None
        column = {fact.variable: shown}
        await self._session.run(update(cases).where(cases.c.id == case_id).values(column))
        make = name_keys if kind == "name" else phone_keys
        await set_keys(self._session, case_id, kind, make(shown or ""))


def _row(case_id: str, fact: Fact) -> dict[str, Any]:
    row = {name: getattr(fact, name) for name in FIELDS}
    return row | {"case_id": case_id, "author": fact.by, "value": codec.value_to_json(fact.value)}


def _fact(row: Row[Any]) -> Fact:
    stored = row._mapping
    fields = {name: stored[name] for name in FIELDS}
    return Fact(**fields | {"by": row.author, "value": codec.value_from_json(row.value)})
