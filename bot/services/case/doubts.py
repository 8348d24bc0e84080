"""Doubt about a safety fact: what is asked at once, and what an answer that stays unclear counts as.

clinical.md 3.3 (asymmetry): a text that may mean a danger sign is followed by one closed question in
the very next reply, before consent too; doubt is never resolved downward.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.cases import AskState, Message
from bot.domain.dictionary import Dictionary, Value
from bot.domain.facts import Fact
from bot.domain.findings import Finding, Reading
from bot.domain.levels import Level
from bot.protocols import Protocols
from bot.services.case import questions
from bot.services.case_view import DOUBTED, CaseView
from bot.services.ports import UnitOfWork

if TYPE_CHECKING:
    from bot.language.answers.sayings import Sayings
    from bot.language.grammar.hints import Hints

DOUBT = "unsure"
SELF_HARM = "self_harm"
LEAKING = "bladder_incontinence"
BOTH_LEGS = "bilateral_leg_symptoms"
LAUGHED = "said:laughed"
"""A leak was told with a laugh: it is asked about in those words (3.3)."""
_NEVER_ASKED = frozenset({"abuse_unsafe", "gate_incomplete"})
_TRIES = 2
"""A question, and one plainer re-ask (clinical.md 3.6)."""
_DENIALS = ("no", "none")
_OF_SURGERY = "G"
"""The section of what a surgery or a procedure leaves behind."""
_QUIET = 8
"""Messages, ours included, before a hint at self-harm is asked about again."""


def settled(
    view: CaseView, message: Message, reading: Reading, *, dictionary: Dictionary, hints: Hints
) -> Reading:
    """The reading with what an unclear answer to one closed safety question counts as.

    About hurting oneself anything but a clear "no" is a yes (6.5); about another danger sign an answer
    that is still unclear after the plainer question is `unsure`.
    """
    name = view.asked or ""
    if name not in dictionary or not dictionary[name].safety:
        return reading
    if name == SELF_HARM and reading.facts.get(name) != "no" and reading.polarity != "deny":
        return _with(reading, name, "yes", message)
    if name in reading.facts:
        return reading
    if reading.polarity != "unsure" and hints.denies(name, message.text):
        return _with(reading, name, "no", message)
    closed = DOUBT in dictionary[name].values and dictionary[name].kind == "four_valued"
    open_still = name not in view.values or view.doubted or view.put_again
    asks = reading.question or (reading.answer == "none" and questions.is_worded(message.text))
    unclear = reading.answer != "declined" and not asks
    if closed and open_still and unclear and view.times_asked(name) >= _TRIES:
        return _with(reading, name, DOUBT, message)
    return reading


def _with(reading: Reading, name: str, value: str, message: Message) -> Reading:
    said = Finding(
        variable=name,
        value=value,
        assertion="absent" if value == "no" else "unsure",
        start=0,
        end=len(message.text),
        words=message.text,
    )
    facts = {**reading.facts, name: value}
    return replace(reading, facts=facts, findings=(*reading.findings, said), answer="full")


def asked_again(view: CaseView, name: str, dictionary: Dictionary) -> bool:
    """Whether the plainer question about a fact, or about its gate, was put as well."""
    gate = dictionary[name].gate
    return max(view.times_asked(name), view.times_asked(gate) if gate else 0) >= _TRIES


def of_gate(view: CaseView, message: Message, reading: Reading, dictionary: Dictionary) -> list[Fact]:
    """What the answer to a gate means when it says no single fact (clinical.md 3.6).

    A bare "yes" to G1 is an emergency at once. Unclear after the plainer question, G1 and G2 are
    unsure in every open fact. Decided here, before the engine, because it can be an emergency.
    """
    gate = dictionary.gates.get(view.asked or "")
    if gate is None or gate.unclear == "incomplete" or any(name in reading.facts for name in gate.clear_no):
        return []
    bare_yes = (reading.polarity, reading.answer) == ("affirm", "partial")
    twice = view.times_asked(gate.name) >= _TRIES
    doubtful = gate.doubtful(polarity=reading.polarity, answer=reading.answer)
    at_once = bare_yes and gate.unclear == "yes"
    if not at_once and not (twice and (doubtful or bare_yes)):
        return []
    about = [name for name in gate.clear_no if name not in view.values] or list(gate.clear_no)
    return [
        Fact(
            variable=name,
            value=DOUBT,
            words=message.text,
            message_id=message.id,
            asked=gate.name,
            by="patient",
            at=message.at,
        )
        for name in about
    ]


async def request(
    uow: UnitOfWork,
    view: CaseView,
    message: Message,
    reading: Reading,
    *,
    values: Mapping[str, Value],
    protocols: Protocols,
    hints: Hints,
    sayings: Sayings,
) -> tuple[str, ...]:
    """Ask next, in plain words, what the text hints at; which questions. Two of one gate: the gate.

    `values` are the known ones with this message's.
    """
    wanted = [
        name
        for name in _hinted(message, reading, hints)
        if name in protocols.dictionary
        and _worth_asking(view, message, reading, name, values, protocols, sayings)
    ]
    names = tuple(dict.fromkeys(_gate_or_fact(name, wanted, view, protocols.dictionary) for name in wanted))
    for name in names:
        times = view.times_asked(name) if name == SELF_HARM else 0
        await uow.asks.save(view.case.id, AskState(name=name, times=times, state="wanted"))
        await uow.asks.save(view.case.id, AskState(name=f"{DOUBTED}{name}", times=message.seq))
    if LEAKING in names and hints.told_beside(LEAKING, message.text):
        await uow.asks.save(view.case.id, AskState(name=LAUGHED, times=1))
    return names


def _hinted(message: Message, reading: Reading, hints: Hints) -> tuple[str, ...]:
    doubtful = [name for name, value in reading.facts.items() if value == DOUBT]
    doubtful += reading.half_read  # how bad it is rests on half a construction
    hinted = hints.asked(message.text)
    open_still = [name for name in hinted if name not in reading.facts]  # "no chest pain" hints at nothing
    return tuple(dict.fromkeys((*doubtful, *reading.ask, *open_still)))


def _worth_asking(
    view: CaseView,
    message: Message,
    reading: Reading,
    name: str,
    values: Mapping[str, Value],
    protocols: Protocols,
    sayings: Sayings,
) -> bool:
    """A danger sign that is open, or denied although the words speak of it; each is asked about once.

    A denial of an earlier message is doubted only where a yes would be an emergency.
    """
    variable, known = protocols.dictionary[name], values.get(name)
    if name in reading.half_read and known not in (None, *_DENIALS):
        return name not in view.asks and _would_be_worse(name, values, protocols)
    if not variable.safety or name in _NEVER_ASKED or known not in (None, *_DENIALS):
        return False
    if known is None and view.asked is not None and view.asked in (name, variable.gate):
        return False  # it is being asked about just now
    if name == BOTH_LEGS and _one_leg_only(view, message, reading, sayings):
        return False
    after_surgery = variable.section == _OF_SURGERY and variable.ask == "when"
    if after_surgery and (values.get("recent_spine_procedure") == "no" or _in_general(message, sayings)):
        return False  # there is no fresh cut that could be open
    if name == LEAKING and reading.facts.get("wound_drainage") == "yes":
        return False  # what leaks is the cut; the gate asks about the bladder
    if name == SELF_HARM:
        return _quiet_since(view, name, message)
    if name in view.asks:
        return False
    return known is None or reading.facts.get(name) == known or _would_be_emergency(name, values, protocols)


def _in_general(message: Message, sayings: Sayings) -> bool:
    """ "What is different about the open surgery?": who names nobody asks about no cut of theirs."""
    asks = message.text.rstrip().endswith("?") and sayings.says("question_word", message.text)
    return asks and not sayings.says("somebody", message.text)


def _one_leg_only(view: CaseView, message: Message, reading: Reading, sayings: Sayings) -> bool:
    """ "Left leg": one side is named, or put in the place of the other, and no word of a second one."""
    side = reading.facts.get("side")
    other = view.values.get("side", side) != side and not reading.correction
    if side not in ("left", "right") or other:
        return False
    return not sayings.says("second_leg", message.text)


def _quiet_since(view: CaseView, name: str, message: Message) -> bool:
    """Not asked in the last few messages: a question like this one is put gently, not in every reply."""
    before = view.asks.get(f"{DOUBTED}{name}")
    return before is None or message.seq - before.times >= _QUIET


def _would_be_emergency(name: str, values: Mapping[str, Value], protocols: Protocols) -> bool:
    if "yes" not in protocols.dictionary[name].values:
        return False
    return protocols.judge({**values, name: "yes"}).level is Level.EMERGENCY_NOW


def _would_be_worse(name: str, values: Mapping[str, Value], protocols: Protocols) -> bool:
    """Whether the gravest value of a fact ("severe", "major") would be more urgent than the one read."""
    if protocols.dictionary[name].kind != "enum":
        return False
    gravest = protocols.dictionary[name].values[0]
    return protocols.judge({**values, name: gravest}).level > protocols.judge(values).level


def _gate_or_fact(name: str, wanted: list[str], view: CaseView, dictionary: Dictionary) -> str:
    gate = dictionary[name].gate
    together = [other for other in wanted if gate and dictionary[other].gate == gate]
    return gate if gate and len(together) > 1 and gate not in view.asks else name
