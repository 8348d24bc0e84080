"""What is said beside the questions: facts with their source, why we ask, small talk, where things stand."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.cases import Draft, Message
from bot.domain.findings import Reading
from bot.domain.schedule import Appointment
from bot.services.case import agenda, callback, questions, reception, wording
from bot.services.case.steps import Turn
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.talk import asking, complaints
from bot.services.visits import changing

_SMALL_TALK = {
    "greet": "smalltalk_greet",
    "thanks": "smalltalk_thanks",
    "goodbye": "smalltalk_goodbye",
    "chitchat": "smalltalk_chitchat",
    "abuse": "abuse_of_bot",
    "injection": "injection",
    "out_of_scope": "out_of_scope",
    "who_reads": "who_reads_this",
}
ADMIN = {"billing": "admin_billing", "records": "admin_records", "reschedule": "admin_reschedule"}
"""What is said of the office's work, by the reason of the visit."""
_TIRED, _ROBOT = "too_many_questions", "are_you_a_robot"
"""Lists of the lexicon."""
_TIME_WISH, _SOON = "book", "how_soon_seen"
"""The engine's word for "I want a visit", and the clinic's answer to "how soon?"."""
_OPEN_WORDS = ("callback_ok_time", "choose_time", "confirm_time")
"""Questions about times: a wish for one is their answer."""


async def interject(ctx: Context, turn: Turn, kind: str) -> tuple[Draft, ...]:
    """A short answer that leaves the open question as it is."""
    async with ctx.unit_of_work(write=False) as uow:
        view = await load_view(uow, turn.case_id)
        message = await uow.messages.get(turn.message_id)
    if _left_a_number(view, turn.message_id):
        return (wording.say(ctx, view, "noted"), wording.say(ctx, view, "already_callback"))
    if is_tired(ctx, view, message, Reading.from_json(message.reading or {})):
        return (few_left(ctx, view, message.text),)
    if check := await changing.before_showing(ctx, view, message.text):
        return (check,)
    if office := _for_the_office(ctx, view, Reading.from_json(message.reading or {})):
        return (office,)
    if kind in ("faq", "why") and questions.asks_again(message.text, asked=view.asked):
        return ()  # the question comes again in other words, and nothing besides
    if kind in ("faq", "why") and asks_about_words(view, message.text):
        return (wording.say(ctx, view, "words_unclear", kind="answer"),)
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
        return (after_completion(ctx, view, await booked_visit(ctx, turn.case_id)),)
    if kind == "other_language" and view.case.phase == "done":
        return (after_completion(ctx, view, await booked_visit(ctx, turn.case_id)),)
    if kind == "other_language":
        return (wording.say(ctx, view, "not_understood_english", kind="answer"),)
    if kind == "complaint":
        return (await _complaint(ctx, turn),)
    return (wording.say(ctx, view, _SMALL_TALK.get(kind, "out_of_scope"), kind="answer"),)


async def _complaint(ctx: Context, turn: Turn) -> Draft:
    async with ctx.unit_of_work() as uow:
        view = await load_view(uow, turn.case_id)
        said = await complaints.keep(ctx, uow, view, (await uow.messages.get(turn.message_id)).text)
        await uow.commit()
    return said


def _left_a_number(view: CaseView, message_id: str) -> bool:
    """Somebody who is to be called and could not be gives the number now."""
    number = view.facts.get("contact_phone")
    waits = view.case.phase == "done" and view.case.status == "callback"
    return waits and number is not None and number.message_id == message_id


async def booked_visit(ctx: Context, case_id: str) -> Appointment | None:
    async with ctx.unit_of_work(write=False) as uow:
        return next((one for one in await uow.appointments.of_case(case_id) if one.status == "booked"), None)


def after_completion(ctx: Context, view: CaseView, booked: Appointment | None) -> Draft:
    """Where things stand, for whatever is said once the case is done. Nothing of a visit is shown here:
    for that the birth date is asked first (`changing.py`)."""
    if booked is not None:
        known = changing.BIRTH_DATE in view.values or view.asked != changing.BIRTH_DATE
        return wording.say(ctx, view, "already_booked" if known else "already_booked_whose")
    if agenda.MINOR_ALONE in view.case.flags:
        return wording.say(ctx, view, "minor_alone_again")
    if view.case.status == "callback" and not view.reachable:
        return callback.no_number(ctx, view)
    return wording.say(ctx, view, "already_callback" if view.case.status == "callback" else "closed")


def asks_us(ctx: Context, view: CaseView, turn: Turn, message: Message, reading: Reading) -> bool:
    """Whether a message puts a question to us, or wants a visit now, and answers nothing that was asked."""
    if message.choices or view.asked is None or view.asked in _OPEN_WORDS:
        return False
    told = set(reading.facts) - _of_the_office(ctx, view, reading)
    if told or reading.polarity or reading.correction or reading.answer not in ("none", "unclear"):
        return False
    if reading.facts:
        return True
    wants_visit = turn.intent == _TIME_WISH and view.asked != "opening"
    return wants_visit or reading.question or (turn.topic is not None and questions.is_worded(message.text))


def _of_the_office(ctx: Context, view: CaseView, reading: Reading) -> set[str]:
    """A word on a bill or on records among the clinical questions: it is answered, and ends no intake."""
    dictionary = ctx.protocols.dictionary
    return {
        name
        for name, value in reading.facts.items()
        if value in ADMIN and reception.leaves_in_the_middle(view, name, value, dictionary)
    }


def _for_the_office(ctx: Context, view: CaseView, reading: Reading) -> Draft | None:
    """Who helps with what `_of_the_office` found, when nothing else was told."""
    found = _of_the_office(ctx, view, reading)
    if not found or found != set(reading.facts):
        return None
    return wording.say(ctx, view, ADMIN[str(reading.facts[found.pop()])], kind="answer")


def is_tired(ctx: Context, view: CaseView, message: Message, reading: Reading) -> bool:
    """Whether somebody has enough of the questions and tells nothing else: "this is too long"."""
    if message.choices or view.asked is None or view.case.phase not in ("consent", "intake"):
        return False
    return not reading.facts and ctx.reader.sayings.says(_TIRED, message.text)


def few_left(ctx: Context, view: CaseView, text: str) -> Draft:
    """How many questions are left, and how to reach a person instead."""
    left = asking.remaining(ctx, view)
    said = wording.say(
        ctx, view, "questions_tired" if left > 1 else "questions_tired_last", kind="answer", n=left
    )
    robot = ctx.reader.sayings.says(_ROBOT, text)
    return replace(said, text=f"{wording.text(ctx, view, 'a_program')} {said.text}") if robot else said


def complains(ctx: Context, view: CaseView, message: Message, reading: Reading) -> bool:
    """Whether a message is a complaint by its own words and tells nothing else."""
    if message.choices or view.asked is None or reading.facts:
        return False
    return complaints.is_formal(ctx, message.text)


def answer(ctx: Context, view: CaseView, turn: Turn, message: Message, reading: Reading) -> Draft:
    """The answer to what `asks_us` found; that we do not know it, and who does, when there is none."""
    if office := _for_the_office(ctx, view, reading):
        return office
    worded = reading.question or questions.is_worded(message.text)
    if turn.intent == _TIME_WISH and not worded:
        return wording.say(ctx, view, "wants_visit", kind="answer")
    if asks_about_words(view, message.text):
        return wording.say(ctx, view, "words_unclear", kind="answer")
    return _faq(ctx, view, turn.topic or (_SOON if turn.intent == _TIME_WISH else None))


def asks_about_words(view: CaseView, text: str) -> bool:
    """ "Does a stiff leg count?", "what do you mean by numb?": about the open question itself."""
    pending = view.pending
    return pending is not None and questions.about_words(text, open_question=pending.text)


def reason_beside(ctx: Context, view: CaseView, text: str) -> tuple[Draft, ...]:
    """ "No, why?": the reason of the question that was open, said beside what comes next."""
    return (_why(ctx, view),) if view.asked and questions.why_beside(text) else ()


def _faq(ctx: Context, view: CaseView, topic: str | None) -> Draft:
    entry = ctx.protocols.faq_answer(topic) if topic else None
    if entry is None:
        return wording.say(ctx, view, "faq_unknown", kind="answer")
    body = entry.answer_sms if view.case.channel == "sms" else entry.answer
    source = wording.text(ctx, view, "faq_source", source=entry.source_label)
    return Draft(kind="answer", text=f"{body} {source}".strip(), text_id=f"faq_{entry.topic}")


def _why(ctx: Context, view: CaseView) -> Draft:
    name = view.asked or ""
    dictionary = ctx.protocols.dictionary
    question = dictionary.gates[name].question if name in dictionary.gates else None
    if name in dictionary:
        question = dictionary[name].question
    reason = question.why if question and question.why else wording.text(ctx, view, "why_default")
    return Draft(kind="answer", text=reason, text_id="why")
