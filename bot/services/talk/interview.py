"""The intake conversation, one function per kind of turn. Called by the engine's actions.

Every function that writes is idempotent per message: the step it returned is recorded in the same
transaction, and a repeat (the engine retries, a process was killed) returns that step.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.cases import AskState, Draft, Message
from bot.domain.findings import Reading
from bot.language.answers.refill import asks_refill
from bot.protocols import AskPlan
from bot.services.case import agenda, corrections, questions, summary, trail, wording
from bot.services.case.recorded import HELD, once
from bot.services.case.steps import Step, Turn
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.talk import answers, asides, asking, complaints, echo, misses, takeover
from bot.services.talk.asides import after_completion, booked_visit
from bot.services.visits import changing

_PAIN = "said:pain"
_UPSET = "said:upset"


async def take_turn(ctx: Context, turn: Turn) -> Step:
    """Book the message as the answer to the open question and say the next one.

    `asking` is None when the intake is over: the summary is confirmed, or nothing may be asked.
    """

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        message = await uow.messages.get(turn.message_id)
        reading = Reading.from_json(message.reading or {})
        if _beside_the_question(ctx, view, turn, message, reading):
            return await _answer_question(ctx, uow, view, turn, message)
        if misses.unread(ctx, view, turn, message, reading):
            round = await misses.count(uow, view)
            if round >= misses.MOST or misses.puts_again_at_once(ctx, view):
                return await _not_understood(ctx, uow, view, round)
        else:
            await misses.forget(uow, view)
        settled = await answers.settle(ctx, uow, view, turn, message, reading)
        lead = await _echo(ctx, uow, view, message)
        after = await load_view(uow, turn.case_id)
        if await _person_may_come(ctx, uow, view, after):
            told = await takeover.wait_for_staff(ctx, uow, after)
            return Step(drafts=(*lead, told), asking=None, phase=HELD)
        if settled.kept:
            lead = (_kept(ctx, after, settled.kept), *lead)
        lead = (*asides.reason_beside(ctx, view, message.text), *lead)
        if settled.show_lines:
            date = wording.text(ctx, after, "summary_date") if settled.date else ""
            return asking.asking(after, (*lead, summary.which_fact_draft(ctx, after, lead=date)))
        said = "back_to_question" if lead else "noted"
        return await asking.ask_next(
            ctx, uow, after, lead=lead, which=settled.which,
            opening=await _kind_word(ctx, uow, after, settled, reading),
            if_again=wording.text(ctx, view, said) if settled.noted else "",
        )  # fmt: skip

    redirected = await _redirected(ctx, turn)
    return redirected or await once(ctx, turn, "take_turn", work)


async def _person_may_come(ctx: Context, uow: UnitOfWork, before: CaseView, view: CaseView) -> bool:
    """A person was wanted while a danger sign was in doubt: that is settled now, and staff are there."""
    if not before.doubted or agenda.PERSON_WANTED not in view.case.flags:
        return False
    if agenda.danger_in_doubt(ctx.protocols, view) is not None or view.case.phase == "emergency":
        return False
    return await takeover.somebody_is_there(ctx, uow)


async def _answer_question(
    ctx: Context, uow: UnitOfWork, view: CaseView, turn: Turn, message: Message
) -> Step:
    """A question where an answer was expected: answered, then the open one again."""
    await misses.forget(uow, view)
    reading = Reading.from_json(message.reading or {})
    doubt = await asking.doubt(ctx, uow, view)
    if questions.asks_again(message.text, asked=view.asked):
        return asking.asking(view, doubt or (_back_to_it(ctx, view, message),))
    if asides.is_tired(ctx, view, message, reading):
        said = asides.few_left(ctx, view, message.text)
        if not doubt and view.case.phase == "intake" and await _upset_again(uow, view):
            return asking.asking(view, (said, _offer_of_a_person(ctx, view)))
    elif asides.complains(ctx, view, message, reading):
        said = await complaints.keep(ctx, uow, view, message.text)
    else:
        said = asides.answer(ctx, view, turn, message, reading)
    return asking.asking(view, (said, *(doubt or (_back_to_it(ctx, view, message),))))


def _back_to_it(ctx: Context, view: CaseView, message: Message) -> Draft:
    reworded = asides.asks_about_words(view, message.text) or questions.asks_again(
        message.text, asked=view.asked
    )
    return asking.back_to_it(ctx, view, reworded=reworded)


async def _redirected(ctx: Context, turn: Turn) -> Step | None:
    """What the words say whatever the engine made of them: "scratch that", a correction nobody could read."""
    async with ctx.unit_of_work(write=False) as uow:
        message = await uow.messages.get(turn.message_id)
        reading = Reading.from_json(message.reading or {})
        unread = reading.correction and not reading.facts and reading.answer == "none"
        view = await load_view(uow, turn.case_id) if unread else None
    if corrections.takes_back(message.text):
        return await go_back(ctx, turn)
    if view is not None and view.asked not in (*corrections.ABOUT_KNOWN, "consent") and view.facts:
        return await _correct_what(ctx, turn)
    return None


async def resume(ctx: Context, turn: Turn) -> Step:
    """The open question again, shortened, after an interruption; the next one when none is open."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        pending = view.pending
        lost = turn.intent == "other_language" and await misses.count(uow, view) >= misses.MOST
        if turn.intent != "other_language" or lost:
            await misses.forget(uow, view)
        if pending is None or pending.asks is None:
            return await asking.ask_next(ctx, uow, view)
        if doubt := await asking.doubt(ctx, uow, view):
            return asking.asking(view, doubt)
        message = await uow.messages.get(turn.message_id)
        tired = asides.is_tired(ctx, view, message, Reading.from_json(message.reading or {}))
        upset = (tired or turn.intent in ("abuse", "complaint")) and view.case.phase == "intake"
        if lost:
            return await _hand_to_a_person(ctx, uow, view, "not_understood_person")
        if upset and await _upset_again(uow, view):
            return asking.asking(view, (_offer_of_a_person(ctx, view),))
        return asking.asking(view, (_back_to_it(ctx, view, message),))

    return await once(ctx, turn, "resume", work)


def _beside_the_question(
    ctx: Context, view: CaseView, turn: Turn, message: Message, reading: Reading
) -> bool:
    """Whether a message answers nothing: a question to us, a complaint, enough of the questions."""
    return (
        asides.asks_us(ctx, view, turn, message, reading)
        or asides.complains(ctx, view, message, reading)
        or asides.is_tired(ctx, view, message, reading)
    )


def _offer_of_a_person(ctx: Context, view: CaseView) -> Draft:
    return wording.ask_draft(ctx, view, AskPlan(name="wants_person", variables=()))


async def _upset_again(uow: UnitOfWork, view: CaseView) -> bool:
    """Anger for the second time: a person is offered, once (clinical.md 6.7)."""
    said = view.asks.get(_UPSET, AskState(name=_UPSET))
    await uow.asks.save(view.case.id, replace(said, times=said.times + 1))
    return said.times == 1


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
    nothing_yet = view.asked == "opening" or not summary.lines(ctx, view)
    known = view.asked in ("confirm_summary", "which_fact") or nothing_yet
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
            told = after_completion(ctx, view, await booked_visit(ctx, turn.case_id))
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

    async with ctx.unit_of_work(write=False) as uow:
        message = await uow.messages.get(turn.message_id)
    if not corrections.begins_anew(message.text):  # nobody's answers are set aside for a guess
        return await take_turn(ctx, replace(turn, intent="inform"))
    redirected = await _redirected(ctx, turn)  # "scratch that" wipes one answer, not all of them
    return redirected or await once(ctx, turn, "start_over", work)


async def wants_person(ctx: Context, turn: Turn) -> Step:
    """A person is wanted: somebody at the desk, else no more clinical questions, only how to call."""

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        told = await takeover.wait_for_staff(ctx, uow, view)
        return Step(drafts=(told,), asking=None, phase=HELD)

    async with ctx.unit_of_work(write=False) as uow:
        view = await load_view(uow, turn.case_id)
        there = view.case.consent == "given" and await takeover.somebody_is_there(ctx, uow)
    doubted = agenda.danger_in_doubt(ctx.protocols, view) is not None  # asked first, then the person comes
    if there and not doubted and view.case.phase != "emergency":
        return await once(ctx, turn, "leave_intake", work)
    return await _leave_intake(ctx, turn, "person_wanted")


async def admin(ctx: Context, turn: Turn) -> Step:
    """Billing, records, refills: a person calls. A visit to come is changed here and now."""
    changed = await changing.begin(ctx, turn)
    if changed is not None:
        return changed
    async with ctx.unit_of_work(write=False) as uow:
        message, facts = await uow.messages.get(turn.message_id), await uow.facts.current(turn.case_id)
    said = Reading.from_json(message.reading or {}).facts.get("visit_reason")
    reason = said or (facts["visit_reason"].value if "visit_reason" in facts else None)
    text_id = "admin_refill" if asks_refill(message.text) else asides.ADMIN.get(str(reason), "admin_request")
    return await _leave_intake(ctx, turn, text_id)


async def not_understood(ctx: Context, turn: Turn, round: int) -> Step:
    """1: say it in other words. 2: choices. 3: a person or a callback. Never the same twice.

    `round` is the engine's count; among the questions the case's own is never lower.
    """

    async def work(uow: UnitOfWork, view: CaseView) -> Step:
        message = await uow.messages.get(turn.message_id)
        reading = Reading.from_json(message.reading or {})
        if _beside_the_question(ctx, view, turn, message, reading):
            return await _answer_question(ctx, uow, view, turn, message)
        own = await misses.count(uow, view) if view.case.phase in ("consent", "intake") else 0
        return await _not_understood(ctx, uow, view, max(round, own))

    redirected = await _redirected(ctx, turn)
    return redirected or await once(ctx, turn, "not_understood", work)


async def _not_understood(ctx: Context, uow: UnitOfWork, view: CaseView, round: int) -> Step:
    if round >= misses.MOST or misses.choices_stand(ctx, view):
        await misses.forget(uow, view)
        return await _hand_to_a_person(ctx, uow, view, "not_understood_person")
    if view.asked is None:
        lead = (wording.say(ctx, view, "not_understood_rephrase", kind="fallback"),)
        return await asking.ask_next(ctx, uow, view, lead=lead)
    if view.asked == "clarify":  # asked once: who does not say it now leaves it, or says it any time
        return await asking.ask_next(ctx, uow, view, lead=(wording.say(ctx, view, "answer_stays"),))
    if doubt := await asking.doubt(ctx, uow, view):
        return asking.asking(view, doubt)
    return asking.asking(view, (misses.put_again(ctx, view, round),))


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
        told_before = agenda.PERSON_WANTED in view.case.flags
        text_id = asides.ADMIN.get(reason, "admin_request")
        return () if told_before else (wording.say(ctx, after, text_id, kind="handoff"),)
    told = echo.story(ctx, after) if opened else ""
    if told:
        return (wording.say(ctx, after, "echo_opening", facts=told),)
    if echo.heavy_pain(after, message.id) and _PAIN not in after.asks:
        await uow.asks.save(view.case.id, AskState(name=_PAIN, times=1))
        return (wording.say(ctx, after, "ack_pain"),)
    return ()


async def _kind_word(
    ctx: Context, uow: UnitOfWork, view: CaseView, settled: answers.Settled, reading: Reading
) -> str:
    """Before the next question: that skipping is fine, that what was told before consent was heard."""
    if settled.declined:
        return await _said_once(ctx, uow, view, "declined")
    if view.asked == "consent" and view.case.consent == "unasked" and reading.facts:
        return await _said_once(ctx, uow, view, "heard_before_consent")
    return ""


async def _said_once(ctx: Context, uow: UnitOfWork, view: CaseView, text_id: str) -> str:
    """A kind word for the first time; the tenth time it is a noise."""
    name = f"said:{text_id}"
    if name in view.asks:
        return ""
    await uow.asks.save(view.case.id, AskState(name=name, times=1))
    return wording.text(ctx, view, text_id)


def _kept(ctx: Context, view: CaseView, name: str) -> Draft:
    """An answer that could not be used leaves the old value."""
    variable = ctx.protocols.dictionary[name]
    old = wording.told(variable, view.values[name])
    return wording.say(ctx, view, "answer_kept", label=variable.label, old=old)


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
