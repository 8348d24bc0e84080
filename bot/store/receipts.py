"""Which of the provider's messages came in before (port: `bot.services.ports.Receipts`)."""

from __future__ import annotations

import datetime as dt

from bot.store.outbox_table import receipts
from bot.store.session import Session


class ReceiptTable:
    """Kept for good: it holds no words and no numbers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def note(self, provider_id: str, *, at: dt.datetime) -> bool:
        """True the first time, False ever after."""
        return await self._session.insert_new(receipts, {"provider_id": provider_id, "at": at})
