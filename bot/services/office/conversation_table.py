"""Conversations that a search found, as a table for a spreadsheet: one row each, how it went and ended.

Without names it holds nothing by which a person could find the patient: no reference, no words of staff, of
the time only the year. What was told in the conversations stands in `case_table.py`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.domain.errors import InvalidInput
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.office import case_search
from bot.services.ports import StaffMember
from bot.services.ports.search import Wanted
from bot.services.records.case_table import cell

MOST = 20_000
"""Rows of one table; more is refused, for a table that ends too early looks whole."""
IDENTIFYING = ("reference", "name", "phone", "tags")
COLUMNS = (
    "reference", "name", "phone", "started", "minutes", "channel", "status", "level", "rules", "outcome",
    "messages", "fallbacks", "least_certain", "reviewed", "flagged_messages", "tags", "test",
)  # fmt: skip
_PAGE = 500


async def export_csv(ctx: Context, member: StaffMember, wanted: Wanted, *, named: bool) -> str:
    """The table, header first, newest conversation first. Audited with what it asked by, never with words.

    Raises RoleRefused, and InvalidInput for a search that finds more than MOST.
    """
    require(member, May.EXPORT)
    if named or wanted.words:
        require(member, May.SEE_CONTACT)
    columns = [name for name in COLUMNS if named or name not in IDENTIFYING]
    written = io.StringIO()
    table = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(columns)
    rows = 0
    async for row in _rows(ctx, wanted):
        rows += 1
        if rows > MOST:
            raise InvalidInput(f"more than {MOST} found: choose fewer days", code="too_many", field="since")
        cells = _cells(row, named=named)
        table.writerow([cell(cells[name]) for name in columns])
    await _record(ctx, member, wanted, rows=rows, named=named)
    return written.getvalue()


async def _rows(ctx: Context, wanted: Wanted) -> AsyncIterator[Mapping[str, Any]]:
    after: str | None = None
    while True:
        async with ctx.unit_of_work(write=False) as uow:
            plain, after = await uow.search.cases(wanted, after=after, limit=_PAGE)
            page = await case_search.with_marks(uow, plain)
        for row in page:
            yield row
        if after is None:
            return


def _cells(row: Mapping[str, Any], *, named: bool) -> Mapping[str, Any]:
    begun, said, certain = row["created_at"], row["said_at"], row["lowest_confidence"]
    return {
        **row,
        "started": begun if named else begun.year,
        "minutes": None if said is None else round((said - begun).total_seconds() / 60, 1),
        "least_certain": None if certain is None else round(certain, 2),
        "reviewed": row["reviewed_at"] is not None,
        "flagged_messages": row["flagged"],
    }


async def _record(ctx: Context, member: StaffMember, wanted: Wanted, *, rows: int, named: bool) -> None:
    detail = {"by": case_search.asked_by(wanted), "rows": rows, "named": named}
    async with ctx.unit_of_work() as uow:
        await uow.audit.add(
            actor=member.name,
            action="conversations.exported",
            case_id=None,
            at=ctx.clock.now(),
            detail=detail,
        )
        await uow.commit()
