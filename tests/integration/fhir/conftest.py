"""A clinic's record and a strict FHIR server beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from bot.messaging import FhirServer
from bot.protocols import Protocols
from bot.services.context import Context
from bot.services.ports import Publication
from bot.services.records import publishing
from bot.store import Store
from tests.fhir.cases import NAMESPACE
from tests.fhir.server import StrictServer
from tests.integration.console.staff_world import HandClock, World


@dataclass(kw_only=True)
class Desk:
    """The record, the line to the server, and the server."""

    world: World
    line: FhirServer
    server: StrictServer

    @property
    def ctx(self) -> Context:
        return self.world.ctx

    async def push(self) -> int:
        """One look for what is due, after the settling time."""
        self.world.clock.pass_(seconds=30)
        return await publishing.push_due(
            self.ctx, self.line, namespace=NAMESPACE, owner="w1", jitter=lambda: 0.0
        )

    async def publication(self, case_id: str) -> Publication:
        """What is known of the copy of a case."""
        async with self.world.store.unit_of_work(write=False) as uow:
            (found,) = [p for p in await uow.publications.of_case(case_id) if p.target == "fhir"]
        return found

    async def tasks(self, case_id: str) -> list[tuple[str, str]]:
        """(kind, status) of the case's tasks."""
        async with self.world.store.unit_of_work(write=False) as uow:
            return [(task.kind, task.status) for task in await uow.tasks.of_case(case_id)]


@pytest.fixture
def server() -> Iterator[StrictServer]:
    with StrictServer.running() as running:
        yield running


@pytest.fixture
async def desk(store: Store, protocols: Protocols, server: StrictServer) -> AsyncIterator[Desk]:
    """On each kind of database. The clock is a little ahead of the store's, which is the real one."""
    clock = HandClock(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1))
    line = FhirServer(url=server.url, token=server.token)
    yield Desk(world=World(store=store, protocols=protocols, clock=clock), line=line, server=server)
    await line.close()
