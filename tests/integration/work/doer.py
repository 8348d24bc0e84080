"""A process that reminds, claims, assigns, puts off, tries and closes a task, for the test that kills it.

python -m tests.integration.work.doer DATABASE_URL TASK_ID NOW PLACE...

The clinic's files are read once; each place is a child of its own that dies there. Printed: one line a child,
the signal it died of, 0 when it came to the end.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys

from bot.bootstrap import PROTOCOLS
from bot.protocols import Protocols, load_protocols
from bot.services.absent import Absent
from bot.services.context import Context
from bot.services.office import claims, work_desk
from bot.services.visits import reminders
from bot.store import open_store
from bot.system import RandomIds
from tests.integration.services.standing import Standing

NURSE, ONCE = "nurse", "the one click"


async def do(protocols: Protocols, database: str, task_id: str, now: str) -> None:
    """Everything once; what an earlier child did already is left alone."""
    store, absent = open_store(database), Absent()
    ctx = Context(
        unit_of_work=store.unit_of_work, protocols=protocols, reader=absent, dialogue=absent,
        clock=Standing(dt.datetime.fromisoformat(now)), ids=RandomIds(), reach=frozenset({"sms"}),
    )  # fmt: skip
    async with store.unit_of_work(write=False) as uow:
        nurse = await uow.staff.by_name(NURSE)
    assert nurse is not None
    await reminders.look(ctx)
    if (await claims.fresh(ctx, task_id)).status != "done":
        await claims.claim(ctx, nurse, task_id)
        await claims.assign(ctx, nurse, task_id, to=NURSE)
        await work_desk.snooze(ctx, nurse, task_id, minutes=30)
    await work_desk.log_try(ctx, nurse, task_id, how="left_message", client_id=ONCE)
    await work_desk.close(ctx, nurse, task_id, outcome="answered")
    await store.close()


def main() -> None:
    protocols = load_protocols(PROTOCOLS)
    for place in sys.argv[4:]:
        child = os.fork()
        if child == 0:
            os.environ["FAILPOINT"] = place
            asyncio.run(do(protocols, *sys.argv[1:4]))
            os._exit(0)
        print(os.WTERMSIG(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()
