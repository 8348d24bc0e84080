"""People look over what was understood: the inbox, what they say of a message, and how far they agree."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.cases import Case, Message
from bot.domain.dictionary import Dictionary, Value
from bot.domain.errors import InvalidInput
from bot.domain.facts import Fact, values_of
from bot.domain.findings import Reading
from bot.services.access import looks
from bot.services.access.permissions import May, may, require
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork
from bot.services.ports.teaching import Review, ReviewItem, Said
from bot.services.records.case_file import CONTACT, MASK, load_file, masked
from bot.services.review import stakes
from bot.services.review.agreement import kappa

PAGE = 30
QUIET = dt.timedelta(minutes=10)
AT_ONCE = 20
EVERY_SECONDS = 60.0
LONGEST_REASON = 500
JUDGED_ON = 500
"""Messages over which agreement is told: enough for a steady figure, and how people agree now."""
INTENTS = (
    "greet", "affirm", "deny", "unsure", "inform", "correct", "go_back", "skip", "repeat", "why",
    "start_over", "person", "faq", "book", "reschedule", "cancel_appointment", "admin", "thanks", "goodbye",
    "chitchat", "complaint", "abuse", "injection", "other_language", "out_of_scope",
)  # fmt: skip
_NUMBERS = re.compile(r"\+?\d[\d ().\-]{5,}\d|\S+@\S+|https?://\S+")
_COVERED = re.compile(rf"{MASK}+(?:\s+{MASK}+)*")
COVER = "xxx"
"""Stands for a name or a number in what is kept to teach."""


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """One page; `next` is the cursor of the next page, None at the end."""

    rows: tuple[Mapping[str, Any], ...]
    next: str | None
    agreement: Agreement


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Over the last JUDGED_ON messages that two people looked at: Cohen's kappa, None while it cannot
    be told."""

    messages: int
    intents: float | None
    right: float | None
    """Whether the message was read right at all."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """One item to look at, with what was asked before it."""

    item: ReviewItem
    message: Message
    question: str
    text: str
    """As it would be kept: names and numbers covered."""
    disputed: tuple[Review, ...] = ()
    """What two people said who differ; empty while the second has not looked: nobody is led."""


# --- ranking ------------------------------------------------------------------------------------


async def rank_quiet(ctx: Context) -> int:
    """Rank the messages of conversations that have come to rest; how many cases were done."""
    async with ctx.unit_of_work(write=False) as uow:
        ids = await uow.teaching.unrated(quiet_since=ctx.clock.now() - QUIET, limit=AT_ONCE)
    for case_id in ids:
        await _rank(ctx, case_id)
    return len(ids)


async def keep_ranking(ctx: Context) -> None:
    """Every minute, until cancelled."""
    while True:
        if await rank_quiet(ctx) < AT_ONCE:
            await asyncio.sleep(EVERY_SECONDS)


async def _rank(ctx: Context, case_id: str) -> None:
    async with ctx.unit_of_work() as uow:
        values = values_of(await uow.facts.current(case_id))
        said = await uow.messages.of_patient(case_id)
        rated = [stakes.rate(ctx.protocols, one, values) for one in said if one.text and one.reading]
        await uow.teaching.add_items(case_id, [item for item in rated if item is not None])
        await uow.commit()


# --- looking ------------------------------------------------------------------------------------


async def inbox(ctx: Context, member: StaffMember, *, after: str | None = None) -> Inbox:
    """What this person has not looked at yet, the weightiest first."""
    require(member, May.REVIEW)
    async with ctx.unit_of_work(write=False) as uow:
        rows, following = await uow.teaching.inbox(member.name, after=after, limit=PAGE)
        if not may(member, May.SEE_CONTACT):
            rows = [await _covered(uow, row) for row in rows]
        agreed = await _agreement(uow)
    await looks.saw(ctx, member, [row["item"].case_id for row in rows], place="review")
    return Inbox(rows=tuple(rows), next=following, agreement=agreed)


async def disputes(ctx: Context, member: StaffMember) -> tuple[tuple[Review, Review], ...]:
    """What two people said of the same message who differ, newest first. A third person settles it."""
    require(member, May.REVIEW)
    found = await _differing(ctx)
    await looks.saw(ctx, member, [one.case_id for one, _ in found], place="disputes")
    return found


async def count_disputes(ctx: Context, member: StaffMember) -> int:
    """On how many messages two people differ."""
    require(member, May.REVIEW)
    return len(await _differing(ctx))


async def _differing(ctx: Context) -> tuple[tuple[Review, Review], ...]:
    async with ctx.unit_of_work(write=False) as uow:
        said = await uow.teaching.said_twice(limit=JUDGED_ON)
    return tuple((one, other) for one, other in said if verdict([one, other]) is None)


async def open_item(ctx: Context, member: StaffMember, message_id: str) -> Opened:
    """One message to look at; that it was seen is audited. Raises NotAllowed."""
    require(member, May.REVIEW)
    async with ctx.unit_of_work() as uow:
        opened = await _opened(ctx, uow, message_id, reader=member)
        await uow.audit.add(
            actor=member.name, action="message.viewed", case_id=opened.item.case_id, at=ctx.clock.now()
        )
        await uow.commit()
    return opened


async def review(
    ctx: Context,
    member: StaffMember,
    message_id: str,
    *,
    intent: str,
    facts: Mapping[str, Value],
    reason: str,
) -> Review:
    """Say what a message means: its intent and all its facts. What differs from the reading needs a reason.

    Raises InvalidInput, NotAllowed, and Conflict when this person has said so before.
    """
    require(member, May.REVIEW)
    if intent not in INTENTS:
        raise InvalidInput("choose what the message was", code="unknown", field="intent")
    if not all(teaches(ctx.protocols.dictionary, name) for name in facts):
        raise InvalidInput("this fact is not kept to teach", code="not_allowed", field="missed")
    async with ctx.unit_of_work() as uow:
        opened = await _opened(ctx, uow, message_id, reader=member)
        read = read_facts(ctx.protocols.dictionary, opened.message)
        right = intent == opened.message.intent and dict(facts) == dict(read)
        _check_reason(reason, needed=not right)
        said = Review(
            id=ctx.ids.new(),
            message_id=message_id,
            case_id=opened.item.case_id,
            reviewer=member.name,
            at=ctx.clock.now(),
            right=right,
            intent=intent,
            facts=facts,
            reason=reason.strip(),
            text=opened.text,
        )
        await uow.teaching.add_review(said)
        await uow.audit.add(
            actor=member.name, action="message.reviewed", case_id=said.case_id, at=said.at,
            detail={"message_id": message_id, "right": right},
        )  # fmt: skip
        await uow.commit()
    return said


def read_facts(dictionary: Dictionary, message: Message) -> Mapping[str, Value]:
    """What the language layer made of a message; free text and who the patient is teach nobody anything."""
    reading = Reading.from_json(message.reading) if message.reading else Reading()
    return {name: value for name, value in reading.facts.items() if teaches(dictionary, name)}


def teaches(dictionary: Dictionary, name: str) -> bool:
    """Whether a fact may go into what is kept to teach."""
    return name in dictionary and dictionary[name].kind != "text" and name not in CONTACT


async def _opened(ctx: Context, uow: UnitOfWork, message_id: str, *, reader: StaffMember) -> Opened:
    item = await uow.teaching.item(message_id)
    file = await load_file(uow, ctx.protocols, item.case_id, reader=reader)
    message = next(one for one in file.messages if one.id == message_id)
    before = await uow.messages.asked_before(item.case_id, message.seq)
    kept = await _kept_text(uow, await uow.messages.get(message_id))
    said = await uow.teaching.of_message(message_id)
    return Opened(
        item=item,
        message=message,
        question=before.text if before else "",
        text=kept,
        disputed=tuple(said) if len(said) > 1 and verdict(said) is None else (),
    )


async def _kept_text(uow: UnitOfWork, message: Message) -> str:
    case = await uow.cases.get(message.case_id)
    return without_identity(case, await uow.facts.history(case.id), message.text)


async def _covered(uow: UnitOfWork, row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, "text": await _kept_text(uow, await uow.messages.get(row["item"].message_id))}


def without_identity(case: Case, history: Mapping[str, Sequence[Fact]], text: str) -> str:
    """The words without the names, numbers and addresses that the case knows, and without any number of
    seven digits, mail address or link."""
    return _COVERED.sub(COVER, masked(case, history, _NUMBERS.sub(COVER, text)))


def _check_reason(reason: str, *, needed: bool) -> None:
    if needed and not reason.strip():
        raise InvalidInput("say in a few words what was wrong", code="empty", field="reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(f"at most {LONGEST_REASON} characters", code="too_long", field="reason")


# --- what became of it ---------------------------------------------------------------------------


async def all_reviews(uow: UnitOfWork) -> list[list[Review]]:
    """The complete reviews, message by message."""
    found: list[Review] = []
    after: str | None = None
    while True:
        page, after = await uow.teaching.reviews(after=after, limit=500)
        found += page
        if after is None:
            return [list(group) for _, group in itertools.groupby(found, key=lambda one: one.message_id)]


def verdict(said: Sequence[Review]) -> Review | None:
    """The review that counts, of one message's, oldest first: what most say; of three who all differ what
    the last said, who saw the others. None while two differ."""
    like = [sum(_same(one, other) for other in said) for one in said]
    if len(said) == 2 and max(like) == 1:
        return None
    most = max(like)
    return said[-1] if most == 1 else said[len(like) - 1 - like[::-1].index(most)]


def _same(one: Review, other: Review) -> bool:
    return (one.intent, dict(one.facts)) == (other.intent, dict(other.facts))


async def _agreement(uow: UnitOfWork) -> Agreement:
    return agreement(await uow.teaching.lately_agreed(messages=JUDGED_ON))


def agreement(pairs: Sequence[tuple[Said, Said]]) -> Agreement:
    """Of what two people said of the same messages."""
    return Agreement(
        messages=len(pairs),
        intents=kappa([(one.intent, other.intent) for one, other in pairs]),
        right=kappa([(one.right, other.right) for one, other in pairs]),
    )
