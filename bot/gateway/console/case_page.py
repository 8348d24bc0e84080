"""One case as the page shows it. Everything here is data for the template; nothing is markup."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.cases import Message
from bot.domain.facts import Fact
from bot.domain.judgement import Judgement
from bot.domain.schedule import Appointment, StaffTask
from bot.gateway.console import times, words
from bot.gateway.console.highlight import pieces
from bot.gateway.console.shown import NeedPart, ShownFact, ShownMessage, ShownReason, ShownTask, When
from bot.protocols import Protocols
from bot.protocols.routing import Factor
from bot.services.case_file import CONTACT, CaseFile
from bot.services.ports import Note

CALM_VALUES = frozenset({"no", "none", "absent"})
"""Values a nurse may skip over when she scans the facts."""

_NAME = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")


class CasePage:
    """Everything the template asks for; built per request, cheap."""

    def __init__(
        self,
        file: CaseFile,
        *,
        protocols: Protocols,
        zone: ZoneInfo,
        rule_titles: Mapping[str, str],
        now: dt.datetime,
    ) -> None:
        self.file = file
        self.case = file.case
        self._protocols = protocols
        self._zone = zone
        self._titles = rule_titles
        self._now = now
        self._seq_of = {message.id: message.seq for message in file.messages}

    # --- who ----------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The patient's name, else what to call them."""
        return self._text_of("contact_name") or "Name not given"

    @property
    def phone(self) -> str:
        return self._text_of("contact_phone") or self.case.address or ""

    @property
    def about(self) -> str:
        """`54, male, asked by somebody else`: what a nurse wants before she calls."""
        sex = {"m": "male", "f": "female"}.get(self._text_of("sex"), "")
        age = self._text_of("age")
        proxy = "somebody else writes for the patient" if self._text_of("who_for") == "other" else ""
        return ", ".join(part for part in (age and f"age {age}", sex, proxy) if part)

    @property
    def call_time(self) -> str:
        return self._text_of("callback_ok_time")

    @property
    def level(self) -> str:
        return self.case.level.value

    @property
    def level_word(self) -> str:
        if self.level == "none" and not self.file.gate_complete:
            return words.NOT_YET
        return words.word(words.LEVELS, self.level)

    @property
    def mark(self) -> str:
        return words.MARKS.get(self.level, "")

    @property
    def status(self) -> str:
        return words.word(words.STATUSES, self.case.status)

    @property
    def channel(self) -> str:
        return words.word(words.CHANNELS, self.case.channel)

    @property
    def waiting(self) -> str:
        return times.span((self._now - self.case.created_at).total_seconds())

    @property
    def started(self) -> When:
        return self.when(self.case.created_at)

    @property
    def acknowledged(self) -> When | None:
        return self.when(self.case.acknowledged_at) if self.case.acknowledged_at else None

    @property
    def held_by(self) -> str:
        """Who talks to the patient instead of the bot; empty while the bot does, or while nobody does."""
        return self.case.claimed_by or "" if self.case.phase == "staff" else ""

    @property
    def marks(self) -> list[str]:
        """What staff should know before they trust the rest."""
        flags = (*self.case.flags, *(self.file.judgement.flags if self.file.judgement else ()))
        test = ("test?",) if self.case.test else ()
        return [words.word(words.FLAGS, flag) for flag in dict.fromkeys((*flags, *test))]

    # --- what was said ------------------------------------------------------------------------

    @property
    def messages(self) -> list[ShownMessage]:
        return [self._message(message) for message in self.file.messages]

    # --- why ----------------------------------------------------------------------------------

    @property
    def reasons(self) -> list[ShownReason]:
        judgement = self.file.judgement
        return [] if judgement is None else [
            ShownReason(
                rule=why.rule,
                title=sentence(self._titles.get(why.rule, "")),
                staff=self.readable(why.staff),
                facts=[self._fact_or_value(name, value) for name, value in why.facts.items()],
                source=why.source,
            )
            for why in judgement.why
        ]  # fmt: skip

    @property
    def gates(self) -> list[tuple[str, list[str], list[str]]]:
        """(gate, labels not known, labels the patient was not sure about)."""
        return [
            (gate.name, [self.label(v) for v in gate.unknown], [self.label(v) for v in gate.unsure])
            for gate in self.file.gates
        ]

    @property
    def facts(self) -> list[ShownFact]:
        """What the patient told, contact apart, in the dictionary's order."""
        order = {name: place for place, name in enumerate(self._protocols.dictionary)}
        names = sorted(self.file.facts, key=lambda name: (order.get(name, len(order)), name))
        return [self._current(name) for name in names if name not in CONTACT]

    @property
    def telling(self) -> list[ShownFact]:
        """The facts without the plain denials."""
        return [fact for fact in self.facts if not fact.calm or fact.history]

    @property
    def denied(self) -> list[ShownFact]:
        return [fact for fact in self.facts if fact.calm and not fact.history]

    @property
    def contact(self) -> list[ShownFact]:
        return [self._current(name) for name in sorted(self.file.facts) if name in CONTACT]

    # --- what follows -------------------------------------------------------------------------

    @property
    def tasks(self) -> list[ShownTask]:
        return [self._task(task) for task in self.file.tasks]

    @property
    def handoff(self) -> str:
        return words.word(words.HANDOFFS, self.case.handoff)

    @property
    def appointment(self) -> tuple[str, str, When, int] | None:
        """(visit, provider, start, minutes) of the booked time."""
        booked = self.file.appointment
        return None if booked is None else self._appointment(booked)

    @property
    def callback(self) -> ShownTask | None:
        wanted = self.case.handoff in ("callback", "urgent_callback") and self.file.callback
        return self._task(wanted) if wanted else None

    @property
    def outcome(self) -> str:
        return words.word(words.OUTCOMES, self.case.outcome)

    @property
    def visit(self) -> str:
        visit = self._protocols.visits.get(self.case.visit) if self.case.visit else None
        return sentence(visit.name) if visit else words.word({}, self.case.visit)

    @property
    def judgement(self) -> Judgement | None:
        return self.file.judgement

    @property
    def missing(self) -> list[str]:
        return [self.label(name) for name in self.file.judgement.missing] if self.file.judgement else []

    @property
    def need_score(self) -> int:
        return self.file.judgement.need.get("score", 0) if self.file.judgement else 0

    @property
    def need(self) -> list[NeedPart]:
        """The parts that count, in order (clinical.md 4.1)."""
        parts = self.file.judgement.need if self.file.judgement else {}
        return [
            NeedPart(id=factor.id, title=sentence(factor.title), points=parts[factor.id], most=_most(factor))
            for factor in self._protocols.routing.need
            if parts.get(factor.id)
        ]

    @property
    def need_most(self) -> int:
        return sum(_most(factor) for factor in self._protocols.routing.need)

    @property
    def notes(self) -> list[tuple[str, str, str]]:
        """(id, title, what staff should do) of what the team should optimize."""
        known = {note.id: note for note in self._protocols.routing.notes}
        noted = self.file.judgement.notes if self.file.judgement else ()
        return [
            (note, known[note].title, known[note].staff) if note in known else (note, "", "")
            for note in noted
        ]

    @property
    def staff_notes(self) -> list[tuple[Note, When]]:
        return [(note, self.when(note.at)) for note in self.file.notes]

    # --- small things -------------------------------------------------------------------------

    def label(self, variable: str) -> str:
        """What the dictionary calls it, else its name, readable."""
        known = variable in self._protocols.dictionary and self._protocols.dictionary[variable].label
        return known or variable.replace("_", " ").capitalize()

    def value(self, variable: str, value: Any) -> str:
        """The value for the eye, numbers with their unit."""
        unit = self._protocols.dictionary[variable].unit if variable in self._protocols.dictionary else None
        if not unit or not isinstance(value, int | float):
            return show(value)
        return f"{show(value)} {unit.removesuffix('s') if value == 1 else unit}"

    def readable(self, text: str) -> str:
        """A protocol's line for staff with labels in place of the names of variables."""
        return _NAME.sub(lambda found: self._label_in_line(found.group()), text)

    def _label_in_line(self, name: str) -> str:
        return self.label(name).lower() if name in self._protocols.dictionary else name

    def _finding_words(self, finding: Mapping[str, Any]) -> dict[str, str]:
        plain = "absent" if _is_calm(finding["value"]) else "present"
        return {"shown": self.value(finding["variable"], finding["value"]), "plain": plain}

    def when(self, moment: dt.datetime) -> When:
        return When(
            short=times.clock_time(moment, zone=self._zone, now=self._now),
            day=times.day_time(moment, zone=self._zone),
            full=times.full_time(moment, zone=self._zone),
            machine=times.machine_time(moment),
        )

    def _text_of(self, variable: str) -> str:
        fact = self.file.facts.get(variable)
        return show(fact.value) if fact and fact.value is not None else ""

    def _message(self, message: Message) -> ShownMessage:
        findings = list((message.reading or {}).get("findings", ()))
        certain = "" if message.confidence is None else f"{message.confidence:.0%}"
        return ShownMessage(
            seq=message.seq,
            sender=message.sender,
            sender_word=words.word(words.SENDERS, message.sender),
            channel=words.word(words.CHANNELS, message.channel),
            at=self.when(message.at),
            kind=message.kind,
            pieces=pieces(message.text, findings),
            intent=message.intent or "",
            confidence=certain,
            findings=[{**f, "label": self.label(f["variable"]), **self._finding_words(f)} for f in findings],
            choices=[choice.label for choice in message.choices],
        )

    def _current(self, variable: str) -> ShownFact:
        older = [self._fact(fact) for fact in self.file.history.get(variable, ())]
        return self._fact(self.file.facts[variable], history=older if len(older) > 1 else ())

    def _fact_or_value(self, variable: str, value: Any) -> ShownFact:
        fact = self.file.facts.get(variable)
        if fact is not None:
            return self._fact(fact)
        nowhere = When(short="", day="", full="", machine="")
        shown = self.value(variable, value)
        return ShownFact(
            variable=variable, label=self.label(variable), value=shown, words="", seq=None,
            by="", how="", at=nowhere, marks=(), calm=False,
        )  # fmt: skip

    def _fact(self, fact: Fact, *, history: Sequence[ShownFact] = ()) -> ShownFact:
        marks = {
            "contradiction": fact.conflict,
            "corrected": fact.corrected,
            "declined": fact.declined,
        }
        return ShownFact(
            variable=fact.variable,
            label=self.label(fact.variable),
            value="prefers not to say" if fact.value is None else self.value(fact.variable, fact.value),
            words=fact.words,
            seq=self._seq_of.get(fact.message_id or ""),
            by=fact.by,
            how=f"answer to {fact.asked}" if fact.asked else "volunteered",
            at=self.when(fact.at),
            marks=[mark for mark, holds in marks.items() if holds],
            calm=_is_calm(fact.value) and not (fact.conflict or fact.corrected),
            history=history,
        )

    def _task(self, task: StaffTask) -> ShownTask:
        return ShownTask(
            id=task.id,
            title=words.word(words.TASKS, task.kind),
            priority=task.priority,
            status=task.status,
            due=times.due(task.due_at, now=self._now),
            due_at=self.when(task.due_at),
            late=task.due_at < self._now and task.status != "done",
            by=task.acknowledged_by or "",
            at=self.when(task.acknowledged_at) if task.acknowledged_at else None,
            note=task.note,
            private=task.private,
        )

    def _appointment(self, booked: Appointment) -> tuple[str, str, When, int]:
        visit = self._protocols.visits.get(booked.visit)
        names = {provider.id: provider.name for provider in self._protocols.clinic.providers}
        minutes = int((booked.end - booked.start).total_seconds() // 60)
        provider = names.get(booked.provider_id, booked.provider_id)
        return (sentence(visit.name) if visit else booked.visit, provider, self.when(booked.start), minutes)


def _is_calm(value: Any) -> bool:
    return isinstance(value, str) and value in CALM_VALUES


def sentence(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def _most(factor: Factor) -> int:
    plus = sum(points for points, _ in factor.plus)
    return max((points for points, _ in factor.points), default=0) + plus


def show(value: Any) -> str:
    """A fact's value for the eye: lists with commas, codes without underscores, whole numbers whole."""
    if isinstance(value, list | tuple):
        return ", ".join(show(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace("_", " ")
