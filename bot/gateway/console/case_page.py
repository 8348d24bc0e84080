"""One case as the page shows it. Everything here is data for the template; nothing is markup."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.judgement import Judgement, Why
from bot.domain.tasks import StaffTask
from bot.gateway.console import times, words
from bot.gateway.console.afterwards import Afterwards
from bot.gateway.console.deliveries import Deliveries
from bot.gateway.console.fact_words import FactWords, sentence, show
from bot.gateway.console.message_view import shown_message
from bot.gateway.console.shown import (
    NeedPart,
    ShownFact,
    ShownMessage,
    ShownNear,
    ShownReason,
    ShownTask,
    When,
)
from bot.gateway.console.task_view import shown_task
from bot.gateway.console.transcript import END, Part, Place, part_of
from bot.gateway.console.visit_words import visit_words
from bot.protocols import Protocols
from bot.protocols.routing import Factor
from bot.services.ports import Note
from bot.services.ports.marks import Tag
from bot.services.records.case_file import CONTACT, CaseFile


class CasePage(FactWords):
    """Everything the template asks for; built per request, cheap."""

    def __init__(
        self,
        file: CaseFile,
        *,
        protocols: Protocols,
        zone: ZoneInfo,
        rule_titles: Mapping[str, str],
        now: dt.datetime,
        place: Place = END,
        nearly: Sequence[Why] = (),
    ) -> None:
        super().__init__(protocols=protocols, zone=zone, now=now, seqs={m.id: m.seq for m in file.messages})
        self.file = file
        self.place = place
        self._near = nearly
        self.case = file.case
        self._titles = rule_titles
        self._deliveries = Deliveries(file.deliveries)

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
    def canned(self) -> dict[str, str]:
        """Ready texts for the patient's channel: id -> text."""
        return self._protocols.texts.canned(channel=self.case.channel)

    @property
    def answer_due(self) -> str:
        """Until when somebody must answer the patient, `in 7 min`; empty while nobody waits."""
        waits = (task for task in self.file.tasks if task.kind == "person_wanted" and task.status == "open")
        return next((times.due(task.due_at, now=self._now) for task in waits), "")

    @property
    def staff_wrote_last(self) -> bool:
        """Whether the last word is a person's of the clinic: they are likely to go on."""
        return bool(self.file.messages) and self.file.messages[-1].sender == "staff"

    @property
    def marks(self) -> list[str]:
        """What staff should know before they trust the rest."""
        flags = (*self.case.flags, *(self.file.judgement.flags if self.file.judgement else ()))
        of_us = {
            "test": self.case.test, "erasure_wish": self.file.wish, "legal_hold": self.file.legal_hold
        }  # fmt: skip
        ours = (name for name, holds in of_us.items() if holds)
        return [words.word(words.FLAGS, flag) for flag in dict.fromkeys((*flags, *ours))]

    # --- what was said ------------------------------------------------------------------------

    @cached_property
    def part(self) -> Part:
        """The messages on the page, of all there are."""
        return part_of(self.file.messages, self.place)

    @property
    def messages(self) -> list[ShownMessage]:
        flags = {flag.seq: flag for flag in self.file.flagged}
        return [
            shown_message(one, facts=self, deliveries=self._deliveries, flag=flags.get(one.seq))
            for one in self.part.messages
        ]

    @property
    def last_seq(self) -> int:
        return self.file.messages[-1].seq if self.file.messages else 0

    def message_link(self, seq: int) -> str:
        """Where a message stands: on this page, else on the part of the conversation that holds it."""
        return f"#m-{seq}" if self.part.holds(seq) else f"/console/cases/{self.case.id}?at={seq}"

    # --- why ----------------------------------------------------------------------------------

    @property
    def reasons(self) -> list[ShownReason]:
        judgement = self.file.judgement
        return [] if judgement is None else [
            ShownReason(
                rule=why.rule,
                title=self.rule_title(why.rule),
                staff=sentence(self.readable(why.staff)),
                facts=[self._fact_or_value(name, value) for name, value in why.facts.items()],
                source=[self._protocols.sources.shown(key) for key in why.source],
            )
            for why in judgement.why
        ]  # fmt: skip

    def rule_title(self, rule: str) -> str:
        """As the protocol file calls it; empty for a rule it does not hold any more."""
        return sentence(self._titles.get(rule, ""))

    @property
    def nearly(self) -> list[ShownNear]:
        """Rules that one more fact would fire, with that fact."""
        return [
            ShownNear(
                rule=why.rule,
                title=self.rule_title(why.rule),
                level=why.level.value,
                level_word=words.word(words.LEVELS, why.level.value),
                wanted=[
                    f"{self.label(name)}: {self.value(name, value)}"
                    for name, value in why.facts.items()
                    if name not in self.file.facts or self.file.facts[name].value != value
                ],
                source=[self._protocols.sources.shown(key) for key in why.source],
            )
            for why in self._near
        ]

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
        if booked is None:
            return None
        visit, provider, minutes = visit_words(booked, self._protocols)
        return (visit, provider, self.when(booked.start), minutes)

    @property
    def callback(self) -> ShownTask | None:
        wanted = self.case.handoff in ("callback", "urgent_callback") and self.file.callback
        return self._task(wanted) if wanted else None

    @property
    def outcome(self) -> str:
        return words.word(words.OUTCOMES, self.case.outcome)

    @property
    def provisional(self) -> str:
        """Where the case would go without its urgency."""
        return words.word(words.OUTCOMES, self.judgement.provisional) if self.judgement else ""

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
    def texts_sent(self) -> str:
        """`12 texts: 11 delivered, 1 failed`; empty when none was sent."""
        return self._deliveries.summary

    @property
    def misfit(self) -> str:
        """The visit that the facts ask for now, when another one is booked."""
        booked = self.file.appointment
        wanted = self.case.visit
        return self.visit if booked and wanted and booked.visit != wanted else ""

    @property
    def staff_notes(self) -> list[tuple[Note, When]]:
        return [(note, self.when(note.at)) for note in self.file.notes]

    @property
    def tags(self) -> list[tuple[Tag, When]]:
        return [(tag, self.when(tag.at)) for tag in self.file.tags]

    @property
    def afterwards(self) -> Afterwards:
        """What the clinic noted later, and what may be noted."""
        return Afterwards(self.file.dispositions, moment=self.when)

    # --- small things -------------------------------------------------------------------------

    def _text_of(self, variable: str) -> str:
        fact = self.file.facts.get(variable)
        return show(fact.value) if fact and fact.value is not None else ""

    def _current(self, variable: str) -> ShownFact:
        older = [self.fact(fact) for fact in self.file.history.get(variable, ())]
        return self.fact(self.file.facts[variable], history=older if len(older) > 1 else ())

    def _fact_or_value(self, variable: str, value: Any) -> ShownFact:
        fact = self.file.facts.get(variable)
        if fact is not None:
            return self.fact(fact)
        nowhere = When(short="", day="", full="", machine="")
        shown = self.value(variable, value)
        return ShownFact(
            variable=variable, label=self.label(variable), value=shown, words="", seq=None,
            by="", how="", at=nowhere, marks=(), reason="", calm=False,
        )  # fmt: skip

    def _task(self, task: StaffTask) -> ShownTask:
        tries = [one for one in self.file.tries if one.task_id == task.id]
        return shown_task(
            task, tries, rules=self._protocols.tasks, moment=self.when, zone=self._zone, now=self._now
        )


def _most(factor: Factor) -> int:
    plus = sum(points for points, _ in factor.plus)
    return max((points for points, _ in factor.points), default=0) + plus
