"""The patient's door: open a session, say something, read on. One use case per function."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.cases import AskState, Case, CaseStatus, Channel, Draft, Message, MessageChoice
from bot.domain.errors import NotAllowed, TooLong, UnknownChoice
from bot.domain.levels import Level
from bot.protocols import AskPlan
from bot.services.case import agenda, safety, speaking, wording
from bot.services.case.company import Company, company_of
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.talk import asking, editing, turns


@dataclass(frozen=True, kw_only=True)
class OpenedSession:
    """A new conversation. The token is the only key to it and is stored as a hash."""

    token: str = field(repr=False)
    expires_at: dt.datetime
    reference: str
    case_id: str
    messages: list[Message]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What was answered to one message, and where the case stands."""

    messages: list[Message]
    status: CaseStatus


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the questions are."""

    reference: str
    left: int | None
    """About how many questions are still to come; None when it is not about questions now,
    and before the safety questions are over: until then nobody can tell."""
    changeable: tuple[int, ...]
    """Numbers of the patient's messages whose questions may be answered anew, by the choice `change-N`."""
    company: Company
    """Who is in the conversation with the patient."""


async def open_session(ctx: Context, *, channel: Channel = "web") -> OpenedSession:
    """A new case with the greeting, the disclaimer and the question of consent."""
    now, token = ctx.clock.now(), ctx.ids.token()
    expires_at = now + dt.timedelta(days=ctx.limits.session_days)
    async with ctx.unit_of_work() as uow:
        case = await open_case(ctx, uow, channel=channel)
        messages = await greet(ctx, uow, case, reply_to=None)
        await uow.sessions.add(token_hash(token), case_id=case.id, expires_at=expires_at)
        await uow.commit()
    return OpenedSession(
        token=token, expires_at=expires_at, reference=case.reference, case_id=case.id, messages=messages
    )


async def open_case(ctx: Context, uow: UnitOfWork, *, channel: Channel, address: str | None = None) -> Case:
    """Store a new case in its first phase."""
    now = ctx.clock.now()
    case = Case(
        id=ctx.ids.new(),
        reference=ctx.ids.reference(),
        channel=channel,
        address=address,
        created_at=now,
        updated_at=now,
    )
    await uow.cases.add(case)
    await uow.audit.add(actor="patient", action="case.opened", case_id=case.id, at=now)
    return case


async def greet(ctx: Context, uow: UnitOfWork, case: Case, *, reply_to: str | None) -> list[Message]:
    """Say the disclaimer and ask for consent; the question is open from then on."""
    view = await load_view(uow, case.id)
    drafts = (
        wording.say(ctx, view, "greeting", kind="greeting"),
        wording.ask_draft(ctx, view, AskPlan(name="consent", variables=())),
    )
    await uow.asks.save(case.id, AskState(name="consent", times=1))
    return await speaking.say(ctx, uow, case, drafts, reply_to=reply_to, channel=case.channel)


async def access_case(ctx: Context, token: str) -> str:
    """The case id of a live token; raises NotAllowed for any other."""
    async with ctx.unit_of_work(write=False) as uow:
        case_id = await uow.sessions.case_id(token_hash(token), now=ctx.clock.now())
    if case_id is None:
        raise NotAllowed("this conversation is not open: start a new one")
    return case_id


async def say(
    ctx: Context,
    case_id: str,
    *,
    client_message_id: str,
    text: str | None = None,
    choices: Sequence[str] = (),
) -> Reply:
    """Store a message, run its turn, return the answer; the same id again returns the same answer.

    Raises TooLong, UnknownChoice, Conflict (same id, other content), StoreUnavailable.
    """
    if text is not None and len(text) > ctx.limits.web_characters:
        raise TooLong(
            f"text has more than {ctx.limits.web_characters} characters: send it in parts",
            code="too_long",
            field="text",
        )

    async def store(uow: UnitOfWork) -> Message:
        await _came_by_web(uow, case_id)
        message, new = await uow.messages.add_inbound(
            case_id,
            text=text if text is not None else await _labels(ctx, uow, case_id, choices),
            channel="web",
            client_message_id=client_message_id,
            at=ctx.clock.now(),
            choices=choices,
        )
        if new and choices:
            await _refuse_unknown(ctx, uow, await load_view(uow, case_id), choices)
        return message

    answered = await turns.take(ctx, case_id, store)
    return Reply(messages=answered.messages, status=answered.status)


async def messages_after(ctx: Context, case_id: str, seq: int) -> list[Message]:
    """Everything said in a case after a number, in order."""
    async with ctx.unit_of_work(write=False) as uow:
        return await uow.messages.after(case_id, seq)


async def status(ctx: Context, case_id: str) -> CaseStatus:
    """Where a case stands."""
    async with ctx.unit_of_work(write=False) as uow:
        return (await uow.cases.get(case_id)).status


async def progress(ctx: Context, case_id: str) -> Progress:
    """How many questions are left, which answers may be changed, who is there."""
    async with ctx.unit_of_work(write=False) as uow:
        view = await load_view(uow, case_id)
        changeable = await editing.changeable(ctx, uow, view)
        company = await company_of(uow, view.case)
    asks = view.case.phase == "intake" and view.asked is not None and agenda.wants_intake(view)
    asks = asks and asking.gates_are_over(ctx, view)
    return Progress(
        reference=view.case.reference,
        left=asking.remaining(ctx, view) if asks else None,
        changeable=tuple(sorted(changeable)),
        company=company,
    )


async def latest_numbers(ctx: Context, case_ids: Collection[str]) -> dict[str, int]:
    """The number of each case's last message, for all who wait for one: a single look into the record."""
    async with ctx.unit_of_work(write=False) as uow:
        return await uow.messages.latest_numbers(case_ids)


async def end_session(ctx: Context, token: str) -> None:
    """The token opens nothing any more, on no device; what was told stays with the clinic."""
    case_id = await access_case(ctx, token)
    async with ctx.unit_of_work() as uow:
        await uow.sessions.end(token_hash(token))
        await uow.audit.add(actor="patient", action="session.ended", case_id=case_id, at=ctx.clock.now())
        await uow.commit()


def screen_only(ctx: Context, text: str) -> Draft | None:
    """With the store down: the emergency text when these words alone are an emergency, else None.

    It does not say that the team was told: nothing could be written.
    """
    today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
    reading = ctx.reader.read(text, date=today)
    judgement = ctx.protocols.judge(reading.facts)
    if judgement.level is not Level.EMERGENCY_NOW:
        return None
    if safety.SELF_HARM in judgement.rules:
        return Draft(kind="crisis", text=ctx.protocols.texts.say("crisis_not_told", channel="web"))
    body = safety.emergency_text(ctx, judgement, judgement.rules, channel="web", told_team=False)
    return Draft(kind="emergency", text=body)


def token_hash(token: str) -> str:
    """How tokens are stored: SHA-256, hex. They are 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


async def _came_by_web(uow: UnitOfWork, case_id: str) -> None:
    """A case that was begun by text goes on where its patient is now."""
    case = await uow.cases.get(case_id)
    if case.channel == "sms":
        await uow.cases.save(replace(case, channel="web"))


async def _labels(ctx: Context, uow: UnitOfWork, case_id: str, choices: Sequence[str]) -> str:
    view = await load_view(uow, case_id)
    if editing.requested(choices) is not None:
        return wording.text(ctx, view, "choice_change_answer")
    offered = _offered(view)
    return "; ".join(offered[choice].label for choice in choices if choice in offered)


async def _refuse_unknown(ctx: Context, uow: UnitOfWork, view: CaseView, choices: Sequence[str]) -> None:
    if editing.requested(choices) in await editing.changeable(ctx, uow, view):
        return
    offered = _offered(view)
    if not choices or any(choice not in offered for choice in choices):
        allowed = ", ".join(offered) or "none, the open question takes text"
        raise UnknownChoice(
            f"choice is not one of those offered now ({allowed}): send one of them, or text",
            code="unknown_choice",
            field="choice",
        )


def _offered(view: CaseView) -> dict[str, MessageChoice]:
    return {choice.id: choice for choice in view.pending.choices} if view.pending else {}
