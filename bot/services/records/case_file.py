"""Everything staff see of one case, loaded in one transaction, and what a role without the right to
contact data sees of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.cases import Case, Message
from bot.domain.dispositions import Disposition
from bot.domain.facts import Fact, values_of
from bot.domain.judgement import Judgement
from bot.domain.schedule import Appointment
from bot.domain.tasks import Attempt, StaffTask
from bot.protocols import Protocols
from bot.services.access.permissions import May, may
from bot.services.ports import Delivery, Note, StaffMember, UnitOfWork
from bot.services.ports.marks import MessageFlag, Tag
from bot.services.ports.retention import LegalHold, Wish

CONTACT = frozenset(
    {"contact_name", "contact_phone", "contact_email", "birth_date", "wc_claim_no", "wc_adjuster"}
)
"""Variables that say who the patient is."""
PAGE = 200
"""Messages read at once; a case may have more."""
MASK = "•"
SHORTEST_MASKED_WORD = 3
ANY_PHONE = r"(?:\+?1[ .\-]?)?(?:\(?\d{3}\)?[ .\-]?)?\b\d{3}[ .\-]?\d{4}\b"
"""Also a number that was not read as the patient's."""
SHORTEST_PHONE_DIGITS = 7


@dataclass(frozen=True, kw_only=True)
class GateState:
    """One safety gate: which of its facts are unknown, and which the patient was not sure about."""

    name: str
    unknown: tuple[str, ...]
    unsure: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """One case as staff see it. `contact_hidden`: names, numbers and the like are masked."""

    case: Case
    messages: tuple[Message, ...]
    facts: Mapping[str, Fact]
    history: Mapping[str, Sequence[Fact]]
    judgement: Judgement | None
    tasks: tuple[StaffTask, ...]
    appointments: tuple[Appointment, ...]
    notes: tuple[Note, ...]
    gate_complete: bool
    gates: tuple[GateState, ...]
    contact_hidden: bool = False
    deliveries: tuple[Delivery, ...] = ()
    tries: tuple[Attempt, ...] = ()
    """At all of its tasks, oldest first."""
    reviewed_by: str | None = None
    """Who looked the conversation over."""
    dispositions: tuple[Disposition, ...] = ()
    """What the clinic decided later; the last one counts."""
    tags: tuple[Tag, ...] = ()
    flagged: tuple[MessageFlag, ...] = ()
    wish: Wish | None = None
    """The patient asked that it be erased."""
    legal_hold: LegalHold | None = None

    @property
    def appointment(self) -> Appointment | None:
        """The booked time, if any."""
        return next((item for item in self.appointments if item.status == "booked"), None)

    @property
    def callback(self) -> StaffTask | None:
        """The promised call: the unfinished task of the hand-off, else the last finished one."""
        calls = [task for task in self.tasks if task.kind == self.case.handoff]
        return next((task for task in calls if task.status != "done"), calls[-1] if calls else None)

    @property
    def alarm(self) -> StaffTask | None:
        """The P0 nobody has acknowledged yet."""
        return next((t for t in self.tasks if t.priority == "P0" and t.status == "open"), None)


async def load_file(uow: UnitOfWork, protocols: Protocols, case_id: str, *, reader: StaffMember) -> CaseFile:
    """The case, masked for the reader's role. Raises NotAllowed when there is none."""
    file = await load_whole(uow, protocols, case_id)
    if not may(reader, May.SEE_PRIVATE):
        file = replace(file, tasks=tuple(task for task in file.tasks if not task.private))
    return file if may(reader, May.SEE_CONTACT) else _without_contact(file)


async def load_whole(uow: UnitOfWork, protocols: Protocols, case_id: str) -> CaseFile:
    """The case as it is, for what works without a reader: never shown as it comes. Raises NotAllowed."""
    case = await uow.cases.get(case_id)
    facts = await uow.facts.current(case_id)
    values = values_of(facts)
    return CaseFile(
        case=case,
        messages=tuple(await _all_messages(uow, case_id)),
        facts=facts,
        history=await uow.facts.history(case_id),
        judgement=await uow.judgements.latest(case_id),
        tasks=tuple(await uow.tasks.of_case(case_id)),
        appointments=tuple(await uow.appointments.of_case(case_id)),
        tries=tuple(await uow.tasks.attempts(case_id)),
        notes=tuple(await uow.desk.notes(case_id)),
        reviewed_by=await uow.search.reviewed_by(case_id),
        deliveries=tuple(await uow.desk.deliveries(case_id)),
        dispositions=tuple(await uow.dispositions.of_case(case_id)),
        tags=tuple((await uow.marks.tags([case_id])).get(case_id, ())),
        flagged=tuple(await uow.marks.flags(case_id)),
        wish=await uow.retention.wish(case_id),
        legal_hold=await uow.retention.legal_hold(case_id),
        gate_complete=protocols.gate_complete(values),
        gates=_gate_states(protocols, values),
    )


async def _all_messages(uow: UnitOfWork, case_id: str) -> list[Message]:
    found: list[Message] = []
    while True:
        page = await uow.messages.after(case_id, found[-1].seq if found else 0, limit=PAGE)
        found.extend(page)
        if len(page) < PAGE:
            return found


def _gate_states(protocols: Protocols, values: Mapping[str, Any]) -> tuple[GateState, ...]:
    still_open = protocols.gate_open_facts(values)
    return tuple(
        GateState(
            name=gate.name,
            unknown=tuple(v for v in gate.clear_no if v in still_open and values.get(v) != "unsure"),
            unsure=tuple(v for v in gate.clear_no if values.get(v) == "unsure"),
        )
        for gate in protocols.dictionary.gates.values()
    )


def _without_contact(file: CaseFile) -> CaseFile:
    # The same length is kept: findings point into the text by offset.
    mask = _Mask(_known_contact(file.case, file.history))
    return replace(
        file,
        case=replace(file.case, address=None),
        messages=tuple(mask.message(message) for message in file.messages),
        facts={name: mask.fact(fact) for name, fact in file.facts.items()},
        history={name: [mask.fact(fact) for fact in facts] for name, facts in file.history.items()},
        tasks=tuple(replace(task, note=mask.text(task.note)) for task in file.tasks),
        tries=tuple(replace(one, note=mask.text(one.note)) for one in file.tries),
        notes=tuple(replace(note, text=mask.text(note.text)) for note in file.notes),
        dispositions=tuple(replace(one, reason=mask.text(one.reason)) for one in file.dispositions),
        tags=tuple(replace(one, text=mask.text(one.text)) for one in file.tags),
        flagged=tuple(replace(one, reason=mask.text(one.reason)) for one in file.flagged),
        wish=file.wish and replace(file.wish, reason=mask.text(file.wish.reason)),
        legal_hold=file.legal_hold and replace(file.legal_hold, reason=mask.text(file.legal_hold.reason)),
        contact_hidden=True,
    )


def masked(case: Case, history: Mapping[str, Sequence[Fact]], text: str) -> str:
    """A text of the case with the names and numbers it knows covered, letter by letter."""
    return _Mask(_known_contact(case, history)).text(text)


def _known_contact(case: Case, history: Mapping[str, Sequence[Fact]]) -> Iterable[str]:
    if case.address:
        yield case.address
    for variable in CONTACT:
        for fact in history.get(variable, ()):
            yield from (text for text in (fact.value, fact.words) if isinstance(text, str) and text)


class _Mask:
    """Covers known names and numbers, whatever stands between the digits, and any phone number."""

    def __init__(self, known: Iterable[str]) -> None:
        patterns = sorted({pattern for text in known for pattern in _patterns(text)}, key=len, reverse=True)
        self._pattern = re.compile("|".join([*patterns, ANY_PHONE]), re.IGNORECASE)

    def text(self, text: str) -> str:
        return self._pattern.sub(_cover, text)

    def fact(self, fact: Fact) -> Fact:
        if fact.variable in CONTACT and isinstance(fact.value, str):
            return replace(fact, value=MASK * 3, words=self.text(fact.words))
        value = self.text(fact.value) if isinstance(fact.value, str) else fact.value
        return replace(fact, value=value, words=self.text(fact.words), reason=self.text(fact.reason))

    def message(self, message: Message) -> Message:
        choices = tuple(replace(choice, label=self.text(choice.label)) for choice in message.choices)
        reading = self._inside(message.reading) if message.reading is not None else None
        return replace(message, text=self.text(message.text), choices=choices, reading=reading)

    def _inside(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {name: self._inside(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._inside(item) for item in value]
        return value


def _patterns(text: str) -> Iterable[str]:
    digits = re.sub(r"\D", "", text)
    if len(digits) >= SHORTEST_PHONE_DIGITS:
        yield r"\D{0,3}".join(digits[-10:])
        yield r"\D{0,3}".join(digits[-7:])
    for word in re.findall(r"[^\W\d_]+", text):
        if len(word) >= SHORTEST_MASKED_WORD:
            yield rf"\b{re.escape(word)}\b"


def _cover(found: re.Match[str]) -> str:
    return re.sub(r"\S", MASK, found.group())
