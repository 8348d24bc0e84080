"""Staff mark conversations: a tag on the whole, a flag on one message. Who and when stands beside it.

The audit log says that somebody marked what, never in which words: it outlives the case, and a tag may say
more of a patient than its writer thought.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.errors import InvalidInput, NotAllowed
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork
from bot.services.ports.marks import MessageFlag, Tag
from bot.services.records.case_file import masked

LONGEST_TAG = 40
LONGEST_REASON = 300
MOST_TAGS = 20
"""On one conversation."""
OFFERED = 50


async def tag(ctx: Context, member: StaffMember, case_id: str, *, text: str) -> None:
    """Put a tag on a case; one that is there already changes nothing.

    Raises InvalidInput for a tag that is empty, too long, one too many, or names the patient: every role
    sees tags, and may search by them. Raises NotAllowed when there is no such case.
    """
    require(member, May.MARK)
    text = " ".join(text.split())
    _check(text)
    async with ctx.unit_of_work() as uow:
        await _refuse_identity(uow, case_id, text)
        held = (await uow.marks.tags([case_id])).get(case_id, ())
        if len(held) >= MOST_TAGS:
            raise InvalidInput(
                f"a conversation has at most {MOST_TAGS} tags: take one off first", field="tag"
            )
        put = Tag(case_id=case_id, text=text, by=member.name, at=ctx.clock.now())
        if await uow.marks.add_tag(put):
            await _record(ctx, uow, member, "case.tagged", case_id)
        await uow.commit()


async def untag(ctx: Context, member: StaffMember, case_id: str, *, text: str) -> None:
    """Take a tag off; one that is not there changes nothing. Raises NotAllowed."""
    require(member, May.MARK)
    async with ctx.unit_of_work() as uow:
        await uow.cases.get(case_id)
        if await uow.marks.drop_tag(case_id, text):
            await _record(ctx, uow, member, "case.untagged", case_id)
        await uow.commit()


async def flag(ctx: Context, member: StaffMember, case_id: str, seq: int, *, reason: str = "") -> None:
    """Flag a message, or say why it is flagged; the same again changes nothing.

    Raises InvalidInput for a reason too long, NotAllowed when there is no such message.
    """
    require(member, May.MARK)
    reason = reason.strip()
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(f"at most {LONGEST_REASON} characters", code="too_long", field="reason")
    async with ctx.unit_of_work() as uow:
        await _refuse_missing(uow, case_id, seq)
        held = next((one for one in await uow.marks.flags(case_id) if one.seq == seq), None)
        if held is None or reason not in ("", held.reason):
            at = ctx.clock.now()
            set_now = MessageFlag(case_id=case_id, seq=seq, reason=reason, by=member.name, at=at)
            await uow.marks.set_flag(set_now)
            await _record(ctx, uow, member, "message.flagged", case_id, seq=seq)
        await uow.commit()


async def unflag(ctx: Context, member: StaffMember, case_id: str, seq: int) -> None:
    """Take the flag off; where there is none nothing changes. Raises NotAllowed."""
    require(member, May.MARK)
    async with ctx.unit_of_work() as uow:
        await uow.cases.get(case_id)
        if await uow.marks.drop_flag(case_id, seq):
            await _record(ctx, uow, member, "message.unflagged", case_id, seq=seq)
        await uow.commit()


async def offered(ctx: Context, member: StaffMember) -> Sequence[str]:
    """Tags that were used lately, to choose from."""
    require(member, May.SEE_CASES)
    async with ctx.unit_of_work(write=False) as uow:
        return await uow.marks.recent_tags(limit=OFFERED)


async def _refuse_missing(uow: UnitOfWork, case_id: str, seq: int) -> None:
    await uow.cases.get(case_id)
    following = await uow.messages.after(case_id, seq - 1, limit=1)
    if [one.seq for one in following] != [seq]:
        raise NotAllowed("no such message")


async def _refuse_identity(uow: UnitOfWork, case_id: str, text: str) -> None:
    case = await uow.cases.get(case_id)
    if masked(case, await uow.facts.history(case_id), text) != text:
        raise InvalidInput(
            "a tag holds no name or number of the patient: every role sees tags", code="identity", field="tag"
        )


def _check(text: str) -> None:
    if not text or not text.isprintable():
        raise InvalidInput("write one word or a few", code="empty", field="tag")
    if len(text) > LONGEST_TAG:
        raise InvalidInput(f"a tag has at most {LONGEST_TAG} characters", code="too_long", field="tag")


async def _record(
    ctx: Context, uow: UnitOfWork, member: StaffMember, action: str, case_id: str, **detail: int
) -> None:
    await uow.audit.add(actor=member.name, action=action, case_id=case_id, at=ctx.clock.now(), detail=detail)
