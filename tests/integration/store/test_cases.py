"""Cases: round trip, leases, finding by phone number."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from bot.domain.errors import Conflict, NotAllowed
from bot.domain.levels import Level
from bot.store import Store
from tests.integration.store.samples import HOUR, MINUTE, NOW, a_case, stored_case


async def test_case_round_trip(store: Store) -> None:
    case = await stored_case(
        store,
        level=Level.SAME_DAY,
        rules=("RF01", "RF02"),
        flags=("conflict",),
        engine_state='{"a": 1}',
        address="+15555550142",
        acknowledged_at=NOW,
        test=True,
    )
    async with store.unit_of_work(write=False) as uow:
        assert await uow.cases.get(case.id) == case


async def test_save_writes_every_field_and_bumps_updated_at(store: Store) -> None:
    case = await stored_case(store)
    changed = dataclasses.replace(case, status="booked", phase="done", level=Level.NOTE, claimed_by="ann")
    async with store.unit_of_work() as uow:
        await uow.cases.save(changed)
        await uow.commit()
    async with store.unit_of_work(write=False) as uow:
        found = await uow.cases.get(case.id)
    assert dataclasses.replace(found, updated_at=NOW) == changed
    assert found.updated_at > NOW


async def test_save_keeps_a_later_updated_at(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.cases.save(dataclasses.replace(case, updated_at=NOW + HOUR))
        assert (await uow.cases.get(case.id)).updated_at == NOW + HOUR


async def test_missing_case_is_not_allowed(store: Store) -> None:
    async with store.unit_of_work() as uow:
        with pytest.raises(NotAllowed):
            await uow.cases.get("0" * 32)
        with pytest.raises(NotAllowed):
            await uow.cases.save(a_case())


@pytest.mark.parametrize("field", ["id", "reference"])
async def test_same_id_or_reference_conflicts(store: Store, field: str) -> None:
    case = await stored_case(store, reference="K7QM-4T2X")
    again = a_case(**{field: getattr(case, field)})
    async with store.unit_of_work() as uow:
        with pytest.raises(Conflict):
            await uow.cases.add(again)


async def test_find_open_by_address_takes_the_newest_open_one(store: Store) -> None:
    await stored_case(store, address="+15555550142")
    newer = await stored_case(store, address="+15555550142", created_at=NOW + HOUR)
    await stored_case(store, address="+15555550142", created_at=NOW + 2 * HOUR, status="closed")
    await stored_case(store, address="+15555550199", created_at=NOW + 3 * HOUR)
    async with store.unit_of_work(write=False) as uow:
        assert await uow.cases.find_open_by_address("(555) 555-0142") == newer
        assert await uow.cases.find_open_by_address("+15555550100") is None


async def test_turn_lease_has_one_owner_until_it_ends(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        assert await uow.cases.claim_turn(case.id, owner="a", until=NOW + MINUTE, now=NOW)
        assert await uow.cases.claim_turn(case.id, owner="a", until=NOW + MINUTE, now=NOW)
        assert not await uow.cases.claim_turn(case.id, owner="b", until=NOW + MINUTE, now=NOW)
        assert await uow.cases.claim_turn(case.id, owner="b", until=NOW + 2 * MINUTE, now=NOW + MINUTE)
        await uow.cases.release_turn(case.id, owner="a")
        assert not await uow.cases.claim_turn(case.id, owner="a", until=NOW + HOUR, now=NOW + MINUTE)
        await uow.cases.release_turn(case.id, owner="b")
        assert await uow.cases.claim_turn(case.id, owner="a", until=NOW + HOUR, now=NOW + MINUTE)
        assert not await uow.cases.claim_turn("nobody", owner="a", until=NOW, now=NOW)


async def test_parallel_claims_give_one_winner(store: Store) -> None:
    case = await stored_case(store)

    async def claim(owner: str) -> bool:
        async with store.unit_of_work() as uow:
            won = await uow.cases.claim_turn(case.id, owner=owner, until=NOW + MINUTE, now=NOW)
            await uow.commit()
        return won

    assert sum(await asyncio.gather(*(claim(f"w{n}") for n in range(8)))) == 1


async def test_parallel_changes_of_a_case_lose_nothing(store: Store) -> None:
    case = await stored_case(store)

    async def flag(name: str) -> None:
        async with store.unit_of_work() as uow:
            held = await uow.cases.get(case.id)
            await asyncio.sleep(0.005)
            await uow.cases.save(dataclasses.replace(held, flags=(*held.flags, name)))
            await uow.commit()

    await asyncio.gather(*(flag(f"f{n}") for n in range(6)))
    async with store.unit_of_work(write=False) as uow:
        assert set((await uow.cases.get(case.id)).flags) == {f"f{n}" for n in range(6)}


async def test_without_consent_finds_old_open_cases_only(store: Store) -> None:
    old = await stored_case(store, consent="unasked", created_at=NOW - 30 * HOUR)
    await stored_case(store, consent="given", created_at=NOW - 30 * HOUR)
    await stored_case(store, consent="unasked", status="emergency", created_at=NOW - 30 * HOUR)
    await stored_case(store, consent="unasked", created_at=NOW - HOUR)
    async with store.unit_of_work(write=False) as uow:
        found = await uow.cases.without_consent(before=NOW - 24 * HOUR)
    assert [case.id for case in found] == [old.id]
