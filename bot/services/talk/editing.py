"""An answer given before, given anew: the patient points at it, and its question is put again.

Words are not needed for that ("change number 3"), so nothing has to be understood: the choice
`change-7` names the patient's message number 7. The old answer stands until the new one comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.domain.cases import Draft, Message
from bot.services.case import trail, wording
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.talk import answers, asking

_REQUEST = re.compile(r"change-(\d{1,9})")


def requested(choices: Iterable[str]) -> int | None:
    """The number of the message that a choice wants to change; None for all other choices."""
    match = _REQUEST.fullmatch("".join(choices))
    return int(match[1]) if match else None


async def changeable(ctx: Context, uow: UnitOfWork, view: CaseView) -> dict[int, str]:
    """The newest answer to each question that may be answered anew: its number -> its question's name."""
    if view.case.phase != "intake" or view.case.consent != "given":
        return {}
    newest: dict[str, int] = {}
    for name, message in _answers(await trail.messages(uow, view.case.id)):
        newest[name] = message.seq
    return {seq: name for name, seq in newest.items() if name != view.asked and _has_answer(ctx, view, name)}


def _answers(messages: Iterable[Message]) -> Iterable[tuple[str, Message]]:
    """Each patient's message with the name of the question that stood open before it."""
    open_question = None
    for message in messages:
        if message.sender == "bot" and message.asks:
            open_question = message.asks
        elif message.sender == "patient" and open_question and requested(_ids(message)) is None:
            yield open_question, message


def _has_answer(ctx: Context, view: CaseView, name: str) -> bool:
    """Only questions about facts, and only where there is something to replace."""
    gate = ctx.protocols.dictionary.gates.get(name)
    return any(variable in view.facts for variable in (gate.clear_no if gate else (name,)))


async def answer(ctx: Context, uow: UnitOfWork, message: Message) -> tuple[Draft, ...] | None:
    """The old question again; None when the message is no such request or cannot be granted."""
    seq = requested(_ids(message))
    if seq is None:
        return None
    view = await load_view(uow, message.case_id)
    name = (await changeable(ctx, uow, view)).get(seq)
    if name is None:
        return None
    await answers.request(uow, view, name)
    opening = wording.text(ctx, view, "change_answer")
    step = await asking.ask_next(ctx, uow, await load_view(uow, view.case.id), opening=opening)
    case = await uow.cases.get(view.case.id)
    await uow.cases.save(replace(case, phase=step.phase))
    return step.drafts


def _ids(message: Message) -> list[str]:
    return [choice.id for choice in message.choices]
