"""The services on a real SQLite store with the real protocols and language layer; time stands still."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.protocols import Protocols
from bot.services.context import Context
from bot.services.ports import Reader
from bot.store import Store, migrate, open_store
from bot.system import RandomIds
from tests.integration.services.patient import Patient
from tests.integration.store.samples import NOW
from tests.plain_dialogue import PlainDialogue

TUESDAY_MORNING = dt.datetime(2026, 12, 1, 16, 0, tzinfo=dt.UTC)
"""10:00 in St. Louis, the clinic is open."""


class StandingClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.time = TUESDAY_MORNING

    def now(self) -> dt.datetime:
        return self.time

    def forward(self, **delta: float) -> None:
        self.time += dt.timedelta(**delta)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def store(database_url: str, clock: StandingClock) -> AsyncIterator[Store]:
    """On each database; a store whose clock is the test's, at the time of the stored samples."""
    clock.time = NOW
    opened = open_store(database_url, now=clock.now)
    yield opened
    await opened.close()


@pytest.fixture
def dialogue() -> PlainDialogue:
    return PlainDialogue()


@pytest.fixture
def record_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLite; another database where a test is parametrised with `database_url`."""
    if "database_url" in request.fixturenames:
        return str(request.getfixturevalue("database_url"))
    url = f"sqlite+aiosqlite:///{tmp_path / 'intake.sqlite3'}"
    migrate(url)
    return url


@pytest.fixture
async def ctx(
    record_url: str, protocols: Protocols, reader: Reader, clock: StandingClock, dialogue: PlainDialogue
) -> AsyncIterator[Context]:
    store = open_store(record_url)
    joined = Context(
        unit_of_work=store.unit_of_work,
        protocols=protocols,
        reader=reader,
        dialogue=dialogue,
        clock=clock,
        ids=RandomIds(),
    )
    dialogue.ctx = joined
    yield joined
    await store.close()


@pytest.fixture
async def patient(ctx: Context) -> Patient:
    return await Patient.open(ctx)
