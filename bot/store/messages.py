"""Messages (port: `bot.services.ports.Messages`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, Select, insert, select, update

from bot.domain.cases import Draft, Message, MessageChoice
from bot.domain.errors import Conflict, NotAllowed
from bot.store import codec
from bot.store.session import Session
from bot.store.tables import cases, messages

FIELDS = tuple(Message.__dataclass_fields__)
SENT = ("text", "choices")
"""What makes a patient's message the same one."""


class MessageTable:
    """Numbers are given under the case's row lock: gapless and without races."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add_inbound(
        self,
        case_id: str,
        *,
        text: str,
        channel: str,
        client_message_id: str,
        at: dt.datetime,
        choices: Sequence[str] = (),
    ) -> tuple[Message, bool]:
        """(message, True) when new, (the stored one, False) for the same id again.

        Raises Conflict when its content differs, NotAllowed when there is no such case.
        """
        await self._lock(case_id)
        known = await self._same_client_id(case_id, client_message_id, channel)
        if known is None:
            values = {
                "sender": "patient",
                "kind": "answer",
                "text": text,
                "choices": [{"id": choice, "label": ""} for choice in choices],
                "client_message_id": client_message_id,
            }
            return await self._append(case_id, values, channel=channel, at=at), True
        same = [c["id"] for c in known.choices] == list(choices) and (bool(choices) or known.text == text)
        if not known.erased and not same:
            raise Conflict("this message id came before with other content")
        return _message(known), False

    async def add(
        self, case_id: str, draft: Draft, *, channel: str, at: dt.datetime, reply_to: str | None
    ) -> Message:
        """Raises NotAllowed when there is no such case."""
        await self._lock(case_id)
        values = {
            "sender": draft.sender,
            "kind": draft.kind,
            "text": draft.text,
            "asks": draft.asks,
            "also_asks": list(draft.also_asks),
            "choices": [codec.choice_to_json(choice) for choice in draft.choices],
            "reply_to": reply_to,
            "text_id": draft.text_id,
        }
        return await self._append(case_id, values, channel=channel, at=at)

    async def get(self, message_id: str) -> Message:
        """Raises NotAllowed when there is none."""
        row = await self._session.first(_select().where(messages.c.id == message_id))
        if row is None:
            raise NotAllowed("no such message")
        return _message(row)

    async def replies_to(self, message_id: str) -> list[Message]:
        """What was answered to a patient's message, in order."""
        return await self._list(_select().where(messages.c.reply_to == message_id).order_by(messages.c.seq))

    async def after(self, case_id: str, seq: int, *, limit: int = 200) -> list[Message]:
        """Messages with a higher seq, in order."""
        later = _select().where(messages.c.case_id == case_id, messages.c.seq > seq)
        return await self._list(later.order_by(messages.c.seq).limit(limit))

    async def set_reading(self, message_id: str, reading: Mapping[str, Any]) -> None:
        """What the language layer read in a patient's message."""
        await self._change(message_id, reading=dict(reading))

    async def mark_answered(self, message_id: str, *, intent: str | None, confidence: float | None) -> None:
        """The turn of a patient's message is over."""
        await self._change(message_id, answered=True, intent=intent, confidence=confidence)

    async def unanswered(self, *, channel: str, before: dt.datetime, limit: int = 50) -> list[Message]:
        """Patients' messages stored before that time whose turn is not over, oldest first."""
        waiting = _select().where(
            messages.c.channel == channel,
            messages.c.sender == "patient",
            ~messages.c.answered,
            messages.c.at < before,
        )
        return await self._list(waiting.order_by(messages.c.at, messages.c.seq, messages.c.id).limit(limit))

    async def latest_at(self, case_id: str) -> dt.datetime:
        """When the last message of a case was written; raises NotAllowed when there is none."""
        last = select(messages.c.at).where(messages.c.case_id == case_id).order_by(messages.c.seq.desc())
        found: dt.datetime | None = await self._session.value(last.limit(1))
        if found is None:
            raise NotAllowed("no such message")
        return found

    async def of_patient(self, case_id: str) -> list[Message]:
        """All messages the patient sent in this case, in order."""
        own = _select().where(messages.c.case_id == case_id, messages.c.sender == "patient")
        return await self._list(own.order_by(messages.c.seq))

    async def erase_words(self, case_id: str) -> None:
        """Empty text, choices and reading of every patient's message of a case."""
        await self._session.run(
            update(messages)
            .where(messages.c.case_id == case_id, messages.c.sender == "patient")
            .values(text="", choices=[], reading=None, erased=True)
        )

    async def _lock(self, case_id: str) -> None:
        found = await self._session.value(select(cases.c.id).where(cases.c.id == case_id).with_for_update())
        if found is None:
            raise NotAllowed("no such case")

    async def _same_client_id(self, case_id: str, client_message_id: str, channel: str) -> Row[Any] | None:
        same = messages.c.client_message_id == client_message_id
        here = messages.c.channel == "sms" if channel == "sms" else messages.c.case_id == case_id
        return await self._session.first(_select().where(same, here))

    async def _append(
        self, case_id: str, values: dict[str, Any], *, channel: str, at: dt.datetime
    ) -> Message:
        bumped = (
            update(cases).where(cases.c.id == case_id).values(last_seq=cases.c.last_seq + 1, updated_at=at)
        )
        seq = await self._session.value(bumped.returning(cases.c.last_seq))
        row: dict[str, Any] = {"also_asks": [], "answered": False, "erased": False} | values
        row |= {"id": uuid4().hex, "case_id": case_id, "seq": seq, "channel": channel, "at": at}
        await self._session.run(insert(messages).values(row))
        return await self.get(row["id"])

    async def _change(self, message_id: str, **values: Any) -> None:
        if not await self._session.changed(
            update(messages).where(messages.c.id == message_id).values(values)
        ):
            raise NotAllowed("no such message")

    async def _list(self, statement: Select[Any]) -> list[Message]:
        return [_message(row) for row in await self._session.all(statement)]


def _select() -> Select[Any]:
    return select(*(messages.c[name] for name in FIELDS), messages.c.erased)


def _message(row: Row[Any]) -> Message:
    fields = {name: row._mapping[name] for name in FIELDS}
    choices: tuple[MessageChoice, ...] = tuple(codec.choice_from_json(raw) for raw in row.choices)
    return Message(**fields | {"also_asks": tuple(row.also_asks), "choices": choices})
