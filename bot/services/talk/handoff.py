"""From a finished intake to a visit, a callback, or nothing: score, say it, arrange it (clinical.md 4.6b)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.domain.cases import Draft, HandoffKind
from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.services.case import agenda, callback, reception, safety, wording
from bot.services.case.recorded import once
from bot.services.case.steps import Step, Turn
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import task_queue
from bot.services.talk.asides import after_completion
from bot.services.visits import booking


async def hand_off(ctx: Context, turn: Turn) -> Step:
    """Score the case and arrange what the clinic's table says for it.

    Times to choose from (phase booking, asking choose_time), a callback, or a plain goodbye.
    """

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        if view.case.phase == "staff":  # a person at the desk goes on with it
            return Step(drafts=(), asking=None, phase="staff", handoff=view.case.handoff)
        if view.case.consent != "given":
            return await callback.end(ctx, uow, view, "consent_refused")
        judgement = await _final(ctx, uow, view, turn)
        view = await load_view(uow, view.case.id)
        if agenda.MINOR_ALONE in view.case.flags:
            return await _minor_alone(ctx, uow, view, judgement)
        if view.case.status in ("booked", "callback") and agenda.wants_intake(view):
            stands = await _where_it_stands(ctx, uow, view)
            return Step(drafts=(stands,), asking=None, phase="done", handoff=view.case.handoff)
        if not agenda.wants_intake(view) and judgement.level < Level.SAME_DAY:
            if not await reception.intake_is_over(uow, view.case.id):
                await uow.cases.save(reception.without_result(await uow.cases.get(view.case.id)))
            return await callback.call_back(ctx, uow, view, priority="P2", kind="callback", lead=())
        return await _arrange(ctx, uow, view, judgement)

    return await once(ctx, turn, "hand_off", work)


async def _where_it_stands(ctx: Context, uow: UnitOfWork, view: CaseView) -> Draft:
    """What was arranged stays arranged; it is said, so that nobody meets silence."""
    times = await uow.appointments.of_case(view.case.id)
    return after_completion(ctx, view, next((one for one in times if one.status == "booked"), None))


# --- what the protocols say ---------------------------------------------------------------------


async def _final(ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn) -> Judgement:
    """The judgement that binds: of the facts now, unless an earlier, more urgent one still stands."""
    judgement = ctx.protocols.judge(view.values)
    if judgement.level >= view.case.level:
        case = reception.judged(view.case, judgement, correction=False)
        await reception.keep_judgement(ctx, uow, case, judgement, message_id=turn.message_id)
        return judgement
    case = view.case
    return replace(
        judgement,
        level=case.level,
        rules=case.rules,
        outcome=case.outcome or judgement.outcome,
        visit=case.visit or judgement.visit,
        decision=case.decision or judgement.decision,
    )


async def _minor_alone(ctx: Context, uow: UnitOfWork, view: CaseView, judgement: Judgement) -> Step:
    """No parent there: a call only when a number was given, and the clinic's number is shown (6.4, 3.5)."""
    if not view.reachable:
        return await callback.end(ctx, uow, view, "minor_alone")
    urgent = judgement.level >= Level.SAME_DAY
    lead = (wording.say(ctx, view, "minor_alone"),)
    kind: HandoffKind = "urgent_callback" if urgent else "callback"
    return await callback.call_back(ctx, uow, view, priority="P1" if urgent else "P2", kind=kind, lead=lead)


async def _arrange(ctx: Context, uow: UnitOfWork, view: CaseView, judgement: Judgement) -> Step:
    await task_queue.add_following(ctx, uow, view, judgement)
    rule = ctx.protocols.handoff_for(judgement, gate_complete=ctx.protocols.gate_complete(view.values))
    lead = _result(ctx, view, judgement)
    if rule.kind == "booking":
        return await booking.offer(ctx, uow, view, lead=lead)
    if rule.kind == "none":
        return await callback.end(ctx, uow, view, "closed_incomplete")
    return await callback.call_back(ctx, uow, view, priority=rule.priority, kind=rule.kind, lead=lead)


def _result(ctx: Context, view: CaseView, judgement: Judgement) -> tuple[Draft, ...]:
    """What the patient hears about the route (4.7), with the safety net. Same-day was said before."""
    if judgement.level >= Level.SAME_DAY:
        return ()
    if judgement.level is Level.URGENT_48H:
        line = safety.first_line(ctx, judgement, judgement.rules, Level.URGENT_48H, channel=view.case.channel)
        told = (Draft(kind="info", text=line, text_id="urgent_line"),)
        return (*told, wording.say(ctx, view, "safety_net")) if view.case.channel == "sms" else told
    outcome = " ".join(_parts(ctx, view, judgement))
    net = wording.text(ctx, view, "safety_net")
    if view.case.channel == "sms":
        return (Draft(kind="info", text=outcome), Draft(kind="info", text=net, text_id="safety_net"))
    return (Draft(kind="info", text=f"{outcome}\n{net}"),)


def _parts(ctx: Context, view: CaseView, judgement: Judgement) -> Iterator[str]:
    yield wording.text(ctx, view, f"outcome_{judgement.outcome}")
    if judgement.missing and judgement.outcome != "new_patient_eval":  # that text says it itself
        yield wording.text(ctx, view, "fill_in_at_visit")
    if view.values.get("pregnant") == "yes":
        yield wording.text(ctx, view, "pregnancy_note")
