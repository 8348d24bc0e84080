"""Words that nobody could read: in other words, then with choices, then a person. Never the same twice.

Counted in the case, whatever the engine took the words for: three in a row reach a person (clinical.md 6.4).
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.cases import AskState, Draft, Message
from bot.domain.findings import Reading
from bot.protocols import AskPlan
from bot.services.case import readings, summary, wording
from bot.services.case.steps import Turn
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.talk import asking

SUMMARY = "confirm_summary"
MOST = 3
"""From so many on a person helps."""
_MISSED = "said:missed"
_SAYS_SOMETHING = ("affirm", "deny", "unsure", "skip")


def unread(ctx: Context, view: CaseView, turn: Turn, message: Message, reading: Reading) -> bool:
    """Whether an answer to a question about facts, or to the summary, says nothing that could be read."""
    if view.case.consent != "given" or not _about_facts(ctx, view) or message.choices:
        return False
    if view.asked == SUMMARY and (turn.intent == "correct" or summary.named_line(ctx, view, message.text)):
        return False
    if view.asked in (SUMMARY, "which_fact") and readings.is_bare_date(ctx, message):
        return False
    said = reading.facts or reading.polarity or reading.question or reading.correction or reading.ask
    return not said and reading.answer in ("none", "unclear") and turn.intent not in _SAYS_SOMETHING


def _about_facts(ctx: Context, view: CaseView) -> bool:
    dictionary, name = ctx.protocols.dictionary, view.asked or ""
    return puts_again_at_once(ctx, view) or (name in dictionary and dictionary[name].kind != "text")


def puts_again_at_once(ctx: Context, view: CaseView) -> bool:
    """A gate and the summary come again in other words at the first miss; other questions are settled."""
    return view.asked in (*ctx.protocols.dictionary.gates, SUMMARY, "which_fact")


async def count(uow: UnitOfWork, view: CaseView) -> int:
    """The how-manyth in a row this one is."""
    ask = view.asks.get(_MISSED, AskState(name=_MISSED))
    await uow.asks.save(view.case.id, replace(ask, times=ask.times + 1))
    return ask.times + 1


async def forget(uow: UnitOfWork, view: CaseView) -> None:
    """Something was understood: the row is broken."""
    if view.times_asked(_MISSED):
        await uow.asks.save(view.case.id, AskState(name=_MISSED))


def choices_stand(ctx: Context, view: CaseView) -> bool:
    """Whether the open question came with something to pick from, because it was not understood before."""
    lead = wording.text(ctx, view, "not_understood_choices")
    return view.asked != SUMMARY and view.pending is not None and view.pending.text.startswith(lead)


def put_again(ctx: Context, view: CaseView, round: int) -> Draft:
    """The open question in other words, then with something to pick from."""
    if view.asked == SUMMARY:
        return _summary_again(ctx, view, round)
    plainly = round <= 1 and not asking.is_in_plainer_words(ctx, view)
    draft = _in_other_words(ctx, view) if plainly else _with_choices(ctx, view)
    return replace(draft, kind="fallback")


def _summary_again(ctx: Context, view: CaseView, round: int) -> Draft:
    """Not all of it once more: whether it is right, then which line is not."""
    if round > 1:
        return summary.which_fact_draft(ctx, view, lead=wording.text(ctx, view, "not_understood_choices"))
    return replace(asking.again(ctx, view, ""), kind="question", text=wording.frame_again(ctx, view, SUMMARY))


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
