"""All cases as a table for a spreadsheet: one row each, cells that no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from bot.domain.dictionary import Value
from bot.domain.facts import values_of
from bot.protocols import Protocols
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork
from bot.services.records.case_file import CONTACT
from bot.services.records.fhir.record import PRIVATE_VARIABLES, printable

FRAME = (
    "reference", "created_at", "updated_at", "channel", "status", "level", "rules", "outcome", "visit",
    "handoff", "priority", "due", "claimed_by", "test", "name", "phone",
)  # fmt: skip
"""Columns from the staff list, before those of the appointment and of the dictionary."""
APPOINTMENT = ("appointment_start", "appointment_end", "appointment_provider")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet calculate, full-width twins too."""
_PAGE = 200


async def export_csv(ctx: Context, member: StaffMember) -> str:
    """The whole table, header first, in the order of the staff list. Audited. Raises RoleRefused."""
    require(member, May.EXPORT)
    async with ctx.unit_of_work() as uow:
        await uow.audit.add(
            actor=member.name, action="cases.exported", case_id=None, at=ctx.clock.now(),
            detail={"format": "csv"},
        )  # fmt: skip
        await uow.commit()
    written = io.StringIO()
    table = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(columns(ctx.protocols))
    async with ctx.unit_of_work(write=False) as uow:
        async for row in _rows(uow):
            table.writerow(await _cells(uow, ctx.protocols, row))
    return written.getvalue()


def columns(protocols: Protocols) -> list[str]:
    """The header: frame, appointment, every variable by its name."""
    return [*FRAME, *APPOINTMENT, *variables(protocols)]


def variables(protocols: Protocols) -> Iterator[str]:
    """What stands in a column of its own: not what the frame says, not what is private."""
    elsewhere = CONTACT | PRIVATE_VARIABLES | set(FRAME)
    return (name for name in protocols.dictionary if name not in elsewhere)


def cell(value: Any) -> str | int | float:
    """One cell. Text that a spreadsheet would calculate gets an apostrophe before it, as OWASP advises."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return value
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat(timespec="seconds")
        case list() | tuple():
            return cell("; ".join(str(item) for item in value))
    text = " ".join(printable(str(getattr(value, "value", value))).split())
    return f"'{text}" if text.startswith(_FORMULA) else text


async def _rows(uow: UnitOfWork) -> AsyncIterator[Mapping[str, Any]]:
    after: str | None = None
    while True:
        rows, after = await uow.desk.cases(queue="all", query=None, reference=None, after=after, limit=_PAGE)
        for row in rows:
            yield row
        if after is None:
            return


async def _cells(uow: UnitOfWork, protocols: Protocols, row: Mapping[str, Any]) -> list[str | int | float]:
    known: Mapping[str, Value] = values_of(await uow.facts.current(row["id"]))
    times = await uow.appointments.of_case(row["id"])
    booked = next((time for time in times if time.status == "booked"), None)
    visit = (booked.start, booked.end, booked.provider_id) if booked else (None, None, None)
    told = (known.get(name) for name in variables(protocols))
    return [cell(value) for value in (*(row.get(name) for name in FRAME), *visit, *told)]
