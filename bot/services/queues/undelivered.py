"""What could not be delivered, for the staff: why in plain words, send it again, or leave it.

Neither the text nor the whole address is shown: the case says who it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.notices import Channel
from bot.services.access import looks
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import Outbound, StaffMember, UnitOfWork
from bot.services.queues import no_texts, outgoing, post

CHANNEL_WORDS: Mapping[Channel, str] = {"sms": "Text message", "email": "E-mail", "webhook": "Webhook"}
REASONS: Mapping[str, str] = {
    "unreachable": "The other side could not be reached.",
    "timeout": "The other side did not answer in time.",
    "opted_out": "This number has opted out of texts.",
    no_texts.REASON: "This number takes no texts. It may be a landline.",
    "no_tls": "The mail server offers no encryption. See INTAKE_SMTP_SECURITY.",
    "certificate": "The mail server's certificate is not trusted.",
    "no_target": "INTAKE_WEBHOOKS names no such target.",
}
BY_CODE: Mapping[Channel, Mapping[str, str]] = {
    "sms": {
        "20003": "The provider refused our login.",
        "401": "The provider refused our login.",
        "403": "The provider refused our login.",
        "21211": "This is not a phone number.",
        "21408": "Texts to this country are not allowed for our account.",
        "21610": "This number has opted out of texts.",
        "21614": "This number takes no texts. It may be a landline.",
        "30003": "The phone is off or out of reach.",
        "30004": "The patient's phone or its company blocks our texts.",
        "30005": "There is no such number any more.",
        "30006": "This number takes no texts. It may be a landline.",
        "30007": "The phone company held the text back as unwanted.",
        "30008": "The phone company says no more than that it did not arrive.",
    },
    "email": {
        "535": "The mail server refused our login.",
        "550": "There is no such mailbox, or it refuses our e-mails.",
        "552": "The mailbox is full.",
    },
    "webhook": {
        "401": "The receiver does not accept our signature.",
        "403": "The receiver does not accept our signature.",
        "404": "The receiver knows no such address.",
        "410": "The receiver wants no more events.",
    },
}


@dataclass(frozen=True, kw_only=True)
class Undelivered:
    """One message that did not arrive. `trying`: it will be tried again by itself."""

    id: str
    case_id: str | None
    reference: str
    what: str
    to: str
    """The contact of the staff, else the end of the patient's number or mailbox."""
    since: dt.datetime
    reason: str
    trying: bool


async def undelivered(ctx: Context, member: StaffMember) -> list[Undelivered]:
    """What was given up, and what keeps failing; the newest first, at most a hundred."""
    require(member, May.SEE_CASES)
    async with ctx.unit_of_work(write=False) as uow:
        items = await uow.outbox.undelivered(troubled_after=outgoing.FAILURES_TO_TELL)
        shown = [await _shown(ctx, uow, item) for item in items]
    await looks.saw(ctx, member, [one.case_id for one in shown if one.case_id], place="undelivered")
    return shown


async def send_again(ctx: Context, member: StaffMember, item_id: str) -> Outbound:
    """Queue it anew, under the same key. Raises NotAllowed unless it was given up."""
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        item = await uow.outbox.send_again(item_id, at=ctx.clock.now())
        await _record(ctx, uow, member, "message.sent_again", item)
        await uow.commit()
    return item


async def leave(ctx: Context, member: StaffMember, item_id: str) -> Outbound:
    """Take it off the list: it is not needed any more. Raises NotAllowed unless it was given up."""
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        item = await uow.outbox.give_up(item_id)
        await _record(ctx, uow, member, "message.left_undelivered", item)
        await uow.commit()
    return item


def reason_in_words(item: Outbound) -> str:
    """What went wrong, and what a person can do about it where that is known."""
    code = item.error or "unreachable"
    known = REASONS.get(code) or BY_CODE[item.channel].get(code)
    if known:
        return known
    if item.channel == "webhook" and code.startswith("3"):
        return "The receiver answers with another address, which is not followed. Correct INTAKE_WEBHOOKS."
    return f"The other side refused it (code {code})."


async def _shown(ctx: Context, uow: UnitOfWork, item: Outbound) -> Undelivered:
    to_staff = item.dedupe_key.startswith(post.TO_STAFF)
    case = await uow.cases.get(item.case_id) if item.case_id else None
    return Undelivered(
        id=item.id,
        case_id=item.case_id,
        reference=case.reference if case else "",
        what=f"{CHANNEL_WORDS[item.channel]} to {'staff' if to_staff else 'the patient'}",
        to=_contact(ctx, item) if to_staff else f"...{item.to[-4:]}",
        since=item.created_at,
        reason=reason_in_words(item),
        trying=item.status != "dead",
    )


def _contact(ctx: Context, item: Outbound) -> str:
    contacts = ctx.protocols.clinic.notices.contacts
    named = (one.name for one in contacts if one.addresses.get(item.channel) == item.to)
    return next(named, "a contact who is not in the clinic's file any more")


async def _record(ctx: Context, uow: UnitOfWork, member: StaffMember, action: str, item: Outbound) -> None:
    detail = {"channel": item.channel}
    await uow.audit.add(
        actor=member.name, action=action, case_id=item.case_id, at=ctx.clock.now(), detail=detail
    )
