"""A person takes the conversation over: until it is handed back the bot is silent on every channel.

The patient's words are stored and screened all the same; an emergency still gets the clinic's text.
Nobody there within the clinic's limit is said plainly, and a call is queued (clinical.md 4.6b).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.domain.cases import Case, CaseStatus, Draft, HandoffKind, Message, Phase
from bot.domain.errors import Conflict, InvalidInput
from bot.domain.levels import Level
from bot.domain.tasks import StaffTask, TaskKind
from bot.services.access.permissions import TABLE, May, require
from bot.services.access.staff import IDLE
from bot.services.case import agenda, callback, safety, speaking, wording
from bot.services.case.recorded import HELD
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork
from bot.services.queues import task_queue
from bot.services.talk import asking

WAITING: CaseStatus = "waiting_for_staff"
_WRITTEN = "staff_message"
_WANTED: TaskKind = "person_wanted"
_HERE = dt.timedelta(minutes=5)
"""Who did something at the desk so recently is there; a page left open is not."""
_ENDED = "ended_before"
"""Over when a person took the case: it does not begin again when they leave."""
_WORKING_ROLES = frozenset(role for role, rights in TABLE.items() if May.WORK in rights)


async def somebody_is_there(ctx: Context, uow: UnitOfWork) -> bool:
    """Whether the clinic is open and somebody who may work on cases did something at the desk just now."""
    now = ctx.clock.now()
    if not ctx.protocols.clinic.hours.is_open(now):
        return False
    # A session ends IDLE after the last thing its owner did.
    return await uow.staff.present(roles=_WORKING_ROLES, now=now + IDLE - _HERE)


async def wait_for_staff(ctx: Context, uow: UnitOfWork, view: CaseView) -> Draft:
    """The bot goes silent for somebody who asked for a person; what the patient is told."""
    await _call_staff(ctx, uow, view.case)
    status = view.case.status if view.case.status == "emergency" else WAITING
    await uow.cases.save(replace(view.case, phase=HELD, status=status))
    return wording.say(ctx, view, "waiting_for_staff", kind="handoff")


async def heard_while_held(ctx: Context, uow: UnitOfWork, case: Case) -> None:
    """The patient wrote: somebody must answer within the clinic's limit."""
    await _call_staff(ctx, uow, case)


# --- what staff do ------------------------------------------------------------------------------


async def take_over(ctx: Context, member: StaffMember, case_id: str) -> Case:
    """The conversation is this person's from now on; doing it again changes nothing.

    Raises Conflict while a colleague has it, or when the patient said that writing here is not safe.
    """
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, case_id)
        case = view.case
        if case.claimed_by not in (None, member.name):
            raise Conflict(f"{case.claimed_by} works on this case: ask them to release it")
        if agenda.NOT_SAFE_HERE in case.flags:
            raise Conflict("the patient said that writing here is not safe: call instead")
        if case.phase == HELD and case.claimed_by == member.name:
            return case
        status = case.status if case.status == "emergency" else WAITING
        over = case.phase == "done" and case.status == "closed"
        flags = tuple(dict.fromkeys((*case.flags, _ENDED))) if over else case.flags
        held = replace(
            case, phase=HELD, status=status, claimed_by=member.name, engine_state=None, flags=flags
        )
        await uow.cases.save(held)
        await _settle_call(ctx, uow, case_id, member)
        await _tell(ctx, uow, held, wording.say(ctx, view, "staff_joined", kind="handoff"))
        await _record(ctx, uow, member, "case.taken_over", case_id)
        await uow.commit()
    ctx.wake(case_id)
    return held


async def say_as_staff(
    ctx: Context, member: StaffMember, case_id: str, *, text: str, client_message_id: str | None = None
) -> Message:
    """Write to the patient on their own channel; the same `client_message_id` again writes nothing more.

    Raises Conflict when this person has not taken the conversation over, InvalidInput for bad text.
    """
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        if client_message_id is not None:
            sent = await uow.effects.result(case_id, client_message_id, _WRITTEN)
            if sent is not None:
                return await uow.messages.get(sent)
        case = await uow.cases.get(case_id)
        _check_holds(case, member)
        _check_text(ctx, case, text)
        said = await _tell(ctx, uow, case, Draft(kind="info", text=text.strip(), sender="staff"))
        if client_message_id is not None:
            await uow.effects.record(case_id, client_message_id, _WRITTEN, said.id)
        await _settle_call(ctx, uow, case_id, member)
        await task_queue.stir(ctx, uow, case_id)
        await _record(ctx, uow, member, "case.written_to", case_id)
        await uow.commit()
    ctx.wake(case_id)
    return said


async def hand_back(ctx: Context, member: StaffMember, case_id: str) -> Case:
    """The bot goes on where it stopped, and says so. Raises Conflict when this person does not hold it."""
    require(member, May.WORK)
    async with ctx.unit_of_work() as uow:
        case = await uow.cases.get(case_id)
        _check_holds(case, member)
        for task in await _calls(uow, case_id):
            await uow.tasks.finish(task.id, by=member.name, at=ctx.clock.now(), note="answered in the chat")
        await _release(ctx, uow, case_id, lead_id="staff_left")
        await _record(ctx, uow, member, "case.handed_back", case_id)
        await uow.commit()
        back = await uow.cases.get(case_id)
    ctx.wake(case_id)
    return back


def _check_holds(case: Case, member: StaffMember) -> None:
    if case.phase != HELD or case.claimed_by != member.name:
        raise Conflict("take the conversation over first")


def _check_text(ctx: Context, case: Case, text: str) -> None:
    most = ctx.limits.sms_characters if case.channel == "sms" else ctx.limits.web_characters
    if not text.strip():
        raise InvalidInput("write something to the patient", code="empty", field="text")
    if len(text) > most:
        raise InvalidInput(f"at most {most} characters", code="too_long", field="text")


# --- nobody there -------------------------------------------------------------------------------


async def give_up_waiting(ctx: Context) -> int:
    """Tell patients who waited longer than the clinic's limit, and queue a call; how many."""
    async with ctx.unit_of_work(write=False) as uow:
        late = await uow.tasks.overdue(now=ctx.clock.now(), kind=_WANTED)
    done = [task for task in late if await _give_up(ctx, task)]
    return len(done)


async def _give_up(ctx: Context, task: StaffTask) -> bool:
    async with ctx.unit_of_work() as uow:
        case = await uow.cases.get(task.case_id)
        now = ctx.clock.now()
        still = [one for one in await _calls(uow, case.id) if one.id == task.id]
        if case.phase != HELD or not still or still[0].status != "open" or still[0].due_at >= now:
            return False
        await uow.tasks.finish(task.id, by="service", at=now, note="nobody came in time: a call is queued")
        flags = tuple(dict.fromkeys((*case.flags, agenda.PERSON_WANTED)))
        await uow.cases.save(replace(case, flags=flags))
        await _release(ctx, uow, case.id, lead_id="staff_not_there")
        await uow.audit.add(actor="service", action="case.nobody_came", case_id=case.id, at=now)
        await uow.commit()
    ctx.wake(task.case_id)
    return True


async def _release(ctx: Context, uow: UnitOfWork, case_id: str, *, lead_id: str) -> None:
    """The bot speaks again: what is said, and the question that is open now."""
    case = await uow.cases.get(case_id)
    kept = case.flags
    if lead_id == "staff_left":
        kept = tuple(flag for flag in case.flags if flag != agenda.PERSON_WANTED)
    case = await _back_to_the_bot(uow, replace(case, flags=kept, claimed_by=None))
    view = await load_view(uow, case_id)
    lead = wording.say(ctx, view, lead_id, kind="handoff")
    for draft in await _going_on(ctx, uow, view, lead):
        await _tell(ctx, uow, await uow.cases.get(case_id), draft)


async def _going_on(ctx: Context, uow: UnitOfWork, view: CaseView, lead: Draft) -> tuple[Draft, ...]:
    case = view.case
    if case.phase == "emergency":
        return (lead, safety.standing(ctx, view))
    if case.phase == "done":
        return (lead,)
    if doubt := await asking.doubt(ctx, uow, view):
        return (lead, *doubt)
    if agenda.PERSON_WANTED not in case.flags and view.asked:
        return (lead, asking.again(ctx, view, wording.text(ctx, view, "back_to_question")))
    step = await asking.ask_next(ctx, uow, view, lead=(lead,))
    if step.asking is None and agenda.PERSON_WANTED in case.flags:
        step = await callback.call_back(ctx, uow, view, priority="P2", kind="callback", lead=(lead,))
        await uow.cases.save(replace(await uow.cases.get(case.id), phase="done"))
    return step.drafts


async def _back_to_the_bot(uow: UnitOfWork, case: Case) -> Case:
    """Phase and status follow from what the case holds; nothing else remembers where it stopped."""
    phase, status, handoff = await _stands(uow, case)
    flags = tuple(flag for flag in case.flags if flag != _ENDED)
    freed = replace(case, phase=phase, status=status, handoff=handoff, flags=flags)
    await uow.cases.save(freed)
    return freed


async def _stands(uow: UnitOfWork, case: Case) -> tuple[Phase, CaseStatus, HandoffKind]:
    if case.level is Level.EMERGENCY_NOW or case.status == "emergency":
        return "emergency", "emergency", case.handoff
    if _ENDED in case.flags:
        return "done", "closed", "none"
    if any(one.status == "booked" for one in await uow.appointments.of_case(case.id)):
        return "done", "booked", "booking"
    if case.consent == "refused":  # a person may talk to them, the bot may not begin again
        return "done", "closed", "none"
    kinds = {task.kind for task in await uow.tasks.of_case(case.id) if task.status != "done"}
    if "callback" in kinds or ("urgent_callback" in kinds and case.handoff == "urgent_callback"):
        return "done", "callback", case.handoff
    return ("intake" if case.consent == "given" else "consent"), "open", "none"


# --- the call for a person ----------------------------------------------------------------------


async def _calls(uow: UnitOfWork, case_id: str) -> list[StaffTask]:
    tasks = await uow.tasks.of_case(case_id)
    return [task for task in tasks if task.kind == _WANTED and task.status != "done"]


async def _call_staff(ctx: Context, uow: UnitOfWork, case: Case) -> None:
    """One call a case; it is due after the clinic's limit, and sounds again after an answer."""
    due = ctx.clock.now() + ctx.protocols.clinic.patience.staff_wait
    for task in await _calls(uow, case.id):
        if task.status == "acknowledged":
            await uow.tasks.reopen(task.id, due_at=due)
        return
    await task_queue.add(ctx, uow, case, kind=_WANTED, priority="P1", due=due)


async def _settle_call(ctx: Context, uow: UnitOfWork, case_id: str, member: StaffMember) -> None:
    for task in await _calls(uow, case_id):
        await uow.tasks.acknowledge(task.id, by=member.name, at=ctx.clock.now())


async def _tell(ctx: Context, uow: UnitOfWork, case: Case, draft: Draft) -> Message:
    [said] = await speaking.say(ctx, uow, case, (draft,), reply_to=None, channel=case.channel)
    return said


async def _record(ctx: Context, uow: UnitOfWork, member: StaffMember, action: str, case_id: str) -> None:
    await uow.audit.add(actor=member.name, action=action, case_id=case_id, at=_now(ctx))


def _now(ctx: Context) -> dt.datetime:
    return ctx.clock.now()
