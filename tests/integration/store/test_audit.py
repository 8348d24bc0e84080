"""The audit log: gapless numbers, and no way to change a line."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text

from bot.domain.errors import Conflict
from bot.store import Store
from bot.store.audit_tables import audit
from bot.store.engine import open_engine
from bot.store.session import translated
from tests.integration.store.samples import NOW


async def note(store: Store, action: str, *, commit: bool = True) -> None:
    async with store.unit_of_work() as uow:
        await uow.audit.add(actor="Ann", action=action, case_id=None, at=NOW, detail={"n": 1})
        if commit:
            await uow.commit()


async def test_numbers_have_no_gaps(store: Store, database_url: str) -> None:
    await asyncio.gather(*(note(store, f"a{n}", commit=n % 3 > 0) for n in range(9)))
    async with store.unit_of_work() as uow:
        await uow.audit.add(actor="Ann", action="b1", case_id="c", at=NOW)
        await uow.audit.add(actor="Ann", action="b2", case_id="c", at=NOW)
        await uow.commit()
    engine = open_engine(database_url)
    async with engine.connect() as connection:
        rows = (await connection.execute(select(audit).order_by(audit.c.seq))).all()
    await engine.dispose()
    assert [row.seq for row in rows] == list(range(1, 9))
    assert [row.action for row in rows[-2:]] == ["b1", "b2"]
    assert (rows[0].actor, rows[0].at, rows[0].detail) == ("Ann", NOW, {"n": 1})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit",
        "TRUNCATE audit",
    ],
)
async def test_lines_cannot_be_changed(store: Store, database_url: str, statement: str) -> None:
    if statement.startswith(("INSERT OR", "TRUNCATE")) and _other_dialect(database_url, statement):
        return  # this database does not know that statement
    await note(store, "a")
    engine = open_engine(database_url)
    async with engine.connect() as connection:
        with pytest.raises(Conflict), translated():
            await connection.execute(text(statement))
    await engine.dispose()


def _other_dialect(url: str, statement: str) -> bool:
    return url.startswith("sqlite") != statement.startswith("INSERT OR")
