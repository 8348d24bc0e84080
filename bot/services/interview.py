"""The intake conversation, one function per kind of turn. Called by the engine's actions.

Every function that writes is idempotent per message: the step it returned is recorded in the same
transaction, and a repeat (the engine retries, a process was killed) returns that step.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.cases import AskState, Draft, Message
from bot.domain.findings import Reading
from bot.domain.schedule import Appointment
from bot.language.refill import asks_refill
from bot.protocols import AskPlan
from bot.services import agenda, answers, asking, corrections, echo, summary, takeover, trail, wording
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.steps import Step, Turn, step_from_json, step_to_json

Work = Callable[[UnitOfWork, CaseView], Awaitable[Step]]

_SMALL_TALK = {
    "greet": "smalltalk_greet",
    "thanks": "smalltalk_thanks",
    "goodbye": "smalltalk_goodbye",
    "chitchat": "smalltalk_chitchat",
    "complaint": "complaint",
    "abuse": "abuse_of_bot",
    "injection": "injection",
    "out_of_scope": "out_of_scope",
    "who_reads": "who_reads_this",
}
_ADMIN = {"billing": "admin_billing", "records": "admin_records", "reschedule": "admin_reschedule"}
_PAIN = "said:pain"
_UPSET = "said:upset"
_LOST = "said:lost"
_MOST_LOST = 2
_NOT_UNDERSTOOD = {1: "not_understood_rephrase", 2: "not_understood_choices", 3: "not_understood_person"}


async def take_turn(ctx: Context, turn: Turn) -> Step:
    """Book the message as the answer to the open question and say the next one.

    `asking` is None when the intake is over: the summary is confirmed, or nothing may be asked.
    """

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        message = await uow.messages.get(turn.message_id)
        reading = Reading.from_json(message.reading or {})
        settled = await answers.settle(ctx, uow, view, turn, message, reading)
        lead = await _echo(ctx, uow, view, message)
        after = await load_view(uow, turn.case_id)
        if settled.kept:
            lead = (_kept(ctx, after, settled.kept), *lead)
        if settled.show_lines:
            return asking.asking(after, (*lead, summary.which_fact_draft(ctx, after)))
        said = "back_to_question" if lead else "noted"
        return await asking.ask_next(
            ctx, uow, after, lead=lead, which=settled.which,
            if_again=wording.text(ctx, view, said) if settled.noted else "",
        )  # fmt: skip

    redirected = await _redirected(ctx, turn)
    return redirected or await once(ctx, turn, "take_turn", work)


async def _redirected(ctx: Context, turn: Turn) -> Step | None:
    """What the words say whatever the engine made of them: "scratch that", a correction nobody could read."""
    async with ctx.unit_of_work(write=False) as uow:
        message, view = await uow.messages.get(turn.message_id), await load_view(uow, turn.case_id)
    if corrections.takes_back(message.text):
        return await go_back(ctx, turn)
    reading = Reading.from_json(message.reading or {})
    unread = reading.correction and not reading.facts and reading.answer == "none"
    if unread and view.asked not in (*corrections.ABOUT_KNOWN, "consent") and view.facts:
        return await _correct_what(ctx, turn)
    return None


async def resume(ctx: Context, turn: Turn) -> Step:
    """The open question again, shortened, after an interruption; the next one when none is open."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        pending = view.pending
        if pending is None or pending.asks is None:
            return await asking.ask_next(ctx, uow, view)
        if doubt := await asking.doubt(ctx, uow, view):
            return asking.asking(view, doubt)
        upset = turn.intent in ("abuse", "complaint") and view.case.phase == "intake"
        if turn.intent == "other_language" and await _lost_again(uow, view):
            return await _hand_to_a_person(ctx, uow, view, "not_understood_person")
        if upset and await _upset_again(uow, view):
            return asking.asking(
                view, (wording.ask_draft(ctx, view, AskPlan(name="wants_person", variables=())),)
            )
        return asking.asking(view, (asking.back_to_it(ctx, view),))

    return await once(ctx, turn, "resume", work)


async def _upset_again(uow: UnitOfWork, view: CaseView) -> bool:
    """Anger for the second time: a person is offered, once (clinical.md 6.7)."""
    said = view.asks.get(_UPSET, AskState(name=_UPSET))
    await uow.asks.save(view.case.id, replace(said, times=said.times + 1))
    return said.times == 1


async def _lost_again(uow: UnitOfWork, view: CaseView) -> bool:
    """Words that nobody can read for the third time: a person helps (clinical.md 6.4)."""
    said = view.asks.get(_LOST, AskState(name=_LOST))
    await uow.asks.save(view.case.id, replace(said, times=said.times + 1))
    return said.times >= _MOST_LOST


async def interject(ctx: Context, turn: Turn, kind: str) -> tuple[Draft, ...]:
    """A short answer that leaves the open question as it is."""
    async with ctx.unit_of_work(write=False) as uow:
        view = await load_view(uow, turn.case_id)
    if kind == "faq":
        return (_faq(ctx, view, turn.topic),)
    if kind == "why":
        return (_why(ctx, view),)
    if kind == "how_many_more":
        left = asking.remaining(ctx, view)
        return (wording.say(ctx, view, "progress" if left > 1 else "progress_last", n=left),)
    if kind == "repeat":
        return ()
    if kind == "after_completion":
        return (after_completion(ctx, view, await _booked(ctx, turn.case_id)),)
    if kind == "other_language":
        return (wording.say(ctx, view, "not_understood_english", kind="answer"),)
    return (wording.say(ctx, view, _SMALL_TALK.get(kind, "out_of_scope"), kind="answer"),)


async def go_back(ctx: Context, turn: Turn) -> Step:
    """The question before this one again; its old answer stands until a new one comes."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        name = await trail.before(uow, view)
        if name is None:
            lead = wording.text(ctx, view, "nothing_to_go_back_to")
            if view.asked:
                return asking.asking(view, (asking.again(ctx, view, lead),))
            return await asking.ask_next(ctx, uow, view)
        await answers.request(uow, view, name)
        opening = wording.text(ctx, view, "go_back")
        return await asking.ask_next(ctx, uow, await load_view(uow, turn.case_id), opening=opening)

    return await once(ctx, turn, "go_back", work)


async def skip(ctx: Context, turn: Turn) -> Step:
    """ "Prefer not to say": accepted everywhere; staff see what was skipped."""
    return await take_turn(ctx, replace(turn, intent="skip"))


async def correct(ctx: Context, turn: Turn) -> Step:
    """A correction: taken when it says what, else the patient is asked."""
    async with ctx.unit_of_work(write=False) as uow:
        message = await uow.messages.get(turn.message_id)
        view = await load_view(uow, turn.case_id)
    reading = Reading.from_json(message.reading or {})
    known = view.asked in ("confirm_summary", "which_fact") or not summary.lines(ctx, view)
    if corrections.takes_back(message.text):
        return await go_back(ctx, turn)
    if reading.facts or known:
        return await take_turn(ctx, turn)
    return await _correct_what(ctx, turn)


async def _correct_what(ctx: Context, turn: Turn) -> Step:
    """The new value was not understood, so the old one stays: in other words once, then by its line."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        if doubt := await asking.doubt(ctx, uow, view):
            return asking.asking(view, doubt)
        text = (await uow.messages.get(turn.message_id)).text
        says = corrections.says_something(text)
        lead = wording.text(ctx, view, "correction_kept" if says else "correction_what")
        if says and view.asked != "clarify":
            clarify = wording.ask_draft(ctx, view, AskPlan(name="clarify", variables=()))
            return asking.asking(view, (replace(clarify, text=f"{lead} {clarify.text}"),))
        draft = summary.which_fact_draft(ctx, view)
        return asking.asking(view, (replace(draft, text=f"{lead}\n{draft.text}"),))

    return await once(ctx, turn, "correct", work)


async def start_over(ctx: Context, turn: Turn) -> Step:
    """Begin again: the answers so far are set aside (their history stays), safety facts stay known."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        message = await uow.messages.get(turn.message_id)
        if view.case.status != "open":
            told = after_completion(ctx, view, await _booked(ctx, turn.case_id))
            return Step(drafts=(told,), asking=None, phase=view.case.phase, handoff=view.case.handoff)
        flags = tuple(flag for flag in view.case.flags if flag not in agenda.LEFT_INTAKE)
        await uow.cases.save(replace(view.case, flags=flags))
        dictionary = ctx.protocols.dictionary
        dropped = [
            f for f in view.facts.values() if not dictionary[f.variable].safety and f.value is not None
        ]
        blank = [
            replace(f, value=None, reason="started over", message_id=message.id, at=message.at)
            for f in dropped
        ]
        await uow.facts.add(view.case.id, blank)
        for name, ask in view.asks.items():
            doubted = ask.state == "wanted" and name in dictionary and dictionary[name].safety
            if name != "consent" and not doubted:
                await uow.asks.save(view.case.id, AskState(name=name))
        lead = (wording.say(ctx, view, "start_over"),)
        return await asking.ask_next(ctx, uow, await load_view(uow, turn.case_id), lead=lead)

    redirected = await _redirected(ctx, turn)  # "scratch that" wipes one answer, not all of them
    return redirected or await once(ctx, turn, "start_over", work)


async def wants_person(ctx: Context, turn: Turn) -> Step:
    """A person is wanted: somebody at the desk, else no more clinical questions, only how to call."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        told = await takeover.wait_for_staff(ctx, uow, view)
        return Step(drafts=(told,), asking=None, phase=takeover.HELD)

    async with ctx.unit_of_work(write=False) as uow:
        case = await uow.cases.get(turn.case_id)
        there = case.consent == "given" and await takeover.somebody_is_there(ctx, uow)
    if there and case.phase != "emergency":
        return await once(ctx, turn, "leave_intake", work)
    return await _leave_intake(ctx, turn, "person_wanted")


async def admin(ctx: Context, turn: Turn) -> Step:
    """Billing, records, refills, an existing appointment: a person calls; no clinical questions."""
    async with ctx.unit_of_work(write=False) as uow:
        message, facts = await uow.messages.get(turn.message_id), await uow.facts.current(turn.case_id)
    reason = facts["visit_reason"].value if "visit_reason" in facts else None
    text_id = "admin_refill" if asks_refill(message.text) else _ADMIN.get(str(reason), "admin_request")
    return await _leave_intake(ctx, turn, text_id)


async def not_understood(ctx: Context, turn: Turn, round: int) -> Step:
    """1: say it in other words. 2: choices. 3: a person or a callback. Never the same twice."""
    if round >= 3:
        return await _leave_intake(ctx, turn, _NOT_UNDERSTOOD[3])

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        if view.asked is None:
            lead = (wording.say(ctx, view, _NOT_UNDERSTOOD[1], kind="fallback"),)
            return await asking.ask_next(ctx, uow, view, lead=lead)
        if doubt := await asking.doubt(ctx, uow, view):
            return asking.asking(view, doubt)
        draft = _in_other_words(ctx, view) if round <= 1 else _with_choices(ctx, view)
        return asking.asking(view, (replace(draft, kind="fallback"),))

    redirected = await _redirected(ctx, turn)
    return redirected or await once(ctx, turn, "not_understood", work)


def _in_other_words(ctx: Context, view: CaseView) -> Draft:
    return asking.again(ctx, view, wording.text(ctx, view, _NOT_UNDERSTOOD[1]), reworded=True)


def _with_choices(ctx: Context, view: CaseView) -> Draft:
    """Something to pick from: of a gate the single signs, else the answers there are; else plain words."""
    name = view.asked or ""
    if name in ctx.protocols.dictionary.gates:
        gate = wording.ask_draft(ctx, view, AskPlan(name=name, variables=()), which=True)
        return replace(gate, text=wording.text(ctx, view, _NOT_UNDERSTOOD[2]))
    offered = view.pending is not None and view.pending.choices
    return asking.again(
        ctx, view, wording.text(ctx, view, _NOT_UNDERSTOOD[2] if offered else "not_understood_plain")
    )


async def once(ctx: Context, turn: Turn, effect: str, work: Work) -> Step:
    """Run `work` in one transaction, or return what it returned before for this message."""
    async with ctx.unit_of_work() as uow:
        done = await uow.effects.result(turn.case_id, turn.message_id, effect)
        if done is not None:
            return step_from_json(done)
        view = await load_view(uow, turn.case_id)
        message = await uow.messages.get(turn.message_id)
        if message.answered or view.case.phase == "emergency":
            # The gateway has given this turn up, or safety has taken the case: too late to act.
            return Step(drafts=(), asking=view.asked, phase=view.case.phase)
        if view.case.phase == takeover.HELD:  # a person took over, now or in this turn: the bot stays silent
            return Step(drafts=(), asking=None, phase=takeover.HELD, handoff=view.case.handoff)
        step = await work(uow, view)
        case = await uow.cases.get(turn.case_id)
        await uow.cases.save(replace(case, phase=step.phase))
        await uow.effects.record(turn.case_id, turn.message_id, effect, step_to_json(step))
        if case.channel == "shell":
            await _remember_open(ctx, uow, turn, step)
        await uow.commit()
    return step


async def _remember_open(ctx: Context, uow: UnitOfWork, turn: Turn, step: Step) -> None:
    """In the engine's shell no gateway stores the replies: the open question is kept here."""
    case = await uow.cases.get(turn.case_id)
    said = [
        await uow.messages.add(case.id, draft, channel="shell", at=ctx.clock.now(), reply_to=turn.message_id)
        for draft in step.drafts
    ]
    asking = [message.id for message in said if message.asks]
    await uow.cases.save(replace(case, pending=asking[-1] if asking else None))


# --- parts --------------------------------------------------------------------------------------


async def _echo(ctx: Context, uow: UnitOfWork, view: CaseView, message: Message) -> tuple[Draft, ...]:
    """What changed, after a correction; what was noted, after the opening; that pain is a burden, once."""
    after = await load_view(uow, view.case.id)
    changed = await echo.changes(ctx, uow, after, message.id)
    if changed:
        return changed
    opened = view.asked in ("opening", "consent") and after.case.consent == "given"
    reason = str(after.values.get("visit_reason"))
    if opened and reason in agenda.NO_INTAKE_REASONS:
        return (wording.say(ctx, after, _ADMIN.get(reason, "admin_request"), kind="handoff"),)
    told = echo.story(ctx, after) if opened else ""
    if told:
        return (wording.say(ctx, after, "echo_opening", facts=told),)
    if echo.heavy_pain(after, message.id) and _PAIN not in after.asks:
        await uow.asks.save(view.case.id, AskState(name=_PAIN, times=1))
        return (wording.say(ctx, after, "ack_pain"),)
    return ()


def _kept(ctx: Context, view: CaseView, name: str) -> Draft:
    """An answer that could not be used leaves the old value."""
    variable = ctx.protocols.dictionary[name]
    old = wording.show(variable, view.values[name])
    return wording.say(ctx, view, "answer_kept", label=variable.label, old=old)


def _faq(ctx: Context, view: CaseView, topic: str | None) -> Draft:
    entry = ctx.protocols.faq_answer(topic) if topic else None
    if entry is None:
        return wording.say(ctx, view, "faq_unknown", kind="answer")
    body = entry.answer_sms if view.case.channel == "sms" else entry.answer
    source = wording.text(ctx, view, "faq_source", source=entry.source_label)
    return Draft(kind="answer", text=f"{body} {source}".strip(), text_id=f"faq_{entry.topic}")


async def _booked(ctx: Context, case_id: str) -> Appointment | None:
    async with ctx.unit_of_work(write=False) as uow:
        return next((one for one in await uow.appointments.of_case(case_id) if one.status == "booked"), None)


def after_completion(ctx: Context, view: CaseView, booked: Appointment | None) -> Draft:
    """Where things stand, for whatever is said once the case is done."""
    if booked is not None:
        visit, time = ctx.protocols.visits[booked.visit].name, wording.moment(ctx, booked.start)
        return wording.say(ctx, view, "already_booked", visit=visit, time=time)
    return wording.say(ctx, view, "already_callback" if view.case.status == "callback" else "closed")


def _why(ctx: Context, view: CaseView) -> Draft:
    name = view.asked or ""
    dictionary = ctx.protocols.dictionary
    question = dictionary.gates[name].question if name in dictionary.gates else None
    if name in dictionary:
        question = dictionary[name].question
    reason = question.why if question and question.why else wording.text(ctx, view, "why_default")
    return Draft(kind="answer", text=reason, text_id="why")


async def _leave_intake(ctx: Context, turn: Turn, text_id: str) -> Step:
    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        return await _hand_to_a_person(ctx, uow, view, text_id)

    return await once(ctx, turn, "leave_intake", work)


async def _hand_to_a_person(ctx: Context, uow: UnitOfWork, view: CaseView, text_id: str) -> Step:
    """No more clinical questions; only how to reach the patient is asked."""
    flags = tuple(dict.fromkeys((*view.case.flags, agenda.PERSON_WANTED)))
    await uow.cases.save(replace(view.case, flags=flags))
    after = await load_view(uow, view.case.id)
    lead = (wording.say(ctx, after, text_id, kind="handoff"),)
    return await asking.ask_next(ctx, uow, after, lead=lead)
