"""Trying the bot: one of the staff talks as a patient would, and sees what was understood.

The case is marked as a test from its first message. It is answered by the same turns as a patient's, but
nobody is told, no time is taken, nothing is sent, and it is in no list and no figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.cases import Case
from bot.domain.errors import NotAllowed
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember
from bot.services.records import state_then
from bot.services.records.case_file import CaseFile, load_file
from bot.services.records.state_then import StateThen
from bot.services.talk import chat


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A test as far as it went; `then` is the state after each of the tester's messages, by its number."""

    file: CaseFile
    then: dict[int, StateThen]


async def begin(ctx: Context, member: StaffMember) -> str:
    """A new test with the greeting; its case id."""
    require(member, May.TRY)
    now = ctx.clock.now()
    case = Case(
        id=ctx.ids.new(), reference=ctx.ids.reference(), channel="web", created_at=now, updated_at=now,
        test=True,
    )  # fmt: skip
    async with ctx.unit_of_work() as uow:
        await uow.cases.add(case)
        await chat.greet(ctx, uow, case, reply_to=None)
        await uow.audit.add(actor=member.name, action="test.begun", case_id=case.id, at=now)
        await uow.commit()
    return case.id


async def say(
    ctx: Context, member: StaffMember, case_id: str, *, once: str, text: str, choices: Sequence[str] = ()
) -> None:
    """One message and its turn; `once` again is the same message, and nothing said is none. Raises what
    `chat.say` does, and NotAllowed for what is no test."""
    require(member, May.TRY)
    await _refuse_patients(ctx, case_id)
    if not (text or choices):
        return
    await chat.say(
        ctx, case_id, client_message_id=once, text=None if choices else text, choices=tuple(choices)
    )


async def look(ctx: Context, member: StaffMember, case_id: str) -> Tried:
    """The test with its readings. Raises NotAllowed for what is no test."""
    require(member, May.TRY)
    await _refuse_patients(ctx, case_id)
    async with ctx.unit_of_work(write=False) as uow:
        file = await load_file(uow, ctx.protocols, case_id, reader=member)
        past = await uow.judgements.history(case_id)
    said = [message.seq for message in file.messages if message.sender == "patient"]
    return Tried(file=file, then={seq: state_then.at_message(file, past, seq) for seq in said})


async def _refuse_patients(ctx: Context, case_id: str) -> None:
    async with ctx.unit_of_work(write=False) as uow:
        case = await uow.cases.get(case_id)
    if not case.test:
        raise NotAllowed("no such test")
