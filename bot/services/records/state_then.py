"""What a case held and how it was judged when a message had been dealt with: staff see what the bot saw.

Facts and judgements are never overwritten, so the state then is read from them, not rebuilt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.cases import Message
from bot.domain.errors import NotAllowed
from bot.domain.facts import Fact
from bot.domain.judgement import Judgement
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import PastJudgement, StaffMember
from bot.services.records.case_file import CaseFile


@dataclass(frozen=True, kw_only=True)
class StateThen:
    """The case after one message, before the patient's next one."""

    message: Message
    facts: Mapping[str, Fact]
    """The values in force then, declined ones too."""
    new: frozenset[str]
    """Variables that this message gave, changed or confirmed as contradictory."""
    before: Judgement | None
    judgement: Judgement | None
    """In force then; the same as `before` when the message changed nothing."""


async def state_then(ctx: Context, member: StaffMember, file: CaseFile, seq: int) -> StateThen:
    """The state after message `seq` of an opened case, masked as the file is. Raises NotAllowed when
    there is no such message."""
    require(member, May.SEE_CASES)
    async with ctx.unit_of_work(write=False) as uow:
        past = await uow.judgements.history(file.case.id)
    return at_message(file, past, seq)


def at_message(file: CaseFile, past: Sequence[PastJudgement], seq: int) -> StateThen:
    """The pure part: `past` is oldest first."""
    message = next((one for one in file.messages if one.seq == seq), None)
    if message is None:
        raise NotAllowed("no such message")
    order = _Order(file, message)
    facts = {
        name: known[-1]
        for name, values in file.history.items()
        if (known := [one for one in values if order.was_there(one.message_id, one.at)])
    }
    made = [one for one in past if order.was_there(one.message_id, one.at)]
    earlier = [one for one in made if one.message_id != message.id]
    return StateThen(
        message=message,
        facts=facts,
        new=frozenset(name for name, fact in facts.items() if fact.message_id == message.id),
        before=earlier[-1].judgement if earlier else None,
        judgement=made[-1].judgement if made else None,
    )


class _Order:
    """Whether something was there before the patient's next message: by the message that gave it, else
    by the clock (what staff entered)."""

    def __init__(self, file: CaseFile, message: Message) -> None:
        self._seq = message.seq
        self._seq_of = {one.id: one.seq for one in file.messages}
        later = [one.at for one in file.messages if one.seq > message.seq and one.sender == "patient"]
        self._until: dt.datetime | None = min(later, default=None)

    def was_there(self, message_id: str | None, at: dt.datetime) -> bool:
        if message_id in self._seq_of:
            return self._seq_of[message_id] <= self._seq
        return self._until is None or at < self._until
