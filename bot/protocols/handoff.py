"""From result to hand-off: who does what, by when (clinical.md 4.6b)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

from bot.domain.cases import CaseStatus, HandoffKind
from bot.domain.errors import ProtocolError
from bot.domain.judgement import Judgement
from bot.domain.tasks import Priority
from bot.protocols.records import build


@dataclass(frozen=True, kw_only=True)
class HandoffRule:
    """One row: which results it takes, and what follows.

    `business_hours` and `business_days` say when a call is due in the clinic's open time; both 0
    for an emergency, where a person acknowledges within minutes.
    """

    kind: HandoffKind
    status: CaseStatus
    priority: Priority
    business_hours: float = 0
    business_days: int = 0
    outcomes: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    level: str = ""
    gate_complete: bool | None = None

    def takes(self, judgement: Judgement, *, gate_complete: bool) -> bool:
        """Whether every key the row names fits."""
        return (
            (not self.outcomes or judgement.outcome in self.outcomes)
            and (not self.visits or judgement.visit in self.visits)
            and (not self.level or judgement.level.value == self.level)
            and (self.gate_complete is None or self.gate_complete is gate_complete)
        )


def read_handoff(raw: Sequence[Any], *, where: str) -> tuple[HandoffRule, ...]:
    """The rows in order. Raises ProtocolError."""
    rows = tuple(build(HandoffRule, item, where=where) for item in raw)
    for row in rows:
        for value, allowed in ((row.kind, HandoffKind), (row.status, CaseStatus), (row.priority, Priority)):
            if value not in get_args(allowed):
                raise ProtocolError(f"{where}: {value!r}; allowed: {', '.join(get_args(allowed))}")
    return rows


def handoff_for(rows: Sequence[HandoffRule], judgement: Judgement, *, gate_complete: bool) -> HandoffRule:
    """The first row that takes the result; a staff callback when none does, so that nobody is lost."""
    for row in rows:
        if row.takes(judgement, gate_complete=gate_complete):
            return row
    return HandoffRule(kind="callback", status="callback", priority="P2", business_days=1)
