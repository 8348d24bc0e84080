"""Texts to send: once, in order per number, leased."""

from __future__ import annotations

import asyncio
import dataclasses

from bot.services.ports import Outbound
from bot.store import Store
from tests.integration.store.samples import MINUTE, NOW, a_case, an_sms

LEASE = {"lease_seconds": 600.0}


async def queued(store: Store, *texts: Outbound) -> None:
    async with store.unit_of_work() as uow:
        for sms in texts:
            assert await uow.outbox.add(sms)
        await uow.commit()


async def test_a_dedupe_key_counts_once(store: Store) -> None:
    sms = an_sms("naïve 😀", dedupe_key="k")
    async with store.unit_of_work() as uow:
        assert await uow.outbox.add(sms)
        assert not await uow.outbox.add(an_sms(dedupe_key="k"))
        claimed = await uow.outbox.claim_due(owner="w", now=NOW, **LEASE)
        assert claimed == [dataclasses.replace(sms, status="sending")]


async def test_one_at_a_time_per_number_in_order(store: Store) -> None:
    first, second = an_sms("1"), an_sms("2", to="(555) 555-0142")
    other = an_sms("3", to="+15555550199")
    await queued(store, first, second, other)
    async with store.unit_of_work() as uow:
        assert _ids(await uow.outbox.claim_due(owner="w", now=NOW, **LEASE)) == [first.id, other.id]
        assert await uow.outbox.claim_due(owner="w", now=NOW, **LEASE) == []
        await uow.outbox.retry(first.id, at=NOW + MINUTE, error="30001")
        assert await uow.outbox.claim_due(owner="w", now=NOW, **LEASE) == []
        [again] = await uow.outbox.claim_due(owner="w", now=NOW + MINUTE, **LEASE)
        assert (again.id, again.attempts) == (first.id, 1)
        await uow.outbox.sent(first.id, provider_id="SM1", at=NOW)
        assert _ids(await uow.outbox.claim_due(owner="w", now=NOW, **LEASE)) == [second.id]
        await uow.outbox.dead(second.id, error="21614")
        assert await uow.outbox.claim_due(owner="w", now=NOW + 10 * MINUTE, **LEASE) == _sending(other)


async def test_a_lapsed_lease_is_taken_over(store: Store) -> None:
    sms = an_sms()
    await queued(store, sms)
    async with store.unit_of_work() as uow:
        await uow.outbox.claim_due(owner="a", now=NOW, **LEASE)
        assert _ids(await uow.outbox.claim_due(owner="b", now=NOW + 10 * MINUTE, **LEASE)) == [sms.id]


async def test_limit_and_due_time(store: Store) -> None:
    texts = [an_sms(to=f"+1555555010{n}") for n in range(4)]
    await queued(store, *texts)
    async with store.unit_of_work() as uow:
        assert await uow.outbox.claim_due(owner="w", now=NOW - MINUTE, **LEASE) == []
        assert len(await uow.outbox.claim_due(owner="w", now=NOW, limit=3, **LEASE)) == 3


async def test_parallel_workers_never_share_a_text(store: Store) -> None:
    await queued(store, *(an_sms(str(n), to=f"+1555555010{n % 5}") for n in range(15)))
    taken: list[str] = []

    async def work(owner: str) -> None:
        for _ in range(8):
            async with store.unit_of_work() as uow:
                claimed = await uow.outbox.claim_due(owner=owner, now=NOW, limit=2, **LEASE)
                await uow.commit()
            for sms in claimed:
                taken.append(sms.body)
                async with store.unit_of_work() as uow:
                    await uow.outbox.sent(sms.id, provider_id=f"SM{sms.id}", at=NOW)
                    await uow.commit()

    await asyncio.gather(*(work(f"w{n}") for n in range(3)))
    assert sorted(taken, key=int) == [str(n) for n in range(15)]
    for number in range(5):
        mine = [int(body) for body in taken if int(body) % 5 == number]
        assert mine == sorted(mine)


async def test_delivery_state_names_its_text(store: Store) -> None:
    sms = an_sms()
    await queued(store, sms)
    async with store.unit_of_work() as uow:
        await uow.outbox.sent(sms.id, provider_id="SM1", at=NOW)
        found = await uow.outbox.delivery_state("SM1", state="undelivered", error="30003")
        assert found is not None
        assert (found.id, found.provider_id, found.status) == (sms.id, "SM1", "sent")
        assert await uow.outbox.delivery_state("SM2", state="sent", error=None) is None


async def test_silence_drops_what_waits_for_a_number_about_a_case(store: Store) -> None:
    case = a_case()
    async with store.unit_of_work() as uow:
        await uow.cases.add(case)
        await uow.commit()
    hers, others = an_sms(case_id=case.id), an_sms(to="+15555550143", case_id=case.id)
    await queued(store, hers, others)
    async with store.unit_of_work() as uow:
        await uow.outbox.silence(case.id, to=hers.to, reason="not_safe_here")
        assert _ids(await uow.outbox.claim_due(owner="w", now=NOW, **LEASE)) == [others.id]


def _ids(texts: list[Outbound]) -> list[str]:
    return [sms.id for sms in texts]


def _sending(*texts: Outbound) -> list[Outbound]:
    return [dataclasses.replace(sms, status="sending") for sms in texts]
