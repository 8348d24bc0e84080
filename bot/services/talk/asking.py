"""Putting a question: the next one, or the open one again behind a short lead."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.cases import AskState, Draft, Message, Phase
from bot.protocols import AskPlan
from bot.services.case import agenda, doubts, summary, wording
from bot.services.case.steps import Step
from bot.services.case_view import AGAIN, CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.visits import time_choice

BOOKING_ASKS = ("choose_time", "confirm_time")
_LEADS = (
    "back_to_question", "back_to_question_2", "not_understood_rephrase", "not_understood_choices",
    "correction_what", "nothing_to_go_back_to", "noted", "go_back", "change_answer",
)  # fmt: skip
_OF_FRAME = ("consent", "opening", "parent_present")
_BESIDE = ("wants_person", "clarify", "which_fact")
_PROGRESS = "said:progress"
"""Names of things said once, or now and then; they stand beside the questions and are none."""
_EVERY = 6
"""Questions between two words on progress."""
_FEWEST_LEFT = 3


async def ask_next(
    ctx: Context,
    uow: UnitOfWork,
    view: CaseView,
    *,
    lead: tuple[Draft, ...] = (),
    which: bool = False,
    opening: str = "",
    if_again: str = "",
) -> Step:
    """The next question behind what is said first; `asking` is None when there is none.

    `opening` are words that the question's own text begins with, `if_again` those when the open
    question comes again.
    """
    plan = agenda.next_ask(ctx.protocols, view)
    if plan is None:
        phase: Phase = "intake" if view.case.consent == "given" else view.case.phase
        return Step(drafts=lead, asking=None, phase=phase)
    if view.asked in _BESIDE and view.times_asked(plan.name):
        # Back from a question beside it: nobody was unclear, so it is no re-ask.
        view = _asked_once_less(view, plan.name)
        if_again, back = wording.text(ctx, view, "back_to_question"), True
    else:
        back = plan.name == view.asked
    plan = wording.said_of(view, plan)
    draft = await _question(ctx, uow, view, plan, which=which and plan.name == view.asked)
    if back and if_again and not opening:
        opening, draft = if_again, replace(draft, text=shortened(draft.text, framed=False))
    opening = opening or await _progress(ctx, uow, view, plan)
    await _count(ctx, uow, view, plan)
    if opening:
        draft = replace(draft, text=f"{opening} {draft.text}")
    return asking(view, (*lead, draft))


def _asked_once_less(view: CaseView, name: str) -> CaseView:
    ask = view.asks[name]
    return replace(view, asks={**view.asks, name: replace(ask, times=ask.times - 1)})


def asking(view: CaseView, drafts: tuple[Draft, ...]) -> Step:
    """The step that leaves the last draft's question open."""
    phase: Phase = "consent" if view.case.consent == "unasked" else "intake"
    if drafts[-1].asks in BOOKING_ASKS:
        phase = "booking"
    return Step(drafts=drafts, asking=drafts[-1].asks, phase=phase)


def again(ctx: Context, view: CaseView, lead: str, *, reworded: bool = False) -> Draft:
    """The open question behind a short lead instead of the one it had; `reworded` in its plainer words."""
    pending = view.pending
    assert pending is not None  # noqa: S101 - callers look at `view.asked` first
    question = plainer_words(ctx, view) if reworded else ""
    if view.asked == "confirm_summary":  # the list itself stands above
        question = wording.text(ctx, view, "summary_again")
    question = question or shortened(bare(ctx, view, pending.text), framed=view.asked in _OF_FRAME)
    return Draft(
        kind=pending.kind,
        text=f"{lead} {question}".strip(),
        asks=pending.asks,
        also_asks=pending.also_asks,
        choices=pending.choices,
    )


def back_to_it(ctx: Context, view: CaseView, *, reworded: bool = False) -> Draft:
    """The open question, shortened, after an interruption; not in the same words twice running.

    `reworded`: its words were the matter, so it comes in plainer ones.
    """
    if reworded and plainer_words(ctx, view):
        return again(ctx, view, "", reworded=True)
    first = wording.text(ctx, view, "back_to_question")
    said_last = view.pending is not None and view.pending.text.startswith(first)
    return again(ctx, view, wording.text(ctx, view, "back_to_question_2") if said_last else first)


def shortened(question: str, *, framed: bool) -> str:
    """A question without the sentences before it; `framed` without those after it as well."""
    head, *items = question.split("\n- ")
    sentences = re.split(r"(?<=[.?!])\s+(?!\d)", head)
    first = next((place for place, one in enumerate(sentences) if one.endswith("?")), 0)
    kept = sentences[first : first + 1] if framed else sentences[first:]
    return "\n- ".join([" ".join(kept), *items]) if "\n" not in head else question


def bare(ctx: Context, view: CaseView, question: str) -> str:
    """A question without the leads it was put with."""
    leads = [re.escape(wording.text(ctx, view, text_id)) for text_id in _LEADS]
    leads += [
        re.escape(wording.text(ctx, view, text_id, n="#")).replace("\\#", r"\d+") for text_id in ("progress",)
    ]
    return re.sub(rf"^(?:(?:{'|'.join(leads)})\s*)+", "", question)


def remaining(ctx: Context, view: CaseView) -> int:
    """About how many questions are left, how to reach the patient included."""
    left = ctx.protocols.remaining(view.values, closed=agenda.open_names(view))
    return left + ("contact_phone" not in view.values)


def is_in_plainer_words(ctx: Context, view: CaseView) -> bool:
    """Whether the open question stands in its plainer words already."""
    plainer = plainer_words(ctx, view)
    return bool(plainer) and view.pending is not None and plainer in view.pending.text


def plainer_words(ctx: Context, view: CaseView) -> str:
    """The plainer words of the open question about facts; empty when there are none."""
    dictionary, name = ctx.protocols.dictionary, view.asked or ""
    question = dictionary.gates[name].question if name in dictionary.gates else None
    if name in dictionary:
        question = dictionary[name].question
    return question.reask if question is not None else wording.frame_again(ctx, view, name)


async def danger_first(
    ctx: Context, uow: UnitOfWork, view: CaseView, message: Message
) -> tuple[Draft, ...] | None:
    """At the times and after the end: a danger sign in doubt is asked about before anything else is said.

    The answer is taken as one of the questions; what was arranged stays arranged, and who wanted a call
    in the same message gets it right after.
    """
    settled = view.case.phase in ("booking", "done") and view.case.status in ("open", "booked", "callback")
    if not settled or view.case.consent != "given":
        return None
    draft = await _closed_question(ctx, uow, view)
    if draft is None:
        return None
    case = replace(view.case, phase="intake", engine_state=None)
    if time_choice.wants_call(view, message):
        case = replace(case, flags=tuple(dict.fromkeys((*case.flags, agenda.PERSON_WANTED))))
    await uow.cases.save(case)
    return (draft,)


async def doubt(ctx: Context, uow: UnitOfWork, view: CaseView) -> tuple[Draft, ...]:
    """The closed question about a danger sign that is due during the questions; empty when none is.

    It comes in the very next reply, whatever else the message was (clinical.md 3.3).
    """
    if view.case.phase not in ("consent", "intake"):
        return ()
    draft = await _closed_question(ctx, uow, view)
    return () if draft is None else (draft,)


async def _closed_question(ctx: Context, uow: UnitOfWork, view: CaseView) -> Draft | None:
    plan = agenda.danger_in_doubt(ctx.protocols, view)
    if plan is None:
        return None
    draft = await _question(ctx, uow, view, plan, which=False)
    await _count(ctx, uow, view, plan)
    return draft


async def _question(ctx: Context, uow: UnitOfWork, view: CaseView, plan: AskPlan, *, which: bool) -> Draft:
    if plan.name == "confirm_summary":
        return summary.summary_draft(ctx, view)
    if (
        plan.name == "dx"
        and view.values.get("dx") == ("disc_unclear",)
        and agenda.DISC_OR_SLIP not in view.asks
    ):
        await uow.asks.save(view.case.id, AskState(name=agenda.DISC_OR_SLIP, times=1))
        await uow.asks.save(view.case.id, AskState(name=f"{AGAIN}dx"))  # the answer replaces "slipped disc"
        return wording.disc_or_slip(ctx, view)
    told_with_a_laugh = plan.name == doubts.LEAKING and doubts.LAUGHED in view.asks
    if told_with_a_laugh and not view.times_asked(plan.name):
        return wording.laughing_or_loss(ctx, view)
    return wording.ask_draft(ctx, view, plan, which=which)


async def _progress(ctx: Context, uow: UnitOfWork, view: CaseView, plan: AskPlan) -> str:
    """ "About 4 more questions": when the safety questions are over, and now and then after that."""
    dictionary = ctx.protocols.dictionary
    if plan.name not in dictionary or dictionary[plan.name].section == "A" or not gates_are_over(ctx, view):
        return ""
    put = sum(ask.times for name, ask in view.asks.items() if not name.startswith("said:"))
    said = view.asks.get(_PROGRESS)
    if said is not None and put - said.times < _EVERY:
        return ""
    left = remaining(ctx, view)
    if left < _FEWEST_LEFT:
        return ""
    await uow.asks.save(view.case.id, AskState(name=_PROGRESS, times=put))
    return wording.text(ctx, view, "progress", n=left)


def gates_are_over(ctx: Context, view: CaseView) -> bool:
    """Whether the safety questions were put; before that nobody can count what is left."""
    return view.times_asked("G6") > 0 or ctx.protocols.gate_complete(view.values)


async def _count(ctx: Context, uow: UnitOfWork, view: CaseView, plan: AskPlan) -> None:
    await _forget_marks(uow, view, plan)
    grouped = () if plan.name in ctx.protocols.dictionary.gates else plan.variables
    for name in dict.fromkeys((plan.name, *grouped)):
        ask = view.asks.get(name, AskState(name=name))
        await uow.asks.save(view.case.id, replace(ask, times=ask.times + 1, state=""))


async def _forget_marks(uow: UnitOfWork, view: CaseView, plan: AskPlan) -> None:
    """Another question is put: one that was put again before is not the open one any more."""
    for name, ask in view.asks.items():
        again = name.removeprefix(AGAIN)
        waits = again in view.asks and view.asks[again].state == "wanted"
        if name != again != plan.name and not ask.ended and not waits:
            await uow.asks.save(view.case.id, replace(ask, state="answered"))
