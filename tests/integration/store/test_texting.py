"""Shared counts, one-time keys, numbers without texts, and what a number said lately; on both databases."""

from __future__ import annotations

import asyncio

from bot.store import Store
from tests.integration.store.samples import HOUR, MINUTE, NOW, stored_case

NUMBER = "+15555550142"


async def test_a_tally_counts_for_everybody_until_its_window_is_over(store: Store) -> None:
    async def hit(minutes: int) -> int:
        async with store.unit_of_work() as uow:
            count = await uow.tallies.hit("flood:1", at=NOW + minutes * MINUTE, seconds=600)
            await uow.commit()
        return count

    assert sorted(await asyncio.gather(*(hit(0) for _ in range(5)))) == [1, 2, 3, 4, 5]
    assert [await hit(9), await hit(10), await hit(11)] == [6, 1, 2]
    async with store.unit_of_work() as uow:
        assert await uow.tallies.ends("flood:1", at=NOW + 19 * MINUTE) == NOW + 20 * MINUTE
        assert await uow.tallies.ends("flood:1", at=NOW + 20 * MINUTE) is None
        assert await uow.tallies.hit("other", at=NOW, seconds=1) == 1
        await uow.tallies.clear("flood:1")
        assert await uow.tallies.hit("flood:1", at=NOW, seconds=1) == 1


async def test_a_key_to_the_other_door_opens_once(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.handovers.add("old", case_id=case.id, door="web", expires_at=NOW + HOUR)
        await uow.handovers.add("new", case_id=case.id, door="web", expires_at=NOW + HOUR)
        await uow.handovers.add("text", case_id=case.id, door="sms", expires_at=NOW + HOUR)
        assert await uow.handovers.case_id("old", door="web", now=NOW) is None
        assert await uow.handovers.case_id("new", door="sms", now=NOW) is None
        assert await uow.handovers.case_id("new", door="web", now=NOW + HOUR) is None
        assert await uow.handovers.case_id("new", door="web", now=NOW) == case.id
        await uow.commit()

    async def use() -> str | None:
        async with store.unit_of_work() as uow:
            found = await uow.handovers.use("new", door="web", now=NOW)
            await uow.commit()
        return found

    found = await asyncio.gather(*(use() for _ in range(4)))
    assert sorted(found, key=bool) == [None, None, None, case.id]


async def test_a_number_is_unreachable_until_it_writes(store: Store) -> None:
    async with store.unit_of_work() as uow:
        assert await uow.numbers.unreachable(NUMBER) is None
        await uow.numbers.note_unreachable(NUMBER, code="21614", at=NOW)
        await uow.numbers.note_unreachable(NUMBER, code="30006", at=NOW)
        assert await uow.numbers.unreachable("(555) 555-0142") == "30006"
        await uow.numbers.note_reachable(NUMBER)
        assert await uow.numbers.unreachable(NUMBER) is None


async def test_what_a_number_said_lately_in_all_its_cases(store: Store) -> None:
    first = await stored_case(store, address=NUMBER, status="closed")
    second = await stored_case(store, address=NUMBER)
    other = await stored_case(store, address="+15555550143")
    async with store.unit_of_work() as uow:
        for number, (case, channel) in enumerate(
            [(first, "sms"), (second, "web"), (second, "sms"), (other, "sms")]
        ):
            await uow.messages.add_inbound(
                case.id, text=f"t{number}", channel=channel, client_message_id=f"SM{number}",
                at=NOW + number * MINUTE,
            )  # fmt: skip
        lately = await uow.messages.lately_from(NUMBER, since=NOW - MINUTE, limit=9)
        assert [message.text for message in lately] == ["t2", "t0"]
        assert await uow.messages.lately_from(NUMBER, since=NOW + HOUR, limit=9) == []
        assert {case.id for case in await uow.cases.of_address(NUMBER)} == {first.id, second.id}
