"""Facts, asks, judgements, tasks, staff, sessions, effects, receipts, opt-outs, notes, audit."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from bot.domain.cases import AskState
from bot.domain.errors import Conflict, NotAllowed
from bot.services.ports import Note, StaffMember
from bot.store import Store
from tests.integration.store.samples import (
    HOUR,
    MINUTE,
    NOW,
    a_case,
    a_fact,
    a_judgement,
    a_task,
    stored_case,
)

ANN = StaffMember(id="s1", name="Ann", role="nurse", password_hash="argon2")


async def test_facts_keep_their_history(store: Store) -> None:
    case = await stored_case(store)
    first, second = (
        a_fact(value=("low_back",)),
        a_fact(value=("low_back", "leg"), corrected=True, conflict=True),
    )
    declined = a_fact("age", None, declined=True)
    number = a_fact("temp_f", 100.4, by="derived", message_id="m", asked="G1", reason="why")
    async with store.unit_of_work() as uow:
        await uow.facts.add(case.id, [first, declined])
        await uow.facts.add(case.id, [second, number])
        await uow.facts.add(case.id, [])
        assert await uow.facts.current(case.id) == {"region": second, "age": declined, "temp_f": number}
        assert (await uow.facts.history(case.id))["region"] == [first, second]


async def test_asks_are_replaced_by_name(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.asks.save(case.id, AskState(name="G2"))
        await uow.asks.save(case.id, AskState(name="G2", times=2, state="declined"))
        assert await uow.asks.all(case.id) == {"G2": AskState(name="G2", times=2, state="declined")}


async def test_latest_judgement_comes_back_equal(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        assert await uow.judgements.latest(case.id) is None
        await uow.judgements.add(case.id, a_judgement(complexity=0), message_id=None, at=NOW)
        await uow.judgements.add(case.id, a_judgement(), message_id="m", at=NOW)
        assert await uow.judgements.latest(case.id) == a_judgement()
        past = await uow.judgements.history(case.id)
    assert [(one.message_id, one.at, one.judgement.complexity) for one in past] == [
        (None, NOW, 0),
        ("m", NOW, 1),
    ]


async def test_one_unfinished_task_of_a_kind(store: Store) -> None:
    case = await stored_case(store)
    task = a_task(case.id, private=True, note="n")
    async with store.unit_of_work() as uow:
        assert await uow.tasks.add(task)
        assert not await uow.tasks.add(a_task(case.id))
        assert await uow.tasks.add(a_task(case.id, kind="emergency", priority="P0"))
        done = await uow.tasks.finish(task.id, by="Ann", at=NOW, note="called")
        assert (done.status, done.note) == ("done", "called")
        assert await uow.tasks.add(a_task(case.id))
        assert [t.priority for t in await uow.tasks.of_case(case.id)] == ["P0", "P2", "P2"]


async def test_parallel_tasks_of_a_kind_become_one(store: Store) -> None:
    case = await stored_case(store)

    async def add() -> bool:
        async with store.unit_of_work() as uow:
            added = await uow.tasks.add(a_task(case.id))
            await uow.commit()
        return added

    assert sum(await asyncio.gather(*(add() for _ in range(6)))) == 1


async def test_acknowledging_keeps_the_first_name(store: Store) -> None:
    case = await stored_case(store)
    task = a_task(case.id)
    async with store.unit_of_work() as uow:
        await uow.tasks.add(task)
        assert await uow.tasks.overdue(now=NOW + HOUR) == []
        assert await uow.tasks.overdue(now=NOW + 2 * HOUR) == [task]
        first = await uow.tasks.acknowledge(task.id, by="Ann", at=NOW)
        assert first == dataclasses.replace(
            task, status="acknowledged", acknowledged_by="Ann", acknowledged_at=NOW
        )
        assert await uow.tasks.acknowledge(task.id, by="Bob", at=NOW + MINUTE) == first
        assert await uow.tasks.overdue(now=NOW + 2 * HOUR) == []
        with pytest.raises(NotAllowed):
            await uow.tasks.acknowledge("x", by="Ann", at=NOW)
        with pytest.raises(NotAllowed):
            await uow.tasks.finish("x", by="Ann", at=NOW, note="")


async def test_staff_and_their_sessions(store: Store) -> None:
    bob = dataclasses.replace(ANN, id="s2", name="Bob", disabled=True)
    async with store.unit_of_work() as uow:
        await uow.staff.add(ANN)
        await uow.staff.add(bob)
        for member in (ANN, bob):
            await uow.staff.add_session(f"h{member.id}", staff_id=member.id, csrf="c", expires_at=NOW + HOUR)
            await uow.staff.add_api_token(f"t{member.id}", staff_id=member.id, at=NOW)
        assert await uow.staff.by_name("Ann") == ANN
        assert await uow.staff.by_name("Bob") == bob
        assert await uow.staff.by_name("nobody") is None
        assert await uow.staff.session("hs1", now=NOW) == (ANN, "c")
        assert await uow.staff.session("hs2", now=NOW) is None
        assert await uow.staff.session("hs1", now=NOW + HOUR) is None
        await uow.staff.extend_session("hs1", expires_at=NOW + 2 * HOUR)
        assert await uow.staff.session("hs1", now=NOW + HOUR) == (ANN, "c")
        assert await uow.staff.by_api_token("ts1") == ANN
        assert await uow.staff.by_api_token("ts2") is None
        await uow.staff.end_session("hs1")
        assert await uow.staff.session("hs1", now=NOW) is None
        await uow.commit()
    async with store.unit_of_work() as uow:
        with pytest.raises(Conflict):
            await uow.staff.add(dataclasses.replace(ANN, id="s3"))


async def test_chat_sessions_end(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.sessions.add("h", case_id=case.id, expires_at=NOW + HOUR)
        assert await uow.sessions.case_id("h", now=NOW) == case.id
        assert await uow.sessions.case_id("h", now=NOW + HOUR) is None
        assert await uow.sessions.case_id("other", now=NOW) is None
        with pytest.raises(Conflict):
            await uow.sessions.add("h2", case_id="nobody", expires_at=NOW)


async def test_an_effect_happens_once(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        assert await uow.effects.result(case.id, "m", "book") is None
        await uow.effects.record(case.id, "m", "book", {"id": "a1"})
        assert await uow.effects.result(case.id, "m", "book") == {"id": "a1"}
        assert await uow.effects.result(case.id, "m", "hold") is None
        with pytest.raises(Conflict):
            await uow.effects.record(case.id, "m", "book", {})


async def test_receipts_are_for_good(store: Store) -> None:
    async with store.unit_of_work() as uow:
        assert await uow.receipts.note("SM1", at=NOW)
        assert not await uow.receipts.note("SM1", at=NOW + 1000 * HOUR)


async def test_opt_outs_follow_the_number_not_its_spelling(store: Store) -> None:
    async with store.unit_of_work() as uow:
        assert not await uow.opt_outs.is_out("+15555550142")
        await uow.opt_outs.set("+15555550142", out=True, at=NOW, source="sms")
        assert await uow.opt_outs.is_out("(555) 555-0142")
        await uow.opt_outs.set("5555550142", out=False, at=NOW, source="sms")
        assert not await uow.opt_outs.is_out("+15555550142")


async def test_notes_in_order(store: Store) -> None:
    case = await stored_case(store)
    late = Note(id="n1", case_id=case.id, text="called", by="Ann", at=NOW + HOUR)
    early = dataclasses.replace(late, id="n2", at=NOW)
    async with store.unit_of_work() as uow:
        await uow.desk.add_note(late)
        await uow.desk.add_note(early)
        assert await uow.desk.notes(case.id) == [early, late]


async def test_all_cases_come_in_pages_oldest_first_with_their_known_values(store: Store) -> None:
    ids = []
    for number in range(5):
        case = a_case(created_at=NOW + (number // 2) * HOUR)
        ids.append((case.created_at, case.id))
        async with store.unit_of_work() as uow:
            await uow.cases.add(case)
            await uow.facts.add(case.id, [a_fact("age", 40 + number), a_fact("age", 50 + number), a_fact()])
            await uow.facts.add(case.id, [a_fact("pain_nrs", 5), a_fact("pain_nrs", None, declined=True)])
            await uow.commit()
    async with store.unit_of_work(write=False) as uow:
        first, cursor = await uow.facts.of_cases(after=None, limit=3)
        second, end = await uow.facts.of_cases(after=cursor, limit=3)
    assert end is None
    assert [case_id for case_id, _ in (*first, *second)] == [case_id for _, case_id in sorted(ids)]
    assert all(set(values) == {"age", "region"} for _, values in (*first, *second))
    assert all(values["age"] >= 50 for _, values in (*first, *second))


async def test_a_store_without_cases_has_one_empty_page(store: Store) -> None:
    async with store.unit_of_work(write=False) as uow:
        assert await uow.facts.of_cases(after=None, limit=3) == ([], None)
