"""How often something may be tried holds for every process on the record, and across restarts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.domain.errors import TooManyTries
from bot.gateway.limits import SharedCounter
from bot.services.access.login_guard import (
    TRIES_FROM_ONE_PLACE,
    TRIES_FROM_STRANGERS,
    TRIES_PER_ADDRESS,
    WINDOW,
    admit,
    is_closed,
    note_success,
)
from bot.services.ports import UnitOfWorkFactory
from bot.store import Store
from bot.store.tables import tallies
from tests.integration.console.staff_world import HandClock
from tests.integration.store.samples import NOW


@dataclass
class Process:
    """One gateway on the record; nothing is kept in it."""

    unit_of_work: UnitOfWorkFactory
    clock: HandClock = field(default_factory=lambda: HandClock(NOW))


@pytest.fixture
def process(store: Store) -> Process:
    return Process(store.unit_of_work)


async def test_several_gateways_count_as_one_and_keep_nobodys_token(store: Store, process: Process) -> None:
    gateways = [SharedCounter(Process(store.unit_of_work)) for _ in range(4)]
    keys = ("message:secret-token", "messages_from:192.0.2.7")
    hits = await asyncio.gather(*(one.hit(*keys) for one in gateways))
    assert sorted(hits) == [[1, 1], [2, 2], [3, 3], [4, 4]]
    assert await SharedCounter(process).hit("messages_from:192.0.2.7", "message:another") == [5, 1]
    async with store._engine.connect() as connection:
        stored = str((await connection.execute(select(tallies.c.key))).all())
    assert "messages_from:" in stored
    assert "secret" not in stored
    assert "192.0.2.7" not in stored


async def fail(process: Process, times: int, *, name: str = "ana", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        await admit(Process(process.unit_of_work, process.clock), name=name, address=address)


async def test_a_name_closes_for_one_address_and_stays_open_for_known_ones(process: Process) -> None:
    await note_success(process, name="ana", address="192.0.2.9")
    await fail(process, TRIES_FROM_ONE_PLACE, name="Ana")
    with pytest.raises(TooManyTries) as refused:
        await admit(process, name="ANA", address="192.0.2.1")
    assert refused.value.retry_after_seconds == WINDOW.total_seconds()
    assert await is_closed(process, name="ana", address="192.0.2.1")
    await admit(process, name="ana", address="192.0.2.9")
    process.clock.pass_(seconds=WINDOW.total_seconds())
    assert not await is_closed(process, name="ana", address="192.0.2.1")
    await admit(process, name="ana", address="192.0.2.1")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_guessing_from_many_addresses_closes_the_name_for_strangers_only(process: Process) -> None:
    await note_success(process, name="ana", address="192.0.2.200")
    for number in range(TRIES_FROM_STRANGERS):
        await fail(process, 1, address=f"192.0.2.{number}")
    with pytest.raises(TooManyTries):
        await admit(process, name="ana", address="192.0.2.99")
    await admit(process, name="ana", address="192.0.2.200")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_address_trying_many_names_is_stopped(process: Process) -> None:
    for number in range(TRIES_PER_ADDRESS):
        await fail(process, 1, name=f"name{number}")
    with pytest.raises(TooManyTries):
        await admit(process, name="another", address="192.0.2.1")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_right_password_forgets_the_failures(process: Process) -> None:
    await fail(process, TRIES_FROM_ONE_PLACE - 1)
    await note_success(process, name="ana", address="192.0.2.1")
    await fail(process, TRIES_FROM_ONE_PLACE)


async def test_parallel_tries_at_several_gateways_do_not_slip_through(process: Process) -> None:
    tries = (admit(process, name="ana", address="192.0.2.1") for _ in range(TRIES_FROM_ONE_PLACE + 3))
    ended = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(one is None for one in ended) == TRIES_FROM_ONE_PLACE
    assert sum(isinstance(one, TooManyTries) for one in ended) == 3
