"""Daily counts on every database: whole, the same when counted twice, and never of test conversations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.cases import AskState, Case
from bot.domain.dispositions import Disposition
from bot.domain.tasks import Attempt
from bot.services.ports.figures import Count
from bot.store import Store
from tests.integration.store.samples import HOUR, MINUTE, NOW, a_draft, a_hold, a_task, stored_case

DAY = dt.timedelta(days=1)
SINCE = dt.datetime(2026, 11, 18, tzinfo=dt.UTC)


async def counted(store: Store, *, now: dt.datetime = NOW + DAY * 3) -> Mapping[tuple[str, str], int]:
    async with store.unit_of_work(write=False) as uow:
        counts = await uow.figures.count_day(SINCE, SINCE + DAY, now=now)
    return {(one.what, one.key): one.number for one in counts}


async def said(store: Store, case: Case, *kinds: tuple[str, str | None], pending: bool = False) -> None:
    """Our messages, one a minute; with `pending` the last one's question stays open."""
    async with store.unit_of_work() as uow:
        for number, (kind, asks) in enumerate(kinds):
            draft = a_draft(kind=kind, asks=asks)
            at = NOW + number * MINUTE
            last = await uow.messages.add(case.id, draft, channel=case.channel, at=at, reply_to=None)
        if pending:
            await uow.cases.save(replace(await uow.cases.get(case.id), pending=last.id))
        await uow.commit()


async def test_a_question_is_asked_once_a_patient_and_left_by_who_fell_silent(store: Store) -> None:
    gone = await stored_case(store, consent="given", phase="intake")
    await said(store, gone, ("question", "opening"), ("question", "G1"), ("question", "G1"), pending=True)
    unsure = await stored_case(store, consent="given", phase="done", handoff="callback", status="callback")
    await said(store, unsure, ("question", "G1"), ("callback", None))
    async with store.unit_of_work() as uow:
        await uow.asks.save(unsure.id, AskState(name="G1", times=1, state="unsure"))
        await uow.commit()
    found = await counted(store)
    assert (found["asked", "G1"], found["asked", "opening"]) == (2, 1)
    assert (found["left", "G1"], found["open", "G1"]) == (1, 1)
    assert ("left", "opening") not in found
    assert (found["ending", "left"], found["ending", "callback"]) == (1, 1)
    assert found["minutes", "1"] == 1


async def test_who_paused_for_an_hour_has_not_left(store: Store) -> None:
    case = await stored_case(store, consent="given", phase="intake")
    await said(store, case, ("question", "G1"), pending=True)
    found = await counted(store, now=NOW + HOUR)
    assert found["ending", "going_on"] == 1
    assert ("left", "G1") not in found


async def test_test_conversations_never_count(store: Store) -> None:
    case = await stored_case(
        store, consent="given", test=True, phase="done", handoff="booking", rules=("RF01",)
    )
    await said(store, case, ("question", "G1"), ("fallback", None), ("booked", None))
    async with store.unit_of_work() as uow:
        await uow.tasks.add(a_task(case.id))
        await uow.appointments.hold(a_hold(case.id, start=NOW + HOUR), now=NOW)
        await uow.commit()
    assert await counted(store) == {}


@pytest.mark.parametrize(
    ("given", "done", "state"),
    [
        ({"priority": "P2"}, {"tried": 30}, "in_time"),
        ({"priority": "P2"}, {"tried": 90}, "late"),
        ({"priority": "P2"}, {"finished": 59}, "in_time"),
        ({"priority": "P2"}, {}, "open"),
        ({"priority": "P0", "kind": "emergency"}, {"acknowledged": 3, "finished": 200}, "in_time"),
        ({"priority": "P0", "kind": "emergency"}, {"tried": 3, "acknowledged": 90}, "late"),
    ],
)
async def test_a_call_is_in_time_when_somebody_tried_and_an_emergency_when_somebody_had_it(
    store: Store, given: dict[str, Any], done: dict[str, int], state: str
) -> None:
    case = await stored_case(store, consent="given")
    task = a_task(case.id, due_at=NOW + HOUR, **given)
    async with store.unit_of_work() as uow:
        await uow.tasks.add(task)
        if "tried" in done:
            at = NOW + done["tried"] * MINUTE
            tried = Attempt(id=f"t{task.id}", task_id=task.id, case_id=case.id, at=at, by="Ann", how="busy")
            await uow.tasks.add_attempt(tried)
        if "acknowledged" in done:
            await uow.tasks.acknowledge(task.id, by="Ann", at=NOW + done["acknowledged"] * MINUTE)
        if "finished" in done:
            finished = {"by": "Ann", "at": NOW + done["finished"] * MINUTE, "note": ""}
            await uow.tasks.finish(task.id, **finished, outcome="answered")
        await uow.commit()
    found = await counted(store)
    assert found["task", f"{task.kind}:{state}"] == 1
    assert found.get(("closed", f"{task.kind}:answered"), 0) == int("finished" in done)


async def test_the_last_word_on_a_case_counts_and_a_visit_counts_on_its_own_day(store: Store) -> None:
    case = await stored_case(store, consent="given", created_at=NOW - DAY * 9)
    async with store.unit_of_work() as uow:
        held = a_hold(case.id, start=NOW + HOUR)
        await uow.appointments.hold(held, now=NOW)
        await uow.appointments.book(held.id, case_id=case.id, now=NOW)
        await uow.commit()
    assert (await counted(store))["visit", "not_noted"] == 1
    assert ("visit", "not_noted") not in await counted(store, now=NOW)
    async with store.unit_of_work() as uow:
        for number, (attended, decided) in enumerate([("no_show", None), ("came", "injection")]):
            said = {"id": f"{case.id}{number}", "case_id": case.id, "at": NOW + number * HOUR, "by": "Ann"}
            told = {"attended": attended, "decided": decided, "outcome": "new_patient_eval", "tier": "B"}
            await uow.dispositions.add(Disposition(**said, **told))  # type: ignore[arg-type]
        await uow.commit()
    found = await counted(store)
    assert (found["visit", "came"], ("visit", "no_show") in found) == (1, False)
    async with store.unit_of_work(write=False) as uow:
        counts = await uow.figures.count_day(SINCE - DAY * 9, SINCE - DAY * 8, now=NOW + DAY)
    begun = {(one.what, one.key): one.number for one in counts}
    assert (begun["route", "new_patient_eval:injection"], begun["tier", "B:injection"]) == (1, 1)


async def test_days_are_replaced_and_added_up(store: Store) -> None:
    web = Count(channel="web", what="begun", key="given", number=2)
    sms = replace(web, channel="sms", number=3)
    async with store.unit_of_work() as uow:
        await uow.figures.keep(SINCE.date(), [sms])
        await uow.figures.keep(SINCE.date(), [web, sms])
        await uow.figures.keep(SINCE.date() + DAY, [web])
        await uow.figures.note_counted(NOW)
        await uow.figures.note_counted(NOW + HOUR)
        await uow.commit()
    first, last = SINCE.date(), SINCE.date() + DAY
    async with store.unit_of_work(write=False) as uow:
        assert await uow.figures.kept(first) == [sms, web]
        assert await uow.figures.sums(first, last, channel=None) == {("begun", "given"): 7}
        assert await uow.figures.sums(first, last, channel="web") == {("begun", "given"): 4}
        assert await uow.figures.begun_by_day(first, last, channel="sms") == {first: 3}
        assert await uow.figures.counted_at() == NOW + HOUR


async def test_what_changed_is_found_by_its_time(store: Store) -> None:
    old = await stored_case(store, consent="given", created_at=NOW - DAY * 9, updated_at=NOW - DAY * 9)
    async with store.unit_of_work(write=False) as uow:
        assert await uow.figures.first_at() == old.created_at
        before = await uow.figures.touched(since=NOW)
    assert before.begun == before.visits == frozenset()
    async with store.unit_of_work() as uow:
        decided = {"id": old.id, "case_id": old.id, "at": NOW + MINUTE, "by": "Ann", "attended": "came"}
        await uow.dispositions.add(Disposition(**decided))  # type: ignore[arg-type]
        await uow.commit()
    async with store.unit_of_work(write=False) as uow:
        assert (await uow.figures.touched(since=NOW)).begun == {old.created_at}
        assert (await uow.figures.touched(since=NOW, until=NOW)).begun == frozenset()
