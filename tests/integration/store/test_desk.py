"""The staff list: order, pages, queues, finding."""

from __future__ import annotations

import pytest

from bot.domain.errors import InvalidInput
from bot.domain.levels import Level
from bot.store import Store
from tests.integration.store.samples import HOUR, MINUTE, NOW, a_fact, a_task, an_sms, stored_case

FIRST = {"query": None, "reference": None, "after": None, "limit": 50}


async def with_task(store: Store, *, level: Level, **task: object) -> str:
    case = await stored_case(store, level=level)
    async with store.unit_of_work() as uow:
        await uow.tasks.add(a_task(case.id, **task))
        await uow.commit()
    return case.id


async def test_most_urgent_first(store: Store) -> None:
    quiet = await stored_case(store)
    older = await stored_case(store, created_at=NOW - HOUR)
    late = await with_task(store, level=Level.SAME_DAY, priority="P1", due_at=NOW + 2 * HOUR)
    soon = await with_task(store, level=Level.SAME_DAY, priority="P1", due_at=NOW + HOUR)
    seen = await with_task(store, level=Level.EMERGENCY_NOW, priority="P0", due_at=NOW)
    crisis = await with_task(store, level=Level.NONE, priority="P0", kind="crisis", due_at=NOW + 5 * MINUTE)
    alarm = await with_task(store, level=Level.EMERGENCY_NOW, priority="P0", due_at=NOW + 5 * MINUTE)
    async with store.unit_of_work() as uow:
        [task] = await uow.tasks.of_case(seen)
        await uow.tasks.acknowledge(task.id, by="Ann", at=NOW)
        rows, after = await uow.desk.cases(queue="open", **FIRST)
    assert [row["id"] for row in rows] == [alarm, crisis, seen, soon, late, older.id, quiet.id]
    assert after is None
    assert (rows[2]["task_status"], rows[2]["priority"]) == ("acknowledged", "P0")
    assert (rows[0]["due"], rows[-1]["due"], rows[-1]["task_id"]) == (NOW + 5 * MINUTE, None, None)


async def test_pages_show_every_case_once(store: Store) -> None:
    ids = {(await stored_case(store, created_at=NOW + (n % 2) * HOUR)).id for n in range(7)}
    seen: list[str] = []
    after = None
    async with store.unit_of_work(write=False) as uow:
        for _ in range(4):
            rows, after = await uow.desk.cases(queue="all", **FIRST | {"after": after, "limit": 2})
            seen += [row["id"] for row in rows]
    assert after is None
    assert len(seen) == 7
    assert set(seen) == ids


async def test_queues(store: Store) -> None:
    mine = await stored_case(store, claimed_by="Ann")
    closed = await stored_case(store, status="closed", claimed_by="Ann")
    async with store.unit_of_work(write=False) as uow:

        async def ids(queue: str) -> set[str]:
            return {row["id"] for row in (await uow.desk.cases(queue=queue, **FIRST))[0]}

        assert await ids("open") == {mine.id}
        assert await ids("all") == {mine.id, closed.id}
        assert await ids("mine:Ann") == {mine.id}
        assert await ids("mine:Bob") == set()
        with pytest.raises(InvalidInput):
            await ids("theirs")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("maria", True),
        ("MAR", True),
        ("López", True),
        ("lopez maria", True),
        ("maria jones", False),
        ("ma", False),
        ("aria", False),
        ("(555) 555-0142", True),
        ("+1 555 555 0142", True),
        ("0142", True),
        ("555-0142", True),
        ("5-0142", False),
        ("0143", False),
        ("k7qm4t2x", True),
        ("K7QM-4T2X", True),
        ("%", False),
        ("' OR 1=1 --", False),
    ],
)
async def test_finding_by_name_phone_and_reference(store: Store, query: str, found: bool) -> None:
    case = await stored_case(store, reference="K7QM-4T2X")
    await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.facts.add(
            case.id, [a_fact("contact_name", "María Lopez"), a_fact("contact_phone", "5555550142")]
        )
        rows, _ = await uow.desk.cases(queue="all", **FIRST | {"query": query})
    assert [row["id"] for row in rows] == ([case.id] if found else [])
    if found:
        assert (rows[0]["name"], rows[0]["phone"]) == ("María Lopez", "5555550142")


async def test_a_corrected_name_is_no_longer_found_by_the_old_one(store: Store) -> None:
    case = await stored_case(store, address="+15555550142")
    async with store.unit_of_work() as uow:
        await uow.facts.add(case.id, [a_fact("contact_name", "Maria")])
        await uow.facts.add(case.id, [a_fact("contact_name", None, declined=True)])
        rows, _ = await uow.desk.cases(queue="all", **FIRST | {"query": "maria"})
        assert rows == []
        [row], _ = await uow.desk.cases(queue="all", **FIRST | {"query": "0142"})
        assert (row["name"], row["phone"]) == (None, "+15555550142")


async def test_by_reference_exactly(store: Store) -> None:
    case = await stored_case(store, reference="K7QM-4T2X")
    await stored_case(store)
    async with store.unit_of_work(write=False) as uow:
        rows, _ = await uow.desk.cases(queue="all", **FIRST | {"reference": "k7qm 4t2x"})
        assert [row["id"] for row in rows] == [case.id]
        assert await uow.desk.cases(queue="all", **FIRST | {"reference": "K7QM"}) == ([], None)


@pytest.mark.parametrize("cursor", ["", "x", "bm90anNvbg", "WzEsMl0", "W251bGwsMiwzLDQsNV0", "é"])
async def test_a_foreign_cursor_is_refused(store: Store, cursor: str) -> None:
    async with store.unit_of_work(write=False) as uow:
        with pytest.raises(InvalidInput):
            await uow.desk.cases(queue="all", **FIRST | {"after": cursor})


async def test_deliveries_of_a_case_tell_what_became_of_each(store: Store) -> None:
    case, other = await stored_case(store), await stored_case(store)
    texts = [an_sms(case_id=case.id, dedupe_key=f"message:m{n}:0") for n in range(2)]
    async with store.unit_of_work() as uow:
        for sms in (*texts, an_sms(case_id=other.id)):
            await uow.outbox.add(sms)
        await uow.outbox.claim_due(owner="w", now=NOW, lease_seconds=60)
        await uow.outbox.sent(texts[0].id, provider_id="SM1", at=NOW + MINUTE)
        await uow.outbox.delivery_state("SM1", state="undelivered", error="30003")
        await uow.commit()
    async with store.unit_of_work(write=False) as uow:
        first, second = await uow.desk.deliveries(case.id)
    assert (first.about, first.status, first.reported, first.error) == (
        "message:m0:0", "sent", "undelivered", "30003",
    )  # fmt: skip
    assert (first.sent_at, second.sent_at, second.reported) == (NOW + MINUTE, None, None)


async def test_the_pulse_differs_after_each_commit_and_stays_while_nothing_is_written(store: Store) -> None:
    async def pulse() -> str:
        async with store.unit_of_work(write=False) as uow:
            return await uow.desk.pulse()

    before = await pulse()
    assert await pulse() == before
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.tasks.add(a_task(case.id))
        during = await pulse()
        await uow.commit()
    assert len({before, during, await pulse()}) == 3 - (during == before)
    with_task = await pulse()
    async with store.unit_of_work() as uow:
        await uow.audit.add(actor="Ann", action="case.claimed", case_id=case.id, at=NOW)
        await uow.commit()
    assert await pulse() != with_task
