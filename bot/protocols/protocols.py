"""The clinic's protocols in one object: dictionary, red flags, routing, texts, answers, visits, clinic."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from bot.domain.dictionary import Dictionary, Value
from bot.domain.errors import ProtocolError
from bot.domain.judgement import Judgement, ProtocolStamp
from bot.protocols.certificate import gate_open_facts
from bot.protocols.clinic import Clinic, read_clinic
from bot.protocols.conditions import Compiler
from bot.protocols.dictionary_file import read_dictionary
from bot.protocols.documents import Document, read_document
from bot.protocols.faq import FaqEntry, read_faq, with_clinic
from bot.protocols.handoff import HandoffRule, handoff_for
from bot.protocols.judging import Judge, with_derived
from bot.protocols.planner import AskPlan, Planner
from bot.protocols.published import JUDGING, refuse_edited
from bot.protocols.red_flags import RedFlags, Rule, read_red_flags
from bot.protocols.routing import Routing, read_routing
from bot.protocols.sources import Sources, check_sources, read_sources
from bot.protocols.staff_tasks import StaffTasks, read_staff_tasks
from bot.protocols.texts import Texts, read_texts
from bot.protocols.visits import Modifier, VisitType, read_modifiers, read_visits

FILES = ("variables", "red_flags", "routing", "texts", "faq", "visits", "clinic", "tasks", "sources")


@dataclass(frozen=True, kw_only=True)
class Protocols:
    """Immutable and pure after loading; share one per process."""

    dictionary: Dictionary
    judging: Judge
    planner: Planner = field(repr=False)
    texts: Texts
    faq: tuple[FaqEntry, ...]
    visits: Mapping[str, VisitType]
    modifiers: tuple[Modifier, ...]
    clinic: Clinic
    tasks: StaffTasks
    sources: Sources
    stamps: tuple[ProtocolStamp, ...]
    """Id, version, hash and status of every file; a judgement keeps those of the files that judged."""
    files: Mapping[str, Document] = field(repr=False)
    """The files that judge, by name, as they were read: for people who read or change them."""

    @property
    def red_flags(self) -> RedFlags:
        """All rules in table order."""
        return self.judging.red_flags

    @property
    def routing(self) -> Routing:
        """Need, complexity, notes, gates, decision table."""
        return self.judging.routing

    def judge(self, values: Mapping[str, Value], *, nearly: bool = False) -> Judgement:
        """Level, outcome and reasons of these facts; never raises on a missing one."""
        return self.judging.judge(values, nearly=nearly)

    def next_question(self, values: Mapping[str, Value], *, closed: Collection[str] = ()) -> AskPlan | None:
        """What to ask next, None when no answer can change the result. `closed` is not asked again."""
        return self.planner.next_question(values, closed=closed)

    def asked_with(self, name: str) -> tuple[str, ...]:
        """The facts that are asked in one message with this one, itself first."""
        return self.planner.group(name)

    def remaining(self, values: Mapping[str, Value], *, closed: Collection[str] = ()) -> int:
        """About how many questions are left."""
        return self.planner.remaining(values, closed=closed)

    def gate_complete(self, values: Mapping[str, Value]) -> bool:
        """Whether every gate fact is known and clear (the certificate)."""
        return not self.gate_open_facts(values)

    def gate_open_facts(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """The gate facts still unknown or unsure, in gate order."""
        return gate_open_facts(self.dictionary, with_derived(values))

    def handoff_for(self, judgement: Judgement, *, gate_complete: bool) -> HandoffRule:
        """What follows from a result (clinical.md 4.6b)."""
        return handoff_for(self.routing.handoff, judgement, gate_complete=gate_complete)

    def visit_minutes(self, visit: str, values: Mapping[str, Value]) -> int:
        """How long this visit takes for a case: 40, with a claim 55, with a claim and an interpreter 70."""
        known = with_derived(values)
        notes = self.judging.notes(known)
        more = sum(one.minutes for one in self.modifiers if one.applies(notes, known))
        return self.visits[visit].minutes + more

    def emergency_text_id(self, rules: Collection[str], *, told_team: bool) -> str:
        """Which standard text follows the line of these rules (clinical.md 3.7, 6.2).

        `told_team`: the P0 row is committed, so the text may say so.
        """
        fired = [self.rule(rule_id) for rule_id in rules]
        name = "emergency_911" if any(rule.call_911 for rule in fired) else "emergency"
        if any(rule.call_911 and rule.keep_still for rule in fired):
            name += "_keep_still"
        return name if told_team else f"{name}_not_told"

    def rule(self, rule_id: str) -> Rule:
        """One red-flag rule. Raises ProtocolError when there is none."""
        if rule_id not in self._rules:
            raise ProtocolError(f"red_flags.yaml: there is no rule {rule_id!r}")
        return self._rules[rule_id]

    def rule_title(self, rule_id: str) -> str:
        """What a rule is called; its id when this version has none: an earlier one judged."""
        rule = self._rules.get(rule_id)
        return rule.title if rule is not None else rule_id

    def faq_answer(self, topic: str) -> FaqEntry | None:
        """The answer to a topic, None when the clinic's pages say nothing about it."""
        return self._faq.get(topic)

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.red_flags.rules}

    @cached_property
    def _faq(self) -> dict[str, FaqEntry]:
        return {entry.topic: entry for entry in self.faq}


def load_protocols(folder: Path, *, clinic_phone: str | None = None) -> Protocols:
    """Everything in `data/protocols`; `clinic_phone` overrides the profile's.

    Raises ProtocolError with file, line, field and remedy.
    """
    documents = read_documents(folder)
    refuse_edited(folder, documents.values())
    return protocols_of(documents, clinic_phone=clinic_phone)


def read_documents(folder: Path) -> dict[str, Document]:
    """Every file by its name without the ending. Raises ProtocolError."""
    return {name: read_document(folder / f"{name}.yaml") for name in FILES}


def protocols_of(documents: Mapping[str, Document], *, clinic_phone: str | None = None) -> Protocols:
    """What these documents say together; all of FILES are there. Raises ProtocolError."""
    sources = read_sources(documents["sources"])
    check_sources(documents.values(), sources)
    words = read_dictionary(documents["variables"])
    judge = read_judge([documents[name] for name in JUDGING], words.dictionary)
    visits = read_visits(documents["visits"])
    _check_visits(judge.routing, visits)
    clinic = read_clinic(documents["clinic"], visits=visits)
    if clinic_phone:
        clinic = replace(clinic, phone=clinic_phone, demo_phone=False)
    compiler = Compiler(words.dictionary, judge.routing.scope)
    return Protocols(
        dictionary=words.dictionary,
        judging=judge,
        planner=Planner(judge, words.dictionary, words.groups),
        texts=replace(read_texts(documents["texts"]), clinic=clinic.fields),
        faq=with_clinic(read_faq(documents["faq"]), clinic.fields),
        visits=visits,
        modifiers=read_modifiers(
            documents["visits"],
            compiler,
            notes=[note.id for note in judge.routing.notes],
        ),
        clinic=clinic,
        tasks=read_staff_tasks(
            documents["tasks"],
            compiler,
            outcomes=[row.outcome for row in judge.routing.decisions],
            decisions=[row.id for row in judge.routing.decisions],
        ),
        sources=sources,
        stamps=tuple(document.stamp for document in documents.values()),
        files={name: documents[name] for name in JUDGING},
    )


def read_judge(documents: Sequence[Document], dictionary: Dictionary) -> Judge:
    """The judge of the files named in JUDGING; `dictionary` is that of the first. Raises ProtocolError."""
    _, red_flags, routing = documents
    flags = read_red_flags(red_flags, dictionary)
    return Judge(
        red_flags=flags,
        routing=read_routing(routing, dictionary, flags.scope),
        stamps=tuple(document.stamp for document in documents),
    )


def _check_visits(routing: Routing, visits: Mapping[str, VisitType]) -> None:
    named = {row.visit for row in routing.decisions} | {routing.urgent_visit}
    named |= {row.other_visit[0] for row in routing.decisions if row.other_visit is not None}
    for visit in sorted(named - set(visits)):
        raise ProtocolError(f"routing.yaml: unknown visit {visit!r}; known: {', '.join(visits)}")
