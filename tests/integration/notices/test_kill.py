"""Kill -9 between any two steps of a delivery: nothing is lost; what may come twice bears the same key."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from bot.domain.notices import Channel
from bot.services.ports import Outbound
from bot.services.queues import outgoing
from bot.settings import ROOT
from bot.store import Store
from tests.integration.notices import deliverer
from tests.mailbox import Mailbox
from tests.receiver import Receiver
from tests.recorder import Recorder

NOW = dt.datetime(2026, 12, 1, 16, 0, tzinfo=dt.UTC)
PLACES = ("outbox.claimed", "outbox.sent", "outbox.noted")
TO: dict[Channel, str] = {"sms": "+15555550142", "email": "nurse@clinic.example", "webhook": "pager"}


@dataclass
class OtherSide:
    """Who takes what is sent: `address` for the worker, `keys` of what came, in order."""

    source: Recorder | Mailbox | Receiver

    @property
    def address(self) -> str:
        return str(self.source.port) if isinstance(self.source, Mailbox) else self.source.url

    @property
    def keys(self) -> list[str | None]:
        if isinstance(self.source, Recorder):
            return [sent.dedupe_key for sent in self.source.sent]
        if isinstance(self.source, Mailbox):
            return [str(message["Message-ID"]) for message in self.source.taken]
        return [got.headers["webhook-id"] for got in self.source.got]


@contextlib.contextmanager
def other_side(channel: Channel) -> Iterator[OtherSide]:
    kinds = {"sms": Recorder, "email": Mailbox, "webhook": Receiver}
    with kinds[channel].running() as running:  # type: ignore[attr-defined]
        yield OtherSide(running)


async def killed(database: str, channel: Channel, address: str, *, at: dt.datetime, place: str) -> bool:
    """One look of a worker process that dies at this place; whether it did."""
    command = ["-m", "tests.integration.notices.deliverer", database, channel, address, at.isoformat()]
    environment = {"PATH": os.environ["PATH"], "FAILPOINT": place}
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, env=environment)
    return await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("database_url", "channel"),
    [
        ("sqlite", "sms"),
        ("sqlite", "email"),
        ("sqlite", "webhook"),
        pytest.param("postgresql", "email", marks=pytest.mark.postgres),
    ],
    indirect=["database_url"],
)
async def test_a_worker_that_is_killed_anywhere(store: Store, database_url: str, channel: Channel) -> None:
    later, at = dt.timedelta(seconds=outgoing.LEASE_SECONDS + 1), NOW
    with other_side(channel) as receiving:
        for place in PLACES:
            async with store.unit_of_work() as uow:
                id_ = uuid4().hex
                assert await uow.outbox.add(
                    Outbound(
                        id=id_, case_id=None, to=TO[channel], body=place, dedupe_key=id_, created_at=at,
                        channel=channel, subject="A case waits",
                    )
                )  # fmt: skip
                await uow.commit()
            assert await killed(database_url, channel, receiving.address, at=at, place=place)
            for _ in range(2):
                at += later
                await deliverer.look(database_url, channel, receiving.address, at.isoformat())
    keys = [str(key) for key in receiving.keys]
    times = {key: keys.count(key) for key in keys}
    # Between the provider's answer and our note it comes again, under the same key.
    assert list(times.values()) == [1, 2, 1]
