"""One case over both doors: a one-time link from the phone to the web, a one-time code the other way.

Both are short-lived and used once; neither holds anything about the patient. Before the link shows anything
its page checks the birth date, and where none is known the last digits of the phone it was texted to: a
forwarded link alone opens nothing. The code proves that its sender sees the chat.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.domain.cases import AskState, Case, Draft, Message
from bot.domain.errors import NotAllowed
from bot.language.times.births import find_births
from bot.services.case import agenda, speaking, wording
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.talk import chat
from bot.services.texting.sms_words import plain
from bot.services.visits import changing

LINK_FOR = dt.timedelta(minutes=30)
CODE_FOR = dt.timedelta(minutes=15)
CODE_TRIES, CODE_SECONDS = 5, 3600
"""Guesses of a code that one number has in an hour."""
Proof = Literal["birth_date", "phone"]
"""By what a patient is known again."""
PHONE_DIGITS = 4

WEB_WORDS = frozenset(
    {"web", "link", "website", "online", "browser", "web link", "send link", "send me a link"}
)
"""Whole messages that ask for the link."""
_CODE = re.compile(r"\W*(?:continue\W+)?([0-9A-Z]{4})[\s-]?([0-9A-Z]{4})\W*", re.IGNORECASE)


# --- from the phone to the web -----------------------------------------------------------------------------


def asks_for_web(text: str) -> bool:
    """Whether a text asks for nothing but the link."""
    return plain(text) in WEB_WORDS


async def link(ctx: Context, uow: UnitOfWork, case: Case) -> Draft | None:
    """The text with the link; None where it is not safe to text, or a person or an emergency has the case."""
    if ctx.links is None or case.phase in ("staff", "emergency") or agenda.NOT_SAFE_HERE in case.flags:
        return None
    key = ctx.ids.new()
    await uow.handovers.add(_hash(key), case_id=case.id, door="web", expires_at=ctx.clock.now() + LINK_FOR)
    view = await load_view(uow, case.id)
    return wording.say(ctx, view, "web_link", link=ctx.links.continue_address(key))


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What came of opening a link: a session for the chat page, or the proof is (still) needed."""

    proof: Proof
    token: str | None = field(default=None, repr=False)
    reference: str = ""
    closed: bool = False
    """Too many wrong answers: only a person helps now."""


async def knock(ctx: Context, token: str) -> Proof:
    """What will be asked; uses nothing up. Raises NotAllowed for a dead link."""
    key = _hash(_links_key(ctx, token))
    async with ctx.unit_of_work(write=False) as uow:
        case_id = await uow.handovers.case_id(key, door="web", now=ctx.clock.now())
        if case_id is None:
            raise NotAllowed("no such link")
        return _proof(await load_view(uow, case_id))


async def open_web(ctx: Context, token: str, *, answers: Mapping[str, str]) -> Opened:
    """Check the answer to what `knock` asks, use the link up, open a chat session.

    Raises NotAllowed for a link that opens nothing; a wrong answer leaves it as it is, three close it.
    """
    key, now = _hash(_links_key(ctx, token)), ctx.clock.now()
    async with ctx.unit_of_work() as uow:
        case_id = await uow.handovers.case_id(key, door="web", now=now)
        if case_id is None:
            raise NotAllowed("no such link")
        view = await load_view(uow, case_id)
        proof = _proof(view)
        if not await _is_proved(ctx, uow, view, proof, answers.get(proof, "")):
            closed = await tries_left(uow, view.case.id) == 0
            if closed:
                await uow.handovers.use(key, door="web", now=now)
            await uow.commit()
            return Opened(proof=proof, closed=closed)
        if await uow.handovers.use(key, door="web", now=now) is None:
            raise NotAllowed("no such link")
        opened = await _session(ctx, uow, view.case, proof)
        await uow.commit()
    return opened


def _proof(view: CaseView) -> Proof:
    return "birth_date" if is_known(view) else "phone"


async def _is_proved(ctx: Context, uow: UnitOfWork, view: CaseView, proof: Proof, answer: str) -> bool:
    right = fits(ctx, view, answer) if proof == "birth_date" else _is_phone(view.case, answer)
    return await _counted(uow, view, right=right)


def _is_phone(case: Case, answer: str) -> bool:
    """Whether these are the last digits of the number that texts with us, or all of them."""
    digits, own = re.sub(r"\D", "", answer), re.sub(r"\D", "", case.address or "")
    return len(digits) >= PHONE_DIGITS and own.endswith(digits)


async def _session(ctx: Context, uow: UnitOfWork, case: Case, proof: Proof) -> Opened:
    now, token = ctx.clock.now(), ctx.ids.token()
    expires_at = now + dt.timedelta(days=ctx.limits.session_days)
    await uow.sessions.add(chat.token_hash(token), case_id=case.id, expires_at=expires_at)
    await uow.cases.save(replace(case, channel="web"))
    await uow.audit.add(actor="patient", action="case.to_web", case_id=case.id, at=now)
    return Opened(proof=proof, token=token, reference=case.reference)


# --- from the web to the phone -----------------------------------------------------------------------------


async def code(ctx: Context, case_id: str) -> str:
    """A code to be texted to the clinic's number; the one before opens nothing any more."""
    made = ctx.ids.reference()
    async with ctx.unit_of_work() as uow:
        expires_at = ctx.clock.now() + CODE_FOR
        await uow.handovers.add(_hash(_bare(made)), case_id=case_id, door="sms", expires_at=expires_at)
        await uow.commit()
    return made


async def take_code(ctx: Context, uow: UnitOfWork, *, sender: str, text: str) -> Case | None:
    """The case that a texted code brings to this number; None for any other text and a dead code."""
    found = _CODE.fullmatch(text)
    if found is None:
        return None
    now = ctx.clock.now()
    if await uow.tallies.hit(f"codes:{sender}", at=now, seconds=CODE_SECONDS) > CODE_TRIES:
        return None
    case_id = await uow.handovers.use(_hash("".join(found.groups()).upper()), door="sms", now=now)
    if case_id is None:
        return None
    await _let_go(uow, sender, keep=case_id)
    moved = replace(await uow.cases.get(case_id), address=sender, channel="sms")
    await uow.cases.save(moved)
    await uow.audit.add(actor="patient", action="case.to_sms", case_id=case_id, at=now)
    return moved


async def go_on_by_text(ctx: Context, uow: UnitOfWork, case: Case, message: Message) -> None:
    """Said first on the phone: that it goes on here, and the question that was open."""
    view = await load_view(uow, case.id)
    said = [wording.say(ctx, view, "goes_on_by_text"), *_open_question(view)]
    await speaking.say(ctx, uow, view.case, said, reply_to=message.id, channel="sms")
    await uow.messages.mark_answered(message.id, intent=None, confidence=None)


def _open_question(view: CaseView) -> tuple[Draft, ...]:
    asked = view.pending
    if asked is None:
        return ()
    return (
        Draft(
            kind=asked.kind,
            text=asked.text,
            asks=asked.asks,
            also_asks=asked.also_asks,
            choices=asked.choices,
        ),
    )


async def _let_go(uow: UnitOfWork, number: str, *, keep: str) -> None:
    """A conversation that this number had begun and not finished ends: the one it brings takes its place."""
    for other in await uow.cases.of_address(number):
        if other.id != keep and other.status == "open" and other.phase in ("consent", "intake"):
            await uow.cases.save(replace(other, status="closed", phase="done", pending=None))


# --- is it the same person? --------------------------------------------------------------------------------


async def _counted(uow: UnitOfWork, view: CaseView, *, right: bool) -> bool:
    """Whether an answer counts as right; wrong ones are counted, and after too many none is right."""
    tries = view.times_asked(changing.TRIES)
    known = right and tries < changing.MOST_TRIES
    await uow.asks.save(view.case.id, AskState(name=changing.TRIES, times=0 if known else tries + 1))
    return known


async def tries_left(uow: UnitOfWork, case_id: str) -> int:
    """How many more birth dates may be tried on this case."""
    asks = await uow.asks.all(case_id)
    tried = asks[changing.TRIES].times if changing.TRIES in asks else 0
    return max(0, changing.MOST_TRIES - tried)


def is_known(view: CaseView) -> bool:
    """Whether a birth date, or an age, is on record to compare with."""
    return changing.BIRTH_DATE in view.values or "age" in view.values


def fits(ctx: Context, view: CaseView, text: str) -> bool:
    """Whether a text holds the birth date on record; where only the age is, one that gives it."""
    if changing.BIRTH_DATE in view.values:
        return changing.fits_record(ctx, view, text)
    today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
    said = {one.variable: one.value for one in find_births(text.lower(), date=today, asked=True)}
    return changing.BIRTH_DATE in said and said.get("age") == view.values.get("age")


def _links_key(ctx: Context, token: str) -> str:
    if ctx.links is None:
        raise NotAllowed("no such link")
    return ctx.links.continue_key(token)


def _bare(made: str) -> str:
    return re.sub(r"[^0-9A-Z]", "", made.upper())


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
