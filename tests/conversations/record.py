"""The installation's own database from outside: whether a text's turn is over, the engine's state."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

_WAITING = """
SELECT count(*) FROM outbox
WHERE dedupe_key LIKE 'message:' || ? || ':%' AND status IN ('queued', 'sending')
"""
_STATE = "SELECT engine_state FROM cases WHERE reference = ?"
_TURN = "SELECT case_id, answered FROM messages WHERE client_message_id = ? AND channel = 'sms'"


@dataclass(frozen=True, kw_only=True)
class TextTurn:
    """In which case a text is kept, and whether all replies to it are stored."""

    case_id: str
    over: bool


@dataclass(frozen=True, kw_only=True)
class Record:
    """A look costs the service nothing, and no staff member is seen to look."""

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

    def leave_state_of_another_model(self, reference: str) -> None:
        """As the case stands after the engine was trained anew: what it carries fits no more."""
        with closing(sqlite3.connect(self.file, timeout=30)) as database, database:
            [kept] = database.execute(_STATE, (reference,)).fetchone()
            state = {**json.loads(kept), "model": "of-another-training"}
            put = "UPDATE cases SET engine_state = ? WHERE reference = ?"
            database.execute(put, (json.dumps(state), reference))
