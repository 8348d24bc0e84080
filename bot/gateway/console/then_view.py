"""The state of a case at one of its messages, as the page shows it beside the conversation."""

from __future__ import annotations

from bot.domain.judgement import Judgement
from bot.gateway.console import words
from bot.gateway.console.case_page import CasePage
from bot.gateway.console.fact_words import sentence
from bot.gateway.console.shown import ShownFact, When
from bot.protocols import Protocols
from bot.services.records.case_file import CONTACT
from bot.services.records.state_then import StateThen


class ThenView:
    """Data for `_then.html`."""

    def __init__(self, then: StateThen, page: CasePage, *, protocols: Protocols) -> None:
        self._then = then
        self._page = page
        self._protocols = protocols

    @property
    def seq(self) -> int:
        return self._then.message.seq

    @property
    def at(self) -> When:
        return self._page.when(self._then.message.at)

    @property
    def level(self) -> str:
        return self._then.judgement.level.value if self._then.judgement else "none"

    @property
    def level_word(self) -> str:
        """Never "Routine" while safety questions were open then."""
        return self._word(self._then.judgement)

    @property
    def level_before(self) -> str:
        """The word of the level before this message, when it was another one."""
        word = self._word(self._then.before)
        return word if word != self.level_word else ""

    @property
    def mark(self) -> str:
        return words.MARKS.get(self.level, "")

    @property
    def rules(self) -> list[tuple[str, str, bool]]:
        """(id, title, whether this message fired it) of the rules in force then."""
        judgement, before = self._then.judgement, self._then.before
        held = set(before.rules) if before else set()
        titles = {rule.id: rule.title for rule in self._protocols.red_flags.rules}
        return [
            (rule, sentence(titles.get(rule, "")), rule not in held)
            for rule in (judgement.rules if judgement else ())
        ]

    @property
    def outcome(self) -> str:
        judgement = self._then.judgement
        return f"{words.word(words.OUTCOMES, judgement.outcome)} ({judgement.decision})" if judgement else ""

    @property
    def need(self) -> str:
        judgement = self._then.judgement
        return f"{judgement.need.get('score', 0)} of {self._page.need_most}" if judgement else ""

    @property
    def understood(self) -> str:
        """What the message was taken for, how surely, and by which model; empty when nobody asked one."""
        message = self._then.message
        if message.intent is None:
            return ""
        sure = "" if message.confidence is None else f", {message.confidence:.0%}"
        by = f", by model {message.model}" if message.model else ""
        return f"{words.word(words.INTENTS, message.intent)}{sure}{by}"

    @property
    def versions(self) -> str:
        judgement = self._then.judgement
        return ", ".join(f"{one.id} {one.version}" for one in judgement.protocols) if judgement else ""

    @property
    def new(self) -> list[ShownFact]:
        """What this message gave or changed."""
        return self._shown(self._then.new)

    @property
    def known(self) -> list[ShownFact]:
        """Everything else that was known then."""
        return self._shown(set(self._then.facts) - self._then.new)

    def _shown(self, names: set[str] | frozenset[str]) -> list[ShownFact]:
        order = {name: place for place, name in enumerate(self._protocols.dictionary)}
        wanted = sorted(names, key=lambda name: (name in CONTACT, order.get(name, len(order)), name))
        return [self._page.fact(self._then.facts[name]) for name in wanted]

    def _word(self, judgement: Judgement | None) -> str:
        if judgement is None:
            return "Not judged yet"
        values = {name: fact.value for name, fact in self._then.facts.items() if fact.value is not None}
        if judgement.level.value == "none" and not self._protocols.gate_complete(values):
            return words.NOT_YET
        return words.word(words.LEVELS, judgement.level.value)
