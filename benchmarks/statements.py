"""What a message costs the record: statements, transactions, and processor time of the services alone."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import event

from benchmarks.turns import WORDS
from bot.bootstrap import LEXICON, PROTOCOLS
from bot.language import load_reader
from bot.protocols import load_protocols
from bot.services.context import Context
from bot.services.talk import chat
from bot.store import Store, migrate, open_store
from bot.system import RandomIds, SystemClock
from tests.plain_dialogue import PlainDialogue

ROUNDS = 3


def statement_rows() -> list[tuple[str, str]]:
    """Figures of a message, on SQLite, with a plain stand-in for the engine."""
    with tempfile.TemporaryDirectory(prefix="intake-bench-") as folder:
        return asyncio.run(_measured(f"sqlite:///{Path(folder) / 'intake.sqlite3'}"))


async def _measured(url: str) -> list[tuple[str, str]]:
    migrate(url)
    store = open_store(url)
    ctx = _context(store)
    await _converse(ctx)  # what is loaded lazily is loaded now
    counts = _counted(store)
    began = time.process_time()
    for _ in range(ROUNDS):
        await _converse(ctx)
    milliseconds = 1000 * (time.process_time() - began)
    await store.close()
    messages = ROUNDS * len(WORDS)
    return [
        ("statements a message", f"{counts['statements'] / messages:.0f}"),
        ("writing transactions a message", f"{counts['commits'] / messages:.1f}"),
        ("processor time a message, services and record alone", f"{milliseconds / messages:.0f} ms"),
    ]


def _context(store: Store) -> Context:
    protocols = load_protocols(PROTOCOLS)
    dialogue = PlainDialogue()
    dialogue.ctx = Context(
        unit_of_work=store.unit_of_work,
        protocols=protocols,
        reader=load_reader(protocols.dictionary, LEXICON),
        dialogue=dialogue,
        clock=SystemClock(),
        ids=RandomIds(),
    )
    return dialogue.ctx


async def _converse(ctx: Context) -> None:
    opened = await chat.open_session(ctx)
    for number, text in enumerate(WORDS):
        await chat.say(ctx, opened.case_id, client_message_id=str(number), text=text)


def _counted(store: Store) -> Counter[str]:
    counts: Counter[str] = Counter()

    def statement(*_: Any) -> None:
        counts["statements"] += 1

    def commit(*_: Any) -> None:
        counts["commits"] += 1

    for engine in store.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", statement)
        event.listen(engine.sync_engine, "commit", commit)
    return counts


if __name__ == "__main__":
    sys.stdout.writelines(f"{what}: {figure}\n" for what, figure in statement_rows())
