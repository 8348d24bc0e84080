"""What searching needs to know of a conversation, noted as its messages come: counts, events, words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, case, delete, literal, or_, update

from bot.domain.cases import Message
from bot.services.ports.search import EVENTS
from bot.store.search import said_keys
from bot.store.search_tables import case_events, said_words
from bot.store.session import Session
from bot.store.tables import cases

PEOPLE = ("patient", "staff")
"""Whose words are searched; the bot says the same to everybody."""


COUNT = (
    update(cases)
    .where(cases.c.id == bindparam("case_id"))
    .values(
        last_seq=cases.c.last_seq + 1,
        fallbacks=cases.c.fallbacks + bindparam("fallback"),
        updated_at=bindparam("at"),
        said_at=bindparam("at"),
    )
    .returning(cases.c.last_seq)
)


async def count(session: Session, case_id: str, kind: str, at: dt.datetime) -> int:
    """Takes the next message number of a case and counts what the message is."""
    fallback = 1 if kind == "fallback" else 0
    number: int = await session.value(COUNT, case_id=case_id, fallback=fallback, at=at)
    return number


async def note_message(session: Session, row: Mapping[str, Any]) -> None:
    """A message was stored: its event, and its words when a person wrote them."""
    event = "staff" if row["sender"] == "staff" else row["kind"] if row["sender"] == "bot" else ""
    if event in EVENTS:
        await note_event(session, row["case_id"], event, row["seq"])
    if row["sender"] in PEOPLE:
        await note_words(session, row["case_id"], row["text"])


async def note_intent(
    session: Session, message: Message, *, intent: str | None, confidence: float | None
) -> None:
    """The engine said what a message was, and how sure it was."""
    if intent in EVENTS:
        await note_event(session, message.case_id, str(intent), message.seq)
    if confidence is not None:
        less = or_(cases.c.lowest_confidence.is_(None), cases.c.lowest_confidence > confidence)
        await session.run(
            update(cases).where(cases.c.id == message.case_id, less).values(lowest_confidence=confidence)
        )


async def note_event(session: Session, case_id: str, event: str, seq: int) -> None:
    """It happened at this message: for the first time, or again."""
    first = {"case_id": case_id, "event": event, "first_seq": seq, "last_seq": seq}
    if await session.insert_new(case_events, first):
        return
    known = (case_events.c.case_id == case_id) & (case_events.c.event == event)
    later = case((case_events.c.last_seq < seq, literal(seq)), else_=case_events.c.last_seq)
    await session.run(update(case_events).where(known).values(last_seq=later))


async def note_words(session: Session, case_id: str, text: str) -> None:
    """By these words the case is found from now on."""
    rows = [{"key": key, "case_id": case_id} for key in sorted(said_keys(text))]
    if rows:
        await session.insert_all_new(said_words, rows)


async def forget_words(session: Session, case_id: str) -> None:
    """The words of a case are erased: nothing may find it by them."""
    await session.run(delete(said_words).where(said_words.c.case_id == case_id))
