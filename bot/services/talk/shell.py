"""The engine's own shell (`rasa shell`): no gateway stored the message, so the actions' first call does.

For trying dialogue changes at a desk; the record is the same, the channel is called `shell`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.cases import Case, Draft
from bot.domain.errors import NotAllowed
from bot.domain.findings import Reading
from bot.services.case import reception, safety, speaking
from bot.services.case_view import load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Received:
    """The stored message, and what safety has to say instead of the dialogue (None: nothing)."""

    message_id: str
    drafts: tuple[Draft, ...] | None


async def receive_from_engine(ctx: Context, case_id: str, text: str, reading: Reading) -> Received:
    """Store and screen one message typed into the shell; opens the case with the first one."""
    async with ctx.unit_of_work() as uow:
        case = await _case(ctx, uow, case_id)
        message, _ = await uow.messages.add_inbound(
            case.id, text=text, channel="shell", client_message_id=ctx.ids.new(), at=ctx.clock.now()
        )
        seen = await reception.take_in(ctx, uow, await load_view(uow, case.id), message, reading)
        drafts = await safety.break_in(ctx, uow, seen, message)
        if drafts is not None:
            case = await uow.cases.get(case.id)
            await speaking.say(ctx, uow, case, drafts, reply_to=message.id, channel="shell")
        await uow.commit()
    return Received(message_id=message.id, drafts=drafts)


async def _case(ctx: Context, uow: UnitOfWork, case_id: str) -> Case:
    try:
        return await uow.cases.get(case_id)
    except NotAllowed:
        now = ctx.clock.now()
        case = Case(
            id=case_id,
            reference=ctx.ids.reference(),
            channel="shell",
            created_at=now,
            updated_at=now,
            test=True,
        )
        await uow.cases.add(case)
        return case
