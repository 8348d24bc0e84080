"""What the clinic's protocols say about a set of facts (contract: `judge`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.dictionary import Value
from bot.domain.levels import Level


@dataclass(frozen=True, kw_only=True)
class Why:
    """One fired rule: the facts it read, its sources, a line for the patient and one for staff."""

    rule: str
    facts: Mapping[str, Value]
    source: tuple[str, ...]
    patient: str
    staff: str
    level: Level = Level.NONE


@dataclass(frozen=True, kw_only=True)
class ProtocolStamp:
    """Which protocol judged: id, version, sha256 of its bytes, status (draft, active, retired)."""

    id: str
    version: str
    sha256: str
    status: str


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Whether every safety question was asked and clearly answered; only then may "no red flag" be said.

    `open` names the gate facts that are unknown or unsure, in gate order.
    """

    complete: bool
    open: tuple[str, ...] = ()


NO_CERTIFICATE = Certificate(complete=False)
"""Of a judgement that was stored before certificates were."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Level, outcome and the reasons. `why` is in table order, so its first line is the one to say."""

    level: Level
    rules: tuple[str, ...]
    outcome: str
    decision: str
    visit: str
    need: Mapping[str, int]
    complexity: int
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    provisional: str | None
    tier: str
    flags: tuple[str, ...]
    why: tuple[Why, ...]
    protocols: tuple[ProtocolStamp, ...]
    certificate: Certificate = NO_CERTIFICATE
    nearly: tuple[Why, ...] = field(default=())
    """Rules that one more fact would fire; filled on request only."""
