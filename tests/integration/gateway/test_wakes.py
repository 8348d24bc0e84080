"""Who waits for a message is woken by it, and asks the record nothing meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping

from bot.domain.errors import StoreUnavailable
from bot.gateway.wakes import WakeHub
from tests.integration.gateway.conftest import GatewayMaker
from tests.integration.gateway.test_streams import stream


class Record:
    """Numbers of last messages, as another process may have written them."""

    def __init__(self, **numbers: int) -> None:
        self.numbers = numbers
        self.asked: list[tuple[str, ...]] = []
        self.down = False

    async def latest(self, case_ids: Collection[str]) -> Mapping[str, int]:
        self.asked.append(tuple(case_ids))
        if self.down:
            raise StoreUnavailable("the record cannot be used")
        return {case_id: self.numbers[case_id] for case_id in case_ids}


async def woken(hub: WakeHub, case_id: str, *, seen: int) -> bool:
    """Whether the wait ends long before its time."""
    try:
        async with asyncio.timeout(0.3):
            await hub.wait(case_id, seen=seen, seconds=60)
    except TimeoutError:
        return False
    return True


async def test_one_look_wakes_whose_case_has_grown_and_nobody_else() -> None:
    hub, record = WakeHub(), Record(a=3, b=3)
    looking = asyncio.create_task(hub.keep_looking(record.latest, seconds=0.02))
    assert await asyncio.gather(woken(hub, "a", seen=2), woken(hub, "b", seen=3)) == [True, False]
    assert ("a", "b") in record.asked
    looking.cancel()


async def test_with_nobody_waiting_the_record_is_not_asked() -> None:
    hub, record = WakeHub(), Record()
    looking = asyncio.create_task(hub.keep_looking(record.latest, seconds=0.01))
    await asyncio.sleep(0.1)
    looking.cancel()
    assert record.asked == []


async def test_looking_goes_on_after_the_record_was_down() -> None:
    hub, record = WakeHub(), Record(a=3)
    record.down = True
    looking = asyncio.create_task(hub.keep_looking(record.latest, seconds=0.01))
    assert not await woken(hub, "a", seen=2)
    record.down = False
    assert await woken(hub, "a", seen=2)
    looking.cancel()


async def test_nobody_waits_for_a_process_that_stops() -> None:
    hub = WakeHub()
    waiting = asyncio.create_task(woken(hub, "a", seen=0))
    await asyncio.sleep(0.01)
    hub.close()
    assert await waiting
    assert await woken(hub, "a", seen=0)


async def test_an_idle_stream_reads_nothing_and_streams_share_a_look(start: GatewayMaker) -> None:
    gateway = await start(changed={"stream_heartbeat_seconds": 60})
    first, second = (await gateway.open())["token"], (await gateway.open())["token"]
    async with stream(gateway, first, after=2), stream(gateway, second, after=2):
        await asyncio.sleep(0.2)
        assert gateway.door.reads == 2  # one each, when they opened
        assert 1 <= gateway.door.looks <= 5  # every 0.05 s, one for both
