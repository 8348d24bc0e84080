"""Daily counts, kept and added up (port: `bot.services.ports.figures.Figures`)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from bot.services.ports.figures import Count, Sums, Touched
from bot.store.figure_counting import counting_of
from bot.store.figure_tables import dispositions, figure_counts, figure_marks
from bot.store.session import Session
from bot.store.tables import appointments, cases, task_attempts, tasks
from bot.store.tasks import UNFINISHED

BEGUN = "begun"
"""`what` of the whole: conversations that began on a day."""


class FigureTable:
    """What pages read is one index range of `figure_counts`: its size grows with days, not with patients."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def count_day(self, since: dt.datetime, until: dt.datetime, *, now: dt.datetime) -> list[Count]:
        """Reads the cases begun in that time once for each table of the page."""
        found: Counter[tuple[str, str, str]] = Counter()
        for what, statement, key_of in counting_of(since, until, now):
            for row in await self._session.all(statement):
                found[row.channel, what, key_of(row)] += row.number
        return sorted(
            Count(channel=channel, what=what, key=key, number=number)
            for (channel, what, key), number in found.items()
            if number
        )

    async def kept(self, day: dt.date) -> list[Count]:
        """What was kept of a day, in order."""
        fields = [figure_counts.c[name] for name in Count.__dataclass_fields__]
        rows = await self._session.all(select(*fields).where(figure_counts.c.day == day))
        return sorted(Count(**row._mapping) for row in rows)

    async def keep(self, day: dt.date, counts: Collection[Count]) -> None:
        """Replaces what was kept of a day; two who do so at once wait for each other."""
        await self._session.hold_key(f"figures:{day}")
        await self._session.run(delete(figure_counts).where(figure_counts.c.day == day))
        rows = [{"day": day, **{n: getattr(one, n) for n in Count.__dataclass_fields__}} for one in counts]
        if rows:
            await self._session.run(insert(figure_counts), rows)

    async def first_at(self) -> dt.datetime | None:
        """When the first case began."""
        row = await self._session.first(select(cases.c.created_at).order_by(cases.c.created_at).limit(1))
        return None if row is None else row.created_at

    async def touched(self, *, since: dt.datetime, until: dt.datetime | None = None) -> Touched:
        """Each kind of change is one range of an index by time."""
        began = select(cases.c.created_at.label("at"))
        held = select(appointments.c.start_at.label("at")).join(cases, cases.c.id == appointments.c.case_id)
        begun, visits = set(), set()
        for own in _changed(since, until):
            begun |= {row.at for row in await self._session.all(began.where(own))}
            visits |= {row.at for row in await self._session.all(held.where(own))}
        return Touched(begun=frozenset(begun), visits=frozenset(visits))

    async def counted_at(self) -> dt.datetime | None:
        """Up to when changes are counted."""
        found: dt.datetime | None = await self._session.value(select(figure_marks.c.counted_at))
        return found

    async def note_counted(self, at: dt.datetime) -> None:
        """Changes are counted up to then."""
        await self._session.upsert(figure_marks, {"id": 1, "counted_at": at}, keys=["id"])

    async def final_until(self) -> dt.datetime | None:
        """Up to when days stay as they were counted."""
        found: dt.datetime | None = await self._session.value(select(figure_marks.c.final_until))
        return found

    async def note_final(self, at: dt.datetime) -> None:
        """Never moved back: what was erased stays erased when the clinic keeps for longer again."""
        known = figure_marks.c.final_until
        further = known.is_(None) | (known < at)
        await self._session.run(update(figure_marks).where(further).values(final_until=at))

    async def sums(self, first: dt.date, last: dt.date, *, channel: str | None) -> Sums:
        """Over these days, both included."""
        added = func.sum(figure_counts.c.number).label("number")
        named = (figure_counts.c.what, figure_counts.c.key)
        rows = await self._session.all(
            select(*named, added).where(*_within(first, last, channel)).group_by(*named)
        )
        return {(row.what, row.key): int(row.number) for row in rows}

    async def begun_by_day(
        self, first: dt.date, last: dt.date, *, channel: str | None
    ) -> Mapping[dt.date, int]:
        """Conversations begun on each of these days that has any."""
        added = func.sum(figure_counts.c.number).label("number")
        wanted = select(figure_counts.c.day, added).where(
            *_within(first, last, channel), figure_counts.c.what == BEGUN
        )
        rows = await self._session.all(wanted.group_by(figure_counts.c.day))
        return {row.day: int(row.number) for row in rows}

    async def late_tasks(
        self, since: dt.datetime, until: dt.datetime, *, channel: str | None, now: dt.datetime
    ) -> Mapping[str, int]:
        """Unfinished tasks only: their number is bounded by what a clinic leaves undone."""
        begun = (cases.c.created_at >= since) & (cases.c.created_at < until) & ~cases.c.test
        wanted = begun if channel is None else begun & (cases.c.channel == channel)
        # As a value of its own PostgreSQL looks it up for each of the few tasks; joined, it would read all
        # cases of the period. No task is older than its case.
        of_case = select(wanted).where(cases.c.id == tasks.c.case_id).scalar_subquery()
        rows = await self._session.all(
            select(tasks.c.kind, func.count().label("number"))
            .where(UNFINISHED, tasks.c.due_at < now, tasks.c.created_at >= since, of_case)
            .group_by(tasks.c.kind)
        )
        return {row.kind: int(row.number) for row in rows}


def _within(first: dt.date, last: dt.date, channel: str | None) -> list[ColumnElement[bool]]:
    days = [figure_counts.c.day >= first, figure_counts.c.day <= last]
    return days if channel is None else [*days, figure_counts.c.channel == channel]


def _changed(since: dt.datetime, until: dt.datetime | None) -> list[ColumnElement[bool]]:
    def during(column: Any) -> Any:
        return column > since if until is None else (column > since) & (column <= until)

    return [
        during(cases.c.updated_at),
        cases.c.id.in_(select(tasks.c.case_id).where(during(tasks.c.done_at))),
        cases.c.id.in_(select(task_attempts.c.case_id).where(during(task_attempts.c.at))),
        cases.c.id.in_(select(dispositions.c.case_id).where(during(dispositions.c.at))),
    ]
