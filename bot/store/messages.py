"""Messages (port: `bot.services.ports.Messages`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, Select, bindparam, insert, select, text, update

from bot.domain.cases import Draft, Message, MessageChoice
from bot.domain.errors import Conflict, NotAllowed
from bot.store import codec, outline
from bot.store.cases import CaseTable
from bot.store.search import number_key
from bot.store.session import Session
from bot.store.tables import URGENT, cases, effects, messages

FIELDS = tuple(Message.__dataclass_fields__)
ALL = select(*(messages.c[name] for name in FIELDS), messages.c.erased)
ONE = ALL.where(messages.c.id == bindparam("message_id"))
REPLIES = ALL.where(messages.c.reply_to == bindparam("message_id")).order_by(messages.c.seq)
CHANGE = update(messages).where(messages.c.id == bindparam("message_id"))


class MessageTable:
    """Numbers are given under the case's row lock: gapless and without races.

    A message is read once in a unit of work.
    """

    def __init__(self, session: Session, *, cases: CaseTable) -> None:
        self._session = session
        self._cases = cases
        self._read: dict[str, Message] = {}

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
        await self._cases.get(case_id)  # locks it
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
        return _message(known._mapping), False

    async def go_on(
        self, case_id: str, text: str, *, at: dt.datetime, since: dt.datetime, most: int
    ) -> Message | None:
        """A line more of the text that is the last message; None when that cannot go on."""
        await self._cases.get(case_id)  # locks it
        last = ALL.where(messages.c.case_id == case_id).order_by(messages.c.seq.desc()).limit(1)
        row = await self._session.first(last)
        if row is None or not _is_open(row, since=since) or await self._turn_runs(case_id, at):
            return None
        joined = f"{row.text}\n{text}"
        if len(joined) > most:
            return None
        await self._change(row.id, text=joined, at=at)
        await outline.note_words(self._session, case_id, text)
        return await self.get(row.id)

    async def add(
        self, case_id: str, draft: Draft, *, channel: str, at: dt.datetime, reply_to: str | None
    ) -> Message:
        """Raises NotAllowed when there is no such case."""
        await self._cases.get(case_id)  # locks it
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
        if message_id not in self._read:
            row = await self._session.first(ONE, message_id=message_id)
            if row is None:
                raise NotAllowed("no such message")
            self._read[message_id] = _message(row._mapping)
        return self._read[message_id]

    async def replies_to(self, message_id: str) -> list[Message]:
        """What was answered to a patient's message, in order."""
        return await self._list(REPLIES, message_id=message_id)

    async def after(self, case_id: str, seq: int, *, limit: int = 200) -> list[Message]:
        """Messages with a higher seq, in order."""
        later = ALL.where(messages.c.case_id == case_id, messages.c.seq > seq)
        return await self._list(later.order_by(messages.c.seq).limit(limit))

    async def set_reading(self, message_id: str, reading: Mapping[str, Any]) -> None:
        """What the language layer read in a patient's message."""
        await self._change(message_id, reading=dict(reading))

    async def mark_answered(
        self, message_id: str, *, intent: str | None, confidence: float | None, model: str | None = None
    ) -> None:
        """The turn of a patient's message is over."""
        message = await self.get(message_id)
        made = {"intent": intent, "confidence": confidence, "model": model}
        await self._change(message_id, answered=True, **made)
        self._read[message_id] = replace(
            message, answered=True, intent=intent, confidence=confidence, model=model
        )
        await outline.note_intent(self._session, message, confidence=confidence, intent=intent)

    async def unanswered(self, *, channel: str, before: dt.datetime, limit: int = 50) -> list[Message]:
        """Patients' messages stored before that time whose turn is not over, oldest first."""
        waiting = ALL.where(
            messages.c.channel == channel,
            messages.c.sender == "patient",
            ~messages.c.answered,
            messages.c.at < before,
        )
        return await self._list(waiting.order_by(messages.c.at, messages.c.seq, messages.c.id).limit(limit))

    async def latest_numbers(self, case_ids: Collection[str]) -> dict[str, int]:
        """The number of the last message of each case; unknown cases are left out."""
        last = select(cases.c.id, cases.c.last_seq).where(cases.c.id.in_(case_ids))
        return {row.id: row.last_seq for row in await self._session.all(last)}

    async def urgent_without_answer(
        self, *, since: dt.datetime, before: dt.datetime, effect: str, limit: int = 100
    ) -> list[Message]:
        """Emergency, crisis and same-day messages of ours within [since, before), the newest of its case,
        after which the patient said nothing and for which `effect` is not recorded; oldest first."""
        later = messages.alias("later")
        followed = (
            select(later.c.id)
            .where(later.c.case_id == messages.c.case_id, later.c.seq > messages.c.seq)
            .where((later.c.sender == "patient") | text(URGENT.replace("kind", "later.kind")))
            .exists()
        )
        seen_to = (
            select(effects.c.effect)
            .where(effects.c.case_id == messages.c.case_id, effects.c.message_id == messages.c.id)
            .where(effects.c.effect == effect)
            .exists()
        )
        # Written out: SQLite takes a partial index only where its condition stands word by word.
        urgent = ALL.where(text(URGENT), messages.c.at >= since, messages.c.at < before)
        own = urgent.where(messages.c.sender == "bot", ~followed, ~seen_to)
        return await self._list(own.order_by(messages.c.at, messages.c.id).limit(limit))

    async def lately_from(self, address: str, *, since: dt.datetime, limit: int) -> list[Message]:
        """What was texted from a phone number after that time, in all its cases, newest first."""
        theirs = select(cases.c.id).where(cases.c.address_key == number_key(address))
        texted = ALL.where(
            messages.c.case_id.in_(theirs),
            messages.c.sender == "patient",
            messages.c.channel == "sms",
            messages.c.at > since,
        )
        newest = texted.order_by(messages.c.at.desc(), messages.c.seq.desc()).limit(limit)
        return await self._list(newest)

    async def latest_at(self, case_id: str) -> dt.datetime:
        """When the last message of a case was written; raises NotAllowed when there is none."""
        last = select(messages.c.at).where(messages.c.case_id == case_id).order_by(messages.c.seq.desc())
        found: dt.datetime | None = await self._session.value(last.limit(1))
        if found is None:
            raise NotAllowed("no such message")
        return found

    async def asked_before(self, case_id: str, seq: int) -> Message | None:
        """Our last message before that number that asks something."""
        asking = ALL.where(messages.c.case_id == case_id, messages.c.seq < seq)
        asking = asking.where(messages.c.sender == "bot", messages.c.asks.is_not(None))
        found = await self._list(asking.order_by(messages.c.seq.desc()).limit(1))
        return found[0] if found else None

    async def of_patient(self, case_id: str) -> list[Message]:
        """All messages the patient sent in this case, in order."""
        own = ALL.where(messages.c.case_id == case_id, messages.c.sender == "patient")
        return await self._list(own.order_by(messages.c.seq))

    async def erase_words(self, case_id: str) -> None:
        """Empty text, choices and reading of every patient's message of a case."""
        self._read.clear()
        await self._session.run(
            update(messages)
            .where(messages.c.case_id == case_id, messages.c.sender == "patient")
            .values(text="", choices=[], reading=None, erased=True)
        )
        await outline.forget_words(self._session, case_id)

    async def _turn_runs(self, case_id: str, now: dt.datetime) -> bool:
        lease = select(cases.c.id).where(cases.c.id == case_id, cases.c.turn_until > now)
        return await self._session.first(lease) is not None

    async def _same_client_id(self, case_id: str, client_message_id: str, channel: str) -> Row[Any] | None:
        same = messages.c.client_message_id == client_message_id
        here = messages.c.channel == "sms" if channel == "sms" else messages.c.case_id == case_id
        return await self._session.first(ALL.where(same, here))

    async def _append(
        self, case_id: str, values: dict[str, Any], *, channel: str, at: dt.datetime
    ) -> Message:
        seq = await outline.count(self._session, case_id, values["kind"], at)
        self._cases.was_moved(case_id, at)
        row: dict[str, Any] = {"also_asks": [], "answered": False, "erased": False} | values
        row |= {"id": uuid4().hex, "case_id": case_id, "seq": seq, "channel": channel, "at": at}
        await self._session.run(insert(messages), row)
        await outline.note_message(self._session, row)
        self._read[row["id"]] = _message(row | {"at": at.astimezone(dt.UTC)})
        return self._read[row["id"]]

    async def _change(self, message_id: str, **values: Any) -> None:
        self._read.pop(message_id, None)
        if not await self._session.changed(CHANGE, message_id=message_id, **values):
            raise NotAllowed("no such message")

    async def _list(self, statement: Select[Any], **given: Any) -> list[Message]:
        return [_message(row._mapping) for row in await self._session.all(statement, **given)]


def _is_open(row: Row[Any], *, since: dt.datetime) -> bool:
    waits = row.sender == "patient" and row.channel == "sms" and not row.answered
    return bool(waits and not row.choices and row.at > since)


def _message(row: Mapping[Any, Any]) -> Message:
    """A row as it is read, or as it was just written: what is not named there is None."""
    fields = {name: row.get(name) for name in FIELDS}
    choices: tuple[MessageChoice, ...] = tuple(codec.choice_from_json(raw) for raw in row["choices"])
    return Message(**fields | {"also_asks": tuple(row["also_asks"]), "choices": choices})
