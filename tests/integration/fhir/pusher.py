"""A publisher as a process of its own, to be killed: one look for what is due, then the end.

python -m tests.integration.fhir.pusher DATABASE_URL SERVER_URL TOKEN SECONDS_AHEAD
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys

from bot.messaging import FhirServer
from bot.protocols import load_protocols
from bot.services.records import publishing
from bot.settings import ROOT
from bot.store import open_store
from tests.fhir.cases import NAMESPACE
from tests.integration.console.staff_world import HandClock, World


async def look(database: str, url: str, token: str, seconds_ahead: float) -> None:
    store, line = open_store(database), FhirServer(url=url, token=token)
    clock = HandClock(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds_ahead))
    world = World(store=store, protocols=load_protocols(ROOT / "data" / "protocols"), clock=clock)
    await publishing.push_due(world.ctx, line, namespace=NAMESPACE, owner=f"pid{seconds_ahead}")
    await line.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(look(*sys.argv[1:4], float(sys.argv[4])))
