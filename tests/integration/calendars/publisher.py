"""A calendar publisher as a process of its own, to be killed: one look for what is due, then the end.

python -m tests.integration.calendars.publisher DATABASE_URL SERVER_URL SECONDS_AHEAD
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys

from bot.messaging import CaldavServer
from bot.protocols import load_protocols
from bot.services.visits import calendar_publishing
from bot.settings import ROOT
from bot.store import open_store
from tests.integration.calendars.radicale import PASSWORD, USER
from tests.integration.console.staff_world import HandClock, World


async def look(database: str, url: str, seconds_ahead: float) -> None:
    store, line = open_store(database), CaldavServer(url=url, user=USER, password=PASSWORD)
    clock = HandClock(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds_ahead))
    world = World(store=store, protocols=load_protocols(ROOT / "data" / "protocols"), clock=clock)
    await calendar_publishing.publish_due(world.ctx, line, owner=f"at{seconds_ahead}")
    await line.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(look(sys.argv[1], sys.argv[2], float(sys.argv[3])))
