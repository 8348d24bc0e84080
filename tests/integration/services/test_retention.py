"""Conversations that are over are erased when the clinic says after how long, on every database; never before
anything that somebody still owes the patient is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.domain.cases import Case
from bot.domain.dispositions import Disposition
from bot.domain.errors import ProtocolError
from bot.protocols.shelf import Shelf
from bot.services.case import retention
from bot.services.context import Context
from bot.services.office import figures
from bot.services.ports import Note, Reader, UnitOfWork
from bot.services.ports.retention import LegalHold
from bot.store import Store
from bot.store.tables import metadata
from bot.system import RandomIds
from tests.integration.services.conftest import StandingClock
from tests.integration.store.samples import (
    HOUR,
    NOW,
    a_draft,
    a_fact,
    a_hold,
    a_judgement,
    a_task,
    an_sms,
    stored_case,
)
from tests.plain_dialogue import PlainDialogue

DAYS = 120
DAY = dt.timedelta(days=1)
DONE = {"by": "Ann", "note": "", "outcome": "answered"}


@pytest.fixture
def process(store: Store, clock: StandingClock, reader: Reader, shelf: Shelf) -> Context:
    """A clinic that keeps conversations for so many days."""
    changes = {"clinic": {"retention": {"erase_after_days": DAYS}}}
    return Context(
        unit_of_work=store.unit_of_work, protocols=shelf.protocols(contents={}, changes=changes),
        reader=reader, dialogue=PlainDialogue(), clock=clock, ids=RandomIds(),
    )  # fmt: skip


async def over_case(store: Store) -> Case:
    """A texted conversation with something in every place, all of it over."""
    case = await stored_case(
        store, status="booked", phase="done", consent="given", address="+13145550123",
        level=a_judgement().level, rules=("RF01",),
    )  # fmt: skip
    task, hold = a_task(case.id), a_hold(case.id, provider_id=case.id)
    async with store.unit_of_work() as uow:
        said, _ = await uow.messages.add_inbound(
            case.id, text="my back hurts", channel="web", client_message_id="1", at=NOW
        )
        await uow.messages.add(case.id, a_draft(), channel="web", at=NOW, reply_to=said.id)
        await uow.facts.add(case.id, [a_fact(message_id=said.id)])
        await uow.judgements.add(case.id, a_judgement(), message_id=said.id, at=NOW)
        await uow.appointments.hold(hold, now=NOW)
        await uow.appointments.book(hold.id, case_id=case.id, now=NOW)
        await uow.tasks.add(task)
        await uow.tasks.finish(task.id, at=NOW + HOUR, **DONE)
        await uow.dispositions.add(Disposition(id=case.id, case_id=case.id, at=NOW, by="Ann"))
        await uow.effects.record(case.id, said.id, "told", {"words": "my back"})
        await uow.audit.add(actor="Ann", action="case.read", case_id=case.id, at=NOW)
        await uow.commit()
    return case


async def erased(process: Context, case: Case) -> bool:
    """Whether a round takes it; whatever does not go leaves nothing out."""
    before = await rows_of(process, case)
    await figures.count_changed(process)
    number = await retention.erase_batch(process)
    after = await rows_of(process, case)
    assert after == ({} if number else before)
    return number == 1


async def rows_of(process: Context, case: Case) -> dict[str, int]:
    """Table -> rows of the case, the audit log's left out."""
    found = {}
    async with process.unit_of_work(write=False) as uow:
        for table in metadata.sorted_tables:
            if table.name != "audit" and (table.name == "cases" or "case_id" in table.c):
                own = table.c.id if table.name == "cases" else table.c.case_id
                session = uow.retention._session  # type: ignore[attr-defined]  # no port counts rows
                found[table.name] = await session.value(select(func.count()).where(own == case.id))
    return {name: number for name, number in found.items() if number}


async def test_a_conversation_that_is_over_goes_whole_and_its_figures_stay(
    process: Context, store: Store, clock: StandingClock
) -> None:
    case = await over_case(store)
    another = await stored_case(store, status="callback", consent="given")
    assert {"messages", "facts", "judgements", "appointments", "said_words"} <= set(
        await rows_of(process, case)
    )
    await figures.count_changed(process)
    clock.forward(days=DAYS - 1)
    assert not await erased(process, case)
    async with store.unit_of_work() as uow:  # somebody noted something of the same day's other patient
        await uow.cases.save(await uow.cases.get(another.id))
        await uow.commit()
    clock.forward(days=3)
    whole = await counts(process)
    assert await erased(process, case)
    clock.forward(minutes=5)
    async with store.unit_of_work() as uow:
        await uow.cases.save(await uow.cases.get(another.id))
        await uow.commit()
    await figures.count_changed(process)
    assert await counts(process) == whole != []
    assert await retention.erase_batch(process) == 0
    said = await audit(process)
    assert [row["action"] for row in said] == ["case.read", "cases.erased"]
    assert (said[1]["case_id"], said[1]["detail"]) == (None, {"cases": 1, "after_days": DAYS})


async def counts(process: Context) -> list[Any]:
    async with process.unit_of_work(write=False) as uow:
        return await uow.figures.kept(NOW.date())


async def audit(process: Context) -> list[dict[str, Any]]:
    table = metadata.tables["audit"]
    async with process.unit_of_work(write=False) as uow:
        rows = await uow.retention._session.all(select(table).order_by(table.c.seq))  # type: ignore[attr-defined]
    return [dict(row._mapping) for row in rows]


Left = Callable[[UnitOfWork, Case, dt.datetime], Awaitable[object]]
LEFT: dict[str, Left] = {
    "a task": lambda uow, case, _: uow.tasks.add(a_task(case.id)),
    "an emergency nobody has": lambda uow, case, _: uow.tasks.add(
        a_task(case.id, kind="emergency", priority="P0")
    ),
    "the status of one": lambda uow, case, at: uow.cases.save(
        replace(case, status="emergency", updated_at=at)
    ),
    "questions": lambda uow, case, at: uow.cases.save(replace(case, status="open", updated_at=at)),
    "a text to send": lambda uow, case, _: uow.outbox.add(an_sms(case_id=case.id)),
    "a late note": lambda uow, case, at: uow.desk.add_note(
        Note(id="n", case_id=case.id, text="called", by="Ann", at=at + 30 * DAY)
    ),
    "a late decision": lambda uow, case, at: uow.dispositions.add(
        Disposition(id="d", case_id=case.id, at=at + 30 * DAY, by="Ann")
    ),
    "the law": lambda uow, case, at: uow.retention.add_legal_hold(
        LegalHold(case_id=case.id, reason="a court asks", by="Ann", at=at)
    ),
    "a visit to come": lambda uow, case, at: uow.appointments.hold(
        a_hold(case.id, provider_id=case.id, start=at + 40 * DAY, hold_expires_at=at + 400 * DAY), now=at
    ),
}


async def test_what_somebody_still_owes_keeps_a_conversation(
    process: Context, store: Store, clock: StandingClock
) -> None:
    kept = {left: await over_case(store) for left in LEFT}
    async with store.unit_of_work() as uow:
        for left, leave in LEFT.items():
            await leave(uow, await uow.cases.get(kept[left].id), clock.now())
        await uow.commit()
    over = await over_case(store)
    await figures.count_changed(process)
    clock.forward(days=DAYS + 20)
    assert await erased(process, over)
    assert not [left for left, case in kept.items() if not await rows_of(process, case)]
    async with store.unit_of_work() as uow:  # what changed since the first look is seen by the second
        before = clock.now() - DAYS * DAY
        assert not [left for left, case in kept.items() if await uow.retention.erase(case.id, before=before)]


async def test_nothing_goes_unless_the_clinic_says_so_or_before_it_is_counted(
    process: Context, store: Store, clock: StandingClock, shelf: Shelf
) -> None:
    case = await over_case(store)
    await figures.count_changed(process)
    clock.forward(days=DAYS + 20)
    assert await retention.erase_batch(process) == 0  # what was counted lies too far back
    always = replace(process, protocols=shelf.protocols(contents={}, changes={}))
    assert not await erased(always, case)
    for days in (89, -1):
        with pytest.raises(ProtocolError, match="90 or more"):
            shelf.protocols(contents={}, changes={"clinic": {"retention": {"erase_after_days": days}}})
