"""Patients' chat sessions (port: `bot.services.ports.Sessions`)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, insert, select

from bot.store.session import Session
from bot.store.tables import chat_sessions


class ChatSessionTable:
    """Proof of possession; only the SHA-256 of a token is stored."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, token_hash: str, *, case_id: str, expires_at: dt.datetime) -> None:
        """Raises Conflict when the token or no such case exists."""
        row = {"token_hash": token_hash, "case_id": case_id, "expires_at": expires_at}
        await self._session.run(insert(chat_sessions).values(row))

    async def case_id(self, token_hash: str, *, now: dt.datetime) -> str | None:
        """The case of a live token, else None."""
        live = (chat_sessions.c.token_hash == token_hash) & (chat_sessions.c.expires_at > now)
        found: str | None = await self._session.value(select(chat_sessions.c.case_id).where(live))
        return found

    async def end(self, token_hash: str) -> None:
        """The token opens nothing any more; an unknown one changes nothing."""
        await self._session.run(delete(chat_sessions).where(chat_sessions.c.token_hash == token_hash))
