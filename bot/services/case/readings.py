"""What one message says: its buttons when it pressed any, else its words as the answer to what is open."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.domain.cases import Message, MessageChoice
from bot.domain.dictionary import Dictionary, Value
from bot.domain.facts import Fact
from bot.domain.findings import Answer, Finding, Polarity, Reading
from bot.language.answers.safe_now import besides_the_mistake, safe_now
from bot.language.times.births import find_births
from bot.language.understood import left_over
from bot.services.case import corrections, doubts, grounds, summary, wording
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.queues import sms_text

ReadAs = Callable[[str | None], Reading]
_LISTED = ("choose_time", "confirm_time", "which_fact", "change_visit", "visit_reminder")
_QUESTION = re.compile(r"[^.!?\n]*\?")
_OF_THE_PAST = ("G", "H", "I")
"""Sections: earlier surgery, pictures and what doctors said, care tried."""
_NEVER_FROM_A_QUESTION = frozenset({"recent_spine_procedure", "limits"})
"""Asked about anyhow, the first by the last gate."""
_INTERNATIONAL = "+"
"""What the reader writes a whole number with, the country first."""
_AGREES = re.compile(
    r"(?:(?:yes|ok|okay|sure),? )?(?:i (?:agree|consent|accept)|agreed|i give (?:my )?consent)[.! ]*",
    re.IGNORECASE,
)
"""Words that answer the question of consent and no other."""
_NUMBER = re.compile(r"\d[\d ().-]{5,}\d")
_LEADING = re.compile(r"(?:yes|yeah|yep|yup|no|nope|nah)\b[,.;!]\s*(?=\w)", re.IGNORECASE)
_POLARITIES: tuple[Polarity, ...] = ("affirm", "deny", "unsure")


def chosen(pending: Message | None, message: Message) -> tuple[MessageChoice, ...]:
    """The buttons this message pressed, or named in so many words."""
    offered = {choice.id: choice for choice in pending.choices} if pending else {}
    pressed = tuple(offered[choice.id] for choice in message.choices if choice.id in offered)
    if pressed or message.choices:  # a button of an older question presses nothing, not even its words
        return pressed
    return tuple(offered[choice] for choice in _typed(pending, message.text))


def _typed(pending: Message | None, text: str) -> list[str]:
    """A button's own words, or its place where the choices are a plain list, count as pressing it."""
    if pending is None:
        return []
    said = text.strip(" .!").casefold()
    named = [choice.id for choice in pending.choices if choice.label.casefold() == said]
    if named or pending.asks not in _LISTED:
        return named[:1]
    return sms_text.resolve_digits(text, pending.choices) or []


def read(ctx: Context, view: CaseView, message: Message) -> Reading:
    """The reading of a message: of its buttons when it has any, else of its words."""
    reading = _without_asides(view, message, _read(ctx, view, message), ctx.protocols.dictionary)
    reading = _without_echoes(ctx, view, message, without_short_number(reading))
    reading = _of_the_questions(ctx, view, message, _with_this_number(ctx, view, message, reading))
    dictionary, hints = ctx.protocols.dictionary, ctx.reader.hints
    return doubts.settled(view, message, reading, dictionary=dictionary, hints=hints)


def _without_asides(view: CaseView, message: Message, reading: Reading, dictionary: Dictionary) -> Reading:
    """ "What is a lumbar fusion?" tells of no surgery: a patient's past is never taken from a question."""
    if not reading.question:
        return reading
    asides = [found.span() for found in _QUESTION.finditer(message.text)] or [(0, len(message.text))]
    open_now = {view.asked, *(view.pending.also_asks if view.pending else ())}
    told = {
        one.variable
        for one in reading.findings
        if not any(start <= one.start and one.end <= end for start, end in asides)
    }
    gone = {
        name
        for name in {one.variable for one in reading.findings} - told - open_now
        if dictionary[name].section in _OF_THE_PAST or name in _NEVER_FROM_A_QUESTION
    }
    facts = {name: value for name, value in reading.facts.items() if name not in gone}
    findings = tuple(one for one in reading.findings if one.variable not in gone)
    return replace(reading, facts=facts, findings=findings)


def _with_this_number(ctx: Context, view: CaseView, message: Message, reading: Reading) -> Reading:
    """ "This number", by text message where a number is asked for: the one that is written from."""
    asked = {view.asked, *_also_asked(view)}
    number = view.case.address if message.channel == "sms" else None
    if "contact_phone" not in asked or "contact_phone" in reading.facts or not number:
        return reading
    if not ctx.reader.sayings.says("this_number", message.text):
        return reading
    whole = view.asked == "contact_phone"
    facts = {"contact_phone": number} if whole else {**reading.facts, "contact_phone": number}
    return replace(reading, facts=facts, answer="full" if whole else reading.answer, polarity=None)


def _of_the_questions(ctx: Context, view: CaseView, message: Message, reading: Reading) -> Reading:
    """ "This is taking forever" speaks of the questions, not of a danger sign that is not asked about."""
    if reading.facts or not reading.ask or not ctx.reader.sayings.says("too_many_questions", message.text):
        return reading
    dictionary = ctx.protocols.dictionary
    kept = tuple(
        name for name in reading.ask if name == doubts.SELF_HARM or dictionary[name].gate == view.asked
    )
    return replace(reading, ask=kept)


def _without_echoes(ctx: Context, view: CaseView, message: Message, reading: Reading) -> Reading:
    """A sign that was denied is asked about again only for words that the answer leaves over."""
    told = {one.variable for one in reading.findings}
    denied = {name for name in reading.ask if view.values.get(name) in ("no", "none") and name not in told}
    denied.discard(doubts.SELF_HARM)
    rest = left_over(message.text, reading, question=_question_words(ctx, view)) if denied else message.text
    if rest == message.text:
        return reading
    today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
    still = ctx.reader.read(rest, date=today).ask if rest else ()
    return replace(reading, ask=tuple(name for name in reading.ask if name not in denied or name in still))


def _question_words(ctx: Context, view: CaseView) -> tuple[str, ...]:
    """What the open question says, when it is about no danger sign: those words come back in its answers."""
    dictionary, asked = ctx.protocols.dictionary, view.asked or ""
    if view.pending is None or asked not in dictionary or dictionary[asked].safety:
        return ()
    return (view.pending.text, *(choice.label for choice in view.pending.choices))


def agrees_to_consent(view: CaseView, text: str) -> bool:
    """Whether words answer the question of consent although one about a danger sign came after it."""
    asked_since = view.case.consent == "unasked" and view.asked not in (None, "consent")
    return asked_since and _AGREES.fullmatch(text.strip()) is not None


def is_bare_date(ctx: Context, message: Message) -> bool:
    """Whether a text is a day and nothing else: "4/12/1970"."""
    text = message.text.strip(" .!").lower()
    today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
    dates = [one for one in find_births(text, date=today, asked=True) if one.variable == "birth_date"]
    return any((one.start, one.end) == (0, len(text)) for one in dates)


def without_short_number(reading: Reading) -> Reading:
    """A number without an area code cannot be called: it is as good as none, and is asked again."""
    number = str(reading.facts.get("contact_phone", _INTERNATIONAL))
    if number.startswith(_INTERNATIONAL):
        return reading
    facts = {name: value for name, value in reading.facts.items() if name != "contact_phone"}
    findings = tuple(one for one in reading.findings if one.variable in facts)
    return replace(reading, facts=facts, findings=findings, answer="partial" if facts else "unclear")


def _read(ctx: Context, view: CaseView, message: Message) -> Reading:
    buttons = chosen(view.pending, message)
    if buttons:
        group = (view.asked or "") in ctx.protocols.dictionary.gates
        pressed = _reading_of(buttons, message.text, group=group)
        whole = _with_words_beside(ctx, view, message, pressed)
        if whole is not None:
            return whole
    elif message.choices:
        return Reading()

    def read_as(asked: str | None) -> Reading:
        question = view.pending.text if view.pending else None
        today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
        return ctx.reader.read(message.text, asked=asked, question=question, date=today)

    def shown(fact: Fact) -> str:
        return wording.show(ctx.protocols.dictionary[fact.variable], fact.value or "")

    if corrections.goes_back(message.text) or corrections.takes_back(message.text):
        return Reading()
    line = summary.named_with_value(ctx, view, message.text)
    if line is not None:
        variable, value = line
        today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
        said = ctx.reader.read(value, asked=variable, date=today)
        if variable in said.facts:
            facts = {variable: said.facts[variable]}
            findings = tuple(one for one in said.findings if one.variable == variable)
            return Reading(findings=findings, facts=facts, correction=True)
    if agrees_to_consent(view, message.text):
        return Reading()  # says nothing of the danger sign that is asked about
    if view.asked in ("confirm_summary", "which_fact") and is_bare_date(ctx, message):
        return Reading()  # a birth date, the day of a surgery, of a picture: which line is it for?
    reading = read_as(_asked_of_reader(view, message))
    reading = _with_the_rest(ctx, view, message, reading, read_as)
    reading = corrections.reread(view, message.text, reading, ctx.protocols.dictionary, read_as, shown)
    return _taken_back(ctx, view, message, reading)


def _taken_back(ctx: Context, view: CaseView, message: Message, reading: Reading) -> Reading:
    """ "A mistake, I can feel it fine": the one sign that an emergency rests on, denied in words of its own.

    A bare "no" takes nothing back, and of several signs each must be named.
    """
    sayings = ctx.reader.sayings
    if view.case.phase != "emergency" or not (view.mistaken or safe_now(message.text, sayings) == "mistake"):
        return reading
    signs = grounds.signs_behind(ctx, ctx.protocols.judge(view.values))
    if len(signs) != 1 or signs[0] in reading.facts:
        return reading
    today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
    said = ctx.reader.read(besides_the_mistake(message.text, sayings), asked=signs[0], date=today)
    if said.facts.get(signs[0]) != "no" or said.polarity is not None:
        return reading
    finding = Finding(
        variable=signs[0], value="no", assertion="absent", start=0, end=len(message.text), words=message.text
    )
    facts, findings = {**reading.facts, signs[0]: "no"}, (*reading.findings, finding)
    return replace(reading, facts=facts, findings=findings, correction=True)


def _with_words_beside(ctx: Context, view: CaseView, message: Message, pressed: Reading) -> Reading | None:
    """With what stands after a text's digits: "1, 8 months, yes". None when that takes the digits back."""
    start = sms_text.words_start(message.text) if message.channel == "sms" else None
    if start is None:
        return pressed
    words, today = message.text[start:], ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()

    def read_as(asked: str | None) -> Reading:
        said = ctx.reader.read(words, asked=asked, date=today)
        moved = (replace(one, start=one.start + start, end=one.end + start) for one in said.findings)
        return replace(said, findings=tuple(moved))

    told = read_as(None)
    if told.correction:
        return None
    also = [name for name in _also_asked(view) if name in ctx.protocols.dictionary]
    whole = replace(pressed, question=told.question, ask=told.ask, language=told.language)
    for name in told.facts:
        whole = whole if name in whole.facts else _joined(whole, told, name)
    for name in also:
        said = read_as(name)
        if name in said.facts and name not in whole.facts and not _too_short_a_no(ctx, said, name):
            whole = _joined(whole, said, name)
    return whole


def _also_asked(view: CaseView) -> tuple[str, ...]:
    return view.pending.also_asks if view.pending else ()


def _too_short_a_no(ctx: Context, said: Reading, name: str) -> bool:
    """A danger sign is not denied by a "no" that stands among other answers."""
    return ctx.protocols.dictionary[name].safety and said.facts[name] in ("no", "none")


def _with_the_rest(
    ctx: Context, view: CaseView, message: Message, reading: Reading, read_as: ReadAs
) -> Reading:
    """The answers to what was asked along with the open question, each in words of its own."""
    dictionary = ctx.protocols.dictionary
    also = view.pending.also_asks if view.pending and view.asked in dictionary else ()
    for name in also:
        if name in dictionary and name not in reading.facts:
            taken = _words(reading) if "no" in dictionary[name].values else frozenset()
            said = _own_words(read_as(name), name, message.text, taken)
            reading = _joined(reading, said or _after_the_first(ctx, view, message, reading, name), name)
    return reading


def _words(reading: Reading) -> frozenset[str]:
    return frozenset(finding.words for finding in reading.findings)


def _own_words(said: Reading, name: str, text: str, taken: frozenset[str]) -> Reading | None:
    """Not the whole text ("no"), nor words that are taken: "getting worse" is not "slowly" as well."""
    own = [one for one in said.findings if one.variable == name and one.words not in taken]
    return said if name in said.facts and any(_plain(one.words) != _plain(text) for one in own) else None


def _after_the_first(
    ctx: Context, view: CaseView, message: Message, reading: Reading, name: str
) -> Reading | None:
    """ "Open to it, no", "no, not sure": what follows the first answer answers the next question.

    Yes or no where it can be denied; a doubt where it may be in doubt and is no danger sign.
    """
    ends = [_own_end(one, message.text) for one in reading.findings if one.variable == view.asked]
    if not ends or "no" not in ctx.protocols.dictionary[name].values:
        return None
    rest = message.text[max(ends) :].strip(" .,;!-")
    today = ctx.clock.now().astimezone(ctx.protocols.clinic.zone).date()
    said = ctx.reader.read(rest, asked=name, date=today) if rest else Reading()
    doubted = said.facts.get(name) == doubts.DOUBT and not ctx.protocols.dictionary[name].safety
    return said if doubted or (name in said.facts and said.polarity == "deny") else None


def _own_end(said: Finding, text: str) -> int:
    """Where the words of an answer end; of one that stands for the whole text, its leading yes or no."""
    led = _LEADING.match(text) if _plain(said.words) == _plain(text) else None
    return led.end() if led else said.end


def _joined(reading: Reading, said: Reading | None, name: str) -> Reading:
    if said is None:
        return reading
    findings = tuple(one for one in said.findings if one.variable == name)
    answer: Answer = "partial" if reading.answer in ("unclear", "none") else reading.answer
    facts = {**reading.facts, name: said.facts[name]}
    return replace(reading, facts=facts, findings=(*reading.findings, *findings), answer=answer)


def _plain(words: str) -> str:
    return words.strip(" .,;!?").casefold()


def _asked_of_reader(view: CaseView, message: Message) -> str | None:
    """What the words are read as an answer to; a number sent in an emergency comes with a name."""
    in_emergency = view.asked == "safe_now" and "contact_name" in _also_asked(view)
    return "contact_name" if in_emergency and _NUMBER.search(message.text) else view.asked


def _reading_of(buttons: tuple[MessageChoice, ...], text: str, *, group: bool) -> Reading:
    """What buttons say; a bare "yes" to a group leaves open which."""
    facts: dict[str, Value] = {}
    for button in buttons:
        for name, value in button.sets.items():
            before = facts.get(name)
            facts[name] = (
                (*before, *value) if isinstance(before, tuple) and isinstance(value, tuple) else value
            )
    means = {button.means for button in buttons}
    polarity = next((word for word in _POLARITIES if word in means), None)
    findings = tuple(
        Finding(
            variable=name,
            value=value,
            assertion="absent" if value in ("no", "none") else "present",
            start=0,
            end=len(text),
            words=text,
        )
        for name, value in facts.items()
    )
    answer: Answer = "declined" if "skip" in means else "unclear" if polarity == "unsure" else "full"
    if group and not facts and polarity == "affirm":
        answer = "partial"
    return Reading(findings=findings, facts=facts, answer=answer, polarity=polarity)
