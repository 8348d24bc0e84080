"""A delivery worker as a process of its own, to be killed: one look for what is due, then the end.

python -m tests.integration.notices.deliverer DATABASE_URL CHANNEL ADDRESS NOW

ADDRESS is the recorder's URL (sms), the receiver's URL (webhook), or the mail server's port (email).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from typing import Any

from bot.messaging import MailServer, TwilioProvider, Webhooks
from bot.messaging.webhooks import Target
from bot.services.absent import Absent
from bot.services.context import Context
from bot.services.queues import outgoing
from bot.store import open_store
from bot.system import RandomIds
from tests.integration.services.standing import Standing


def carrier(channel: str, address: str) -> TwilioProvider | MailServer | Webhooks:
    """The line to the test's other side."""
    if channel == "sms":
        return TwilioProvider(
            account_sid="AC" + "0" * 32, auth_token="t" * 32, sender="+15555550100", api_url=address,
            status_callback=None,
        )  # fmt: skip
    if channel == "email":
        return MailServer(
            host="127.0.0.1", port=int(address), security="none", sender="intake@clinic.example",
            sender_name=lambda: "Clinic",
        )  # fmt: skip
    return Webhooks({"pager": Target(url=address, secrets=(b"n" * 32,))})


async def look(database: str, channel: str, address: str, now: str) -> None:
    """Send what is due at that moment."""
    store, absent, line = open_store(database), Absent(), carrier(channel, address)
    protocols: Any = absent  # a delivery that does not wait for the morning reads none
    ctx = Context(
        unit_of_work=store.unit_of_work, protocols=protocols, reader=absent, dialogue=absent,
        clock=Standing(dt.datetime.fromisoformat(now)), ids=RandomIds(),
    )  # fmt: skip
    await outgoing.deliver_due(ctx, line, owner=now)
    await line.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(look(*sys.argv[1:5]))
