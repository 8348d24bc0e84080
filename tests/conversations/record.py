"""The installation's own database, looked at from outside: whether the turn of a text is over."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_WAITING = """
SELECT count(*) FROM outbox
WHERE dedupe_key LIKE 'message:' || ? || ':%' AND status IN ('queued', 'sending')
"""
_TURN = "SELECT case_id, answered FROM messages WHERE client_message_id = ? AND channel = 'sms'"


@dataclass(frozen=True, kw_only=True)
class TextTurn:
    """In which case a text is kept, and whether all replies to it are stored."""

    case_id: str
    over: bool


@dataclass(frozen=True, kw_only=True)
class Record:
    """Read only: a look costs the service nothing, and no staff member is seen to look."""

    file: Path

    def turn_of(self, sid: str) -> TextTurn | None:
        """The turn of a text by the provider's id; None when it is not kept as a message of a case."""
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as database:
            row = database.execute(_TURN, (sid,)).fetchone()
        return TextTurn(case_id=row[0], over=bool(row[1])) if row else None

    def has_left(self, message_id: str) -> bool:
        """Whether no part of a message of ours waits to be sent: it went out, or was dropped."""
        with closing(sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)) as database:
            waiting: int = database.execute(_WAITING, (message_id,)).fetchone()[0]
        return waiting == 0
