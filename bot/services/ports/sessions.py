"""Who writes, and what they allow: chat sessions, receipts of texts, opt-outs."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Receipts(Protocol):
    """Which of the SMS provider's messages came in before: kept for good, without words or numbers."""

    async def note(self, provider_id: str, *, at: dt.datetime) -> bool:
        """True the first time, False ever after."""


class OptOuts(Protocol):
    """Who wants no texts. Checked in the transaction that sends."""

    async def is_out(self, number: str) -> bool: ...

    async def set(self, number: str, *, out: bool, at: dt.datetime, source: str) -> None: ...


class Sessions(Protocol):
    """Patients' chat sessions: proof of possession, stored as SHA-256 only."""

    async def add(self, token_hash: str, *, case_id: str, expires_at: dt.datetime) -> None: ...

    async def case_id(self, token_hash: str, *, now: dt.datetime) -> str | None:
        """The case of a live token, else None."""

    async def end(self, token_hash: str) -> None:
        """The token opens nothing any more; an unknown one changes nothing."""
