"""Words that nobody could read: in other words, then with choices, then a person. Never the same twice.

Counted in the case, whatever the engine took the words for: three in a row reach a person (clinical.md 6.4).
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.cases import AskState, Draft, Message
from bot.domain.findings import Reading
from bot.protocols import AskPlan
from bot.services import asking, wording
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.steps import Turn

MOST = 3
"""From so many on a person helps."""
_MISSED = "said:missed"
_SAYS_SOMETHING = ("affirm", "deny", "unsure", "skip")


def unread(ctx: Context, view: CaseView, turn: Turn, message: Message, reading: Reading) -> bool:
    """Whether an answer to a question about facts says nothing that could be read."""
    dictionary, name = ctx.protocols.dictionary, view.asked or ""
    about_facts = name in dictionary.gates or (name in dictionary and dictionary[name].kind != "text")
    if view.case.consent != "given" or not about_facts or message.choices:
        return False
    said = reading.facts or reading.polarity or reading.question or reading.correction or reading.ask
    return not said and reading.answer in ("none", "unclear") and turn.intent not in _SAYS_SOMETHING


async def count(uow: UnitOfWork, view: CaseView) -> int:
    """The how-manyth in a row this one is."""
    ask = view.asks.get(_MISSED, AskState(name=_MISSED))
    await uow.asks.save(view.case.id, replace(ask, times=ask.times + 1))
    return ask.times + 1


async def forget(uow: UnitOfWork, view: CaseView) -> None:
    """Something was understood: the row is broken."""
    if view.times_asked(_MISSED):
        await uow.asks.save(view.case.id, AskState(name=_MISSED))


def put_again(ctx: Context, view: CaseView, round: int) -> Draft:
    """The open question in other words, then with something to pick from."""
    draft = _in_other_words(ctx, view) if round <= 1 else _with_choices(ctx, view)
    return replace(draft, kind="fallback")


def _in_other_words(ctx: Context, view: CaseView) -> Draft:
    return asking.again(ctx, view, wording.text(ctx, view, "not_understood_rephrase"), reworded=True)


def _with_choices(ctx: Context, view: CaseView) -> Draft:
    """Something to pick from: of a gate the single signs, else the answers there are; else plain words."""
    name = view.asked or ""
    if name in ctx.protocols.dictionary.gates:
        gate = wording.ask_draft(ctx, view, AskPlan(name=name, variables=()), which=True)
        return replace(gate, text=wording.text(ctx, view, "not_understood_choices"))
    offered = view.pending is not None and view.pending.choices
    text_id = "not_understood_choices" if offered else "not_understood_plain"
    return asking.again(ctx, view, wording.text(ctx, view, text_id))
