"""One case as the services look at it: loaded once per use case, never kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.cases import AskState, Case, Message
from bot.domain.dictionary import Value
from bot.domain.facts import Fact, values_of
from bot.services.ports import UnitOfWork

AGAIN = "again:"
"""Before the name of a question: it was put again on purpose (go back, a line of the summary)."""
DOUBTED = "doubt:"
"""Before the name of a fact: a text made it doubtful; `times` is that message's number in the case."""
MISTAKE = "said:mistake"
"""The patient said that an emergency rests on a mistake: what they say now corrects."""


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case, its current facts, what was asked, and the question still open."""

    case: Case
    facts: Mapping[str, Fact]
    asks: Mapping[str, AskState]
    pending: Message | None

    @property
    def values(self) -> dict[str, Value]:
        """The known values, as the protocols judge them."""
        return values_of(self.facts)

    @property
    def proxy(self) -> bool:
        """Whether somebody writes for the patient."""
        fact = self.facts.get("who_for")
        return fact is not None and fact.value == "other"

    @property
    def reachable(self) -> bool:
        """Whether somebody can call: a number was given, or the patient texts from one."""
        return "contact_phone" in self.values or self.case.address is not None

    @property
    def asked(self) -> str | None:
        """Name of the open question."""
        return self.pending.asks if self.pending else None

    @property
    def put_again(self) -> bool:
        """Whether the open question was put again on purpose: its new answer replaces the old one."""
        return self._stands(f"{AGAIN}{self.asked}")

    @property
    def doubted(self) -> bool:
        """Whether the open question is about a fact that a text made doubtful."""
        return self._stands(f"{DOUBTED}{self.asked}")

    @property
    def mistaken(self) -> bool:
        """Whether the patient has said that the emergency is a mistake."""
        return self._stands(MISTAKE)

    def _stands(self, mark: str) -> bool:
        return mark in self.asks and not self.asks[mark].ended

    def times_asked(self, name: str) -> int:
        ask = self.asks.get(name)
        return ask.times if ask else 0

    def closed(self) -> frozenset[str]:
        """Names that must not be asked again: declined, skipped, or unclear twice."""
        ended = {name for name, ask in self.asks.items() if ask.ended}
        declined = {name for name, fact in self.facts.items() if fact.declined}
        return frozenset(ended | declined)


async def load_view(uow: UnitOfWork, case_id: str) -> CaseView:
    """Raises NotAllowed when there is no such case."""
    case = await uow.cases.get(case_id)
    return CaseView(
        case=case,
        facts=await uow.facts.current(case_id),
        asks=await uow.asks.all(case_id),
        pending=await uow.messages.get(case.pending) if case.pending else None,
    )
