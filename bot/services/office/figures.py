"""Figures over all conversations: counted a day at a time in the background, added up for a page.

A day is counted anew when one of its cases changed, and replaced as a whole: counting twice changes nothing.
"""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain.errors import InvalidInput
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork
from bot.services.ports.figures import Sums
from bot.services.records.case_table import cell

EVERY_SECONDS = 15.0
NOTED_EVERY = dt.timedelta(minutes=1)
SLACK = dt.timedelta(minutes=2)
"""A change is written some time after the moment it bears: changes this old are looked for again."""
QUIET = dt.timedelta(days=1)
"""After so much silence a conversation counts as left: a change that nobody writes."""
LONGEST_DAYS = 731
CHANNELS = ("web", "sms")


@dataclass(frozen=True, kw_only=True)
class Period:
    """Days of the clinic, both included, and one channel or all."""

    first: dt.date
    last: dt.date
    channel: str | None = None

    def __post_init__(self) -> None:
        if not dt.timedelta(0) <= self.last - self.first < dt.timedelta(days=LONGEST_DAYS):
            raise InvalidInput(f"from 1 to {LONGEST_DAYS} days, the first one first", field="from")
        if self.channel not in (None, *CHANNELS):
            raise InvalidInput(f"channel is one of {', '.join(CHANNELS)}", field="channel")

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What was counted in a period; `counted_at` is None while nothing ever was."""

    period: Period
    sums: Sums
    by_day: Mapping[dt.date, int]
    late: Mapping[str, int]
    counted_at: dt.datetime | None

    def of(self, what: str) -> dict[str, int]:
        """The rows of one table: key -> how many."""
        return {key: number for (table, key), number in self.sums.items() if table == what}


# --- counting -----------------------------------------------------------------------------------


async def keep_counting(ctx: Context) -> None:
    """Every few seconds, until cancelled."""
    while True:
        await count_changed(ctx)
        await asyncio.sleep(EVERY_SECONDS)


async def count_changed(ctx: Context) -> int:
    """Count the days in which something changed since the last look; of how many the counts are others."""
    now = ctx.clock.now()
    async with ctx.unit_of_work(write=False) as uow:
        before = await uow.figures.counted_at()
        days = await _changed_days(uow, before, now, _zone(ctx))
        final = await uow.figures.final_until()
    if final is not None:  # a day some of whose cases are erased would lose them from its counts
        days = {day for day in days if day > _today(final, _zone(ctx))}
    changed = [day for day in sorted(days, reverse=True) if await _count(ctx, day, now)]
    if changed or before is None or now - before >= NOTED_EVERY:
        async with ctx.unit_of_work() as uow:
            await uow.figures.note_counted(now)
            await uow.commit()
    return len(changed)


async def _changed_days(
    uow: UnitOfWork, before: dt.datetime | None, now: dt.datetime, zone: ZoneInfo
) -> set[dt.date]:
    if before is None:
        first = await uow.figures.first_at()
        return set() if first is None else set(_days(first.astimezone(zone).date(), _today(now, zone)))
    since = before - SLACK
    lately = await uow.figures.touched(since=since)
    silent = await uow.figures.touched(since=since - QUIET, until=now - QUIET)
    # A visit of this morning is over by now, though nothing was written.
    moments = {since, now, *lately.begun, *lately.visits, *silent.begun}
    return {moment.astimezone(zone).date() for moment in moments}


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    return (first + dt.timedelta(days=number) for number in range((last - first).days + 1))


async def _count(ctx: Context, day: dt.date, now: dt.datetime) -> bool:
    since, until = _bounds(day, day, _zone(ctx))
    async with ctx.unit_of_work(write=False) as uow:
        counts = await uow.figures.count_day(since, until, now=now)
        same = counts == await uow.figures.kept(day)
    if not same:
        async with ctx.unit_of_work() as uow:
            await uow.figures.keep(day, counts)
            await uow.commit()
    return not same


# --- reading ------------------------------------------------------------------------------------


def today(ctx: Context) -> dt.date:
    """The clinic's."""
    return _today(ctx.clock.now(), _zone(ctx))


async def read(ctx: Context, member: StaffMember, period: Period) -> Counted:
    """What was counted in a period. Raises RoleRefused."""
    require(member, May.SEE_FIGURES)
    since, until = _bounds(period.first, period.last, _zone(ctx))
    async with ctx.unit_of_work(write=False) as uow:
        return Counted(
            period=period,
            sums=await uow.figures.sums(period.first, period.last, channel=period.channel),
            by_day=await uow.figures.begun_by_day(period.first, period.last, channel=period.channel),
            late=await uow.figures.late_tasks(since, until, channel=period.channel, now=ctx.clock.now()),
            counted_at=await uow.figures.counted_at(),
        )


async def export_csv(ctx: Context, member: StaffMember, period: Period) -> str:
    """All that was counted, a row each: table, key, number; and the days. Audited. Raises RoleRefused."""
    counted = await read(ctx, member, period)
    async with ctx.unit_of_work() as uow:
        await uow.audit.add(
            actor=member.name, action="figures.exported", case_id=None, at=ctx.clock.now(),
            detail={"from": str(period.first), "to": str(period.last), "channel": period.channel or "all"},
        )  # fmt: skip
        await uow.commit()
    rows = [(what, key, number) for (what, key), number in sorted(counted.sums.items())]
    rows += [("day", str(day), number) for day, number in sorted(counted.by_day.items())]
    rows += [("task_late_now", kind, number) for kind, number in sorted(counted.late.items())]
    written = io.StringIO()
    table = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(("table", "key", "number"))
    table.writerows([cell(value) for value in row] for row in rows)
    return written.getvalue()


def _zone(ctx: Context) -> ZoneInfo:
    return ZoneInfo(str(ctx.protocols.clinic.zone))


def _today(now: dt.datetime, zone: ZoneInfo) -> dt.date:
    return now.astimezone(zone).date()


def _bounds(first: dt.date, last: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """From the midnight before the first day to the one after the last, of that zone; UTC."""
    begin = dt.datetime.combine(first, dt.time(), tzinfo=zone)
    end = dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), tzinfo=zone)
    return begin.astimezone(dt.UTC), end.astimezone(dt.UTC)
