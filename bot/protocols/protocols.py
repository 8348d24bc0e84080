"""The clinic's protocols in one object: dictionary, red flags, routing, texts, visits, clinic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.domain.dictionary import Dictionary, Value, parse_dictionary
from bot.domain.judgement import Judgement, ProtocolStamp
from bot.protocols.certificate import gate_open_facts
from bot.protocols.documents import read_document
from bot.protocols.handoff import HandoffRule, handoff_for
from bot.protocols.judging import Judge, with_derived
from bot.protocols.red_flags import RedFlags, Rule, read_red_flags
from bot.protocols.routing import Routing, read_routing


@dataclass(frozen=True, kw_only=True)
class Protocols:
    """Immutable and pure after loading; share one per process."""

    dictionary: Dictionary
    judging: Judge

    @property
    def red_flags(self) -> RedFlags:
        """All rules in table order."""
        return self.judging.red_flags

    @property
    def routing(self) -> Routing:
        """Need, complexity, notes, gates, decision table."""
        return self.judging.routing

    @property
    def stamps(self) -> tuple[ProtocolStamp, ...]:
        """Id, version, hash and status of every file that judges."""
        return self.judging.stamps

    def judge(self, values: Mapping[str, Value], *, nearly: bool = False) -> Judgement:
        """Level, outcome and reasons of these facts; never raises on a missing one."""
        return self.judging.judge(values, nearly=nearly, gate_complete=self.gate_complete(values))

    def gate_complete(self, values: Mapping[str, Value]) -> bool:
        """Whether every gate fact is known and clear (the certificate)."""
        return not self.gate_open_facts(values)

    def gate_open_facts(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """The gate facts still unknown or unsure, in gate order."""
        return gate_open_facts(self.dictionary, with_derived(values))

    def handoff_for(self, judgement: Judgement, *, gate_complete: bool) -> HandoffRule:
        """What follows from a result (clinical.md 4.6b)."""
        return handoff_for(self.routing.handoff, judgement, gate_complete=gate_complete)

    def rule(self, rule_id: str) -> Rule:
        """One red-flag rule; raises KeyError when there is none."""
        return self._rules[rule_id]

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.red_flags.rules}


def load_judge(folder: Path, dictionary: Dictionary) -> Judge:
    """Red flags and routing of a folder. Raises ProtocolError."""
    red_flags, routing = read_document(folder / "red_flags.yaml"), read_document(folder / "routing.yaml")
    flags = read_red_flags(red_flags, dictionary)
    return Judge(
        red_flags=flags,
        routing=read_routing(routing, dictionary, flags.scope),
        stamps=(red_flags.stamp, routing.stamp),
    )


def load_protocols(folder: Path) -> Protocols:
    """Everything in `data/protocols`. Raises ProtocolError with file, line, field and remedy."""
    dictionary = parse_dictionary(read_document(folder / "variables.yaml").body)
    return Protocols(dictionary=dictionary, judging=load_judge(folder, dictionary))
