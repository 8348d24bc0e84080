"""Made-up conversations in bulk: whole, findable, and never beside others."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain.errors import Conflict
from bot.protocols import Protocols
from bot.services.ports.search import Wanted
from bot.store import Store
from bot.store.seeded_patients import DAYS
from bot.store.seeding import MESSAGES, already_seeded, seed
from tests.integration.store.samples import NOW, stored_case


async def test_seeded_conversations_are_whole_and_found(
    database_url: str, store: Store, protocols: Protocols
) -> None:
    made = list(seed(database_url, conversations=12, judge=protocols.judge, until=NOW))
    assert made == [12]
    async with store.unit_of_work(write=False) as uow:
        rows, _ = await uow.search.cases(Wanted(words="numb leg"), after=None, limit=50)
        fired, _ = await uow.search.cases(Wanted(rule="RF01"), after=None, limit=50)
        listed, _ = await uow.desk.cases(queue="all", query=None, reference=None, after=None, limit=50)
        case = rows[0]["id"]
        assert len(await uow.messages.after(case, 0)) == MESSAGES
        assert await uow.judgements.latest(case) is not None
        assert (await uow.facts.current(case))["saddle_numbness"].value == "yes"
    assert {row["id"] for row in rows} == {row["id"] for row in fired}
    assert (len(rows), len(listed)) == (2, 12)


async def test_a_run_that_was_broken_off_goes_on(
    database_url: str, store: Store, protocols: Protocols
) -> None:
    made = [
        count
        for wanted in (2, 3, 3)
        for count in seed(database_url, conversations=wanted, judge=protocols.judge, until=NOW)
    ]
    assert made == [2, 1]
    assert already_seeded(database_url) == 3
    async with store.unit_of_work(write=False) as uow:
        counted = await uow.figures.count_day(NOW - dt.timedelta(days=DAYS), NOW, now=NOW)
    assert sum(one.number for one in counted if one.what == "begun") == 3


async def test_it_refuses_a_database_that_is_in_use(
    database_url: str, store: Store, protocols: Protocols
) -> None:
    await stored_case(store)
    with pytest.raises(Conflict):
        list(seed(database_url, conversations=1, judge=protocols.judge, until=NOW))
